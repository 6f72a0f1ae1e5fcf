#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/sink.h"

namespace adyton::pipeline {

/// What happened to the records so far. Holds no text from any record.
struct Tally {
  Counts counts;
  std::uint64_t values = 0;  // that protecting steps replaced
  std::map<std::pair<std::uint32_t, std::string>, std::uint64_t> fields;  // (step, field) → values
  std::set<std::pair<std::string, std::uint32_t>> keys;  // keyrings, with their primary key's id
  std::map<std::pair<std::uint32_t, std::string>, std::uint64_t> dead;  // (step, kind) → records
  std::string first_dead;       // "data/a.ndjson:17: step 2 (encrypt): missing field /user/email"
  std::uint64_t bytes_in = 0;   // as read, decompressed
  std::uint64_t bytes_out = 0;  // as written, before compression
  double seconds = 0;

  friend bool operator==(const Tally&, const Tally&) = default;
};

/// A file as it was when the run first saw it.
struct FileMark {
  std::string path;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  // nanoseconds since 1970 in UTC
  std::string digest;         // of scripts; of inputs once the run is through with them

  friend bool operator==(const FileMark&, const FileMark&) = default;
};

/// How far one of the files being made has come.
struct OutputMark {
  enum class Stage {
    untouched,  // nothing of it counts, whatever may be there
    open,       // its first `length` bytes count
    closed,     // nothing more will be written to it
  };
  std::string path;
  Stage stage = Stage::untouched;
  std::uint64_t length = 0;  // bytes of the temporary file that count
  std::string digest;        // of a closed one
  SinkState sink;

  friend bool operator==(const OutputMark&, const OutputMark&) = default;
};

/// What a run knows of itself at a commit: everything before `position` is in the first `length`
/// bytes of the files being made and in the tally, nothing behind it counts.
struct Manifest {
  enum class Phase {
    running,
    publishing,  // every file is whole and on the disk; some may have their names
  };

  std::uint64_t generation = 0;  // counts the commits
  Phase phase = Phase::running;
  std::string job;            // digest of the job's text
  std::int64_t started = 0;   // seconds since 1970 in UTC
  std::uint32_t resumed = 0;  // how often the run was taken up
  std::vector<FileMark> scripts;
  std::vector<FileMark> inputs;
  Position position;
  Tally tally;
  std::vector<OutputMark> outputs;  // in the plan's order
  std::optional<OutputMark> dead_letters;

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// One line with the version, the length and the XXH3-128 of what follows it, then JSON.
std::string encode_manifest(const Manifest& manifest);

/// ErrorCode::invalid, with the reason, for anything that encode_manifest() did not make.
Result<Manifest> decode_manifest(std::string_view text);

}  // namespace adyton::pipeline
