#pragma once

#include <memory>
#include <optional>
#include <string>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/config.h"
#include "host/pipeline/manifest.h"

namespace adyton::pipeline {

/// The folder in which a job's run keeps what it needs to go on after a stop or a kill: a lock, and
/// the manifest in two generations. One thread at a time.
class StateFolder {
 public:
  /// Makes the folder and locks it, for as long as the object lives. ErrorCode::io if another run
  /// has it.
  static Result<std::unique_ptr<StateFolder>> open(Os& os, std::string path);

  /// Takes the folder away if no manifest is in it.
  ~StateFolder();
  StateFolder(const StateFolder&) = delete;
  StateFolder& operator=(const StateFolder&) = delete;

  const std::string& path() const { return path_; }

  /// There is one, whole or damaged.
  bool has_manifest() const;

  /// The newest manifest that is whole; nullopt if there never was one. ErrorCode::invalid if there
  /// are only damaged ones.
  Result<std::optional<Manifest>> load();

  /// The manifest is on the disk when this returns, in the place of the older generation.
  Status commit(const Manifest& manifest);

  /// There is no manifest any more, and the disk knows it.
  Status clear();

  /// The job is done: nothing is left here, and the lock is free. The disk need not know it: what
  /// comes back after a power cut says that all is published, which the next run will find.
  void retire();

 private:
  StateFolder(Os& os, std::string path) : os_(os), path_(std::move(path)) {}
  std::string file(std::string_view name) const;
  std::string generation_file(std::uint64_t generation) const;

  Os& os_;
  std::string path_;
  std::unique_ptr<File> lock_;
};

/// The folder of the job's outputs, as far as that has no placeholder.
std::string output_folder(const JobConfig& job);

/// Where the job's state lies: JobConfig::state, else ".adyton" in the output folder, and in it the
/// job's name.
std::string state_path(const JobConfig& job);

}  // namespace adyton::pipeline
