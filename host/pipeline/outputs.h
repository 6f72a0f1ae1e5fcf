#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/config.h"
#include "host/pipeline/manifest.h"
#include "host/pipeline/pending_file.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/sink.h"

namespace adyton::pipeline {

/// All files that a run makes: the outputs and the dead letters. A file is opened when something is
/// to be written to it and sealed when its last input is through, so that few are open at a time.
/// One thread at a time.
class Outputs {
 public:
  /// `job`, `plan` and `os` must outlive it.
  Outputs(const JobConfig& job, const Plan& plan, Os& os);

  /// Takes up the files where the manifest has them: what was written behind its lengths is cut
  /// off. ErrorCode::invalid if a file is not there as it should be.
  Status resume(const Manifest& manifest);

  /// See Sink::write().
  Status write(std::uint32_t output, Batch& batch, EncodedBatch& encoded);
  Status write_dead_letters(std::string_view entries);

  /// Inputs before this one give nothing any more: the files that only they write are sealed.
  Status inputs_done(std::uint32_t before);

  /// Everything is written: every file is there, whole and on the disk.
  Status finish();

  /// What was written is on the disk.
  Status sync();

  /// Where each file stands. Call after sync().
  std::vector<OutputMark> marks() const;
  std::optional<OutputMark> dead_letters_mark() const;

  /// The files stand under their names, and the folders say so on the disk. After finish(), or
  /// after resume() from a manifest that says publishing.
  Status publish();

  /// The temporary files are gone.
  void discard();

  /// The paths under which the files are published, the dead letters last.
  std::vector<std::string> paths() const;

 private:
  struct Made {
    PendingFile file;
    std::optional<Sink> sink;  // while it is open; the dead letters have none
    OutputMark::Stage stage = OutputMark::Stage::untouched;
    SinkState last;  // the sink's state once it is sealed
  };

  std::uint32_t step_of_sink() const;
  Status open(Made& made, const Output& output);
  Status seal(Made& made);
  Status resume(Made& made, const OutputMark& mark, const Output* output,
                Manifest::Phase phase) const;
  std::uint32_t sink_step() const { return static_cast<std::uint32_t>(job_.steps.size() + 1); }
  static OutputMark mark_of(const Made& made);
  template <class Each>
  Status for_each_made(Each&& each);

  const JobConfig& job_;
  const Plan& plan_;
  Os& os_;
  std::deque<Made> outputs_;
  std::optional<Made> dead_letters_;
  std::vector<std::uint32_t> last_input_;  // of each output
  std::uint32_t sealed_before_ = 0;        // inputs_done() was told this
};

/// The temporary files that the manifest speaks of are gone, as far as they were there.
void discard_files(const Manifest& manifest, const std::string& job, Os& os);

}  // namespace adyton::pipeline
