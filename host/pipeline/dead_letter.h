#pragma once

#include <cstdint>
#include <string>

#include "host/pipeline/batch.h"
#include "host/pipeline/config.h"

namespace adyton::pipeline {

// The dead-letter file is NDJSON, one object a dead record, in input order:
//   file, offset, line   where it came from; the offset is into the decompressed input
//   step, use            the number of the step (0: reading the record) and what it is
//   reason               one of a few fixed words
//   field                the pointer, as the job has it, where there is one
//   length, digest       of a line that was too long to keep: bytes and XXH3-128
// and, where entries may hold text that came from records (Bytes::yes):
//   detail, traceback    what was wrong; the script's traceback
//   record               the line as it was read, without its ending; or, where that is not UTF-8,
//   record_base64        the same bytes in base64
enum class RecordBytes { no, yes };

/// Appends the entry, with its newline, to `out`.
void append_dead_letter(const JobConfig& job, const std::string& input, const Batch& batch,
                        const DeadRecord& dead, RecordBytes bytes, std::string& out);

/// One line for people: "data/a.ndjson:17: step 2 (encrypt): missing field /user/email".
std::string describe_dead(const JobConfig& job, const std::string& input, const Batch& batch,
                          const DeadRecord& dead, RecordBytes bytes);

}  // namespace adyton::pipeline
