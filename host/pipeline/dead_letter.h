#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/pipeline/batch.h"
#include "host/pipeline/config.h"
#include "modules/crypto/age/file_key.h"

namespace adyton::pipeline {

// The dead-letter file is NDJSON, one object a dead record, in input order:
//   file, offset, line   where it came from; the offset is into the decompressed input
//   step, use            the number of the step and what it is: 0, "read"; n, its name; behind the
//   last
//                        step "write": the output's format cannot hold the record
//   reason               one of a few fixed words
//   field                the pointer, as the job has it, where there is one
//   length, digest       of a line that was too long to keep: bytes and XXH3-128
// and, where entries may hold text that came from records (Bytes::yes):
//   detail, traceback    what was wrong; the script's traceback
//   record               the line as it was read, without its ending; or, where that is not UTF-8,
//   record_base64        the same bytes in base64
// or, where the job names recipients, in place of these
//   sealed               a JSON object of those members, as an age file, in base64
// So each entry is a line of its own that can be read as soon as it is written; one sealed stream
// for the file could be neither appended to after a kill nor told apart from one that was cut off.
enum class RecordBytes { no, yes };

/// How the entries of a job hold what came from records.
struct DeadLetterForm {
  RecordBytes in_the_clear = RecordBytes::no;
  std::optional<crypto::age::Recipients> recipients = {};  // then nothing is in the clear

  static DeadLetterForm of(const JobConfig& job);
};

/// What an entry has as its record: the bytes as they were read, without a line ending.
std::string_view line_without_ending(const Batch& batch, const Origin& origin);

/// What the number of a step stands for: the step's kind, "read" for 0, "write" behind the last.
std::string_view use_of(const JobConfig& job, std::uint32_t step);

/// Appends the entry, with its newline, to `out`. ErrorCode::config if a recipient is a point that
/// nothing can be sealed to. Sealing takes some hundred microseconds for each recipient.
Status append_dead_letter(const JobConfig& job, const std::string& input, const Batch& batch,
                          const DeadRecord& dead, const DeadLetterForm& form, std::string& out);

/// What it died of: "step 2 (encrypt): missing field /user/email"; with RecordBytes::yes the
/// detail, too.
std::string describe_death(const JobConfig& job, const DeadRecord& dead, RecordBytes bytes);

/// The same with its place, one line for people: "data/a.ndjson:17: step 2 (encrypt): missing field
/// /user/email".
std::string describe_dead(const JobConfig& job, const std::string& input, const Batch& batch,
                          const DeadRecord& dead, RecordBytes bytes);

}  // namespace adyton::pipeline
