#pragma once

#include <string>
#include <string_view>

#include "host/base/os.h"
#include "host/pipeline/config.h"
#include "host/pipeline/config_reader.h"

namespace adyton::pipeline {

/// What the sections of a job are checked with and against. Borrows everything.
struct CheckContext {
  Os& os;
  std::string_view job_path;
  Diagnostics& problems;

  void report(Place at, std::string message, std::string help = {}) const {
    problems.push_back({at, std::move(message), std::move(help)});
  }

  /// Reports a file that is missing, unreadable or a folder; true if it is there. `help` is the way
  /// out if it is missing.
  bool check_file(std::string_view what, const std::string& path, Place at,
                  std::string_view help) const;
};

// Each reads one table of the job into its part of the config and reports all that is wrong with
// it. What could not be read is left as it was.
enum class Domain { optional, required };
void read_job_section(const TomlTable& table, Place at, Domain need, const CheckContext& context,
                      JobConfig& config);
void read_source(const TomlTable& table, Place at, const CheckContext& context,
                 SourceConfig& source);
void read_keyring(const TomlEntry& entry, const CheckContext& context, JobConfig& config);
/// A sink that names no format writes the source's.
void read_sink(const TomlTable& table, Place at, const CheckContext& context, Format of_source,
               SinkConfig& sink);
void read_dead_letter(const TomlTable& table, Place at, const CheckContext& context,
                      DeadLetterConfig& dead_letter);
void read_receipt(const TomlTable& table, Place at, const CheckContext& context,
                  ReceiptConfig& receipt);

/// Each `{name}` of a sink's template must be one of these.
std::span<const std::string_view> sink_placeholders();

}  // namespace adyton::pipeline
