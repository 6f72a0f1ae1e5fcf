#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/byte_writer.h"
#include "host/pipeline/encode.h"
#include "host/pipeline/plan.h"

namespace adyton::pipeline {

/// What a sink has to know of what it wrote before, to go on in a later run of the job.
struct SinkState {
  std::uint64_t records = 0;         // lines, elements or rows, blank lines not among them
  bool written = false;              // anything at all
  bool line_open = false;            // the last line had no ending
  std::vector<std::string> columns;  // of csv and tsv, once they are known

  friend bool operator==(const SinkState&, const SinkState&) = default;
};

/// Writes batches to one output in order, with what its format wants around and between them: a
/// newline where a batch's last line has none (the last line of an input that another input
/// follows), the array's brackets and commas, the header line. One thread at a time.
class Sink {
 public:
  /// `file`, which the bytes go to, and `output` must outlive it. `step` is its number behind those
  /// of the job's steps: what records that it refuses died of.
  Sink(ByteWriter& file, const Output& output, std::uint32_t step, SinkState state = {});

  /// `encoded` is what encode() made of the batch for this output. Where the output's columns come
  /// from its first record, they are known only here, and a batch whose first record has others is
  /// encoded again. Records that cannot be written are killed.
  Status write(Batch& batch, EncodedBatch& encoded);

  /// What stands behind the last record. Call before the file is closed: an output that got no
  /// records becomes a valid empty one, as far as its format has such.
  Status finish();

  const SinkState& state() const { return state_; }

 private:
  bool is_table() const;
  std::string header(std::string_view ending) const;
  std::string glue(const EncodedBatch& encoded) const;
  Status settle_columns(Batch& batch, EncodedBatch& encoded);
  Status put(const std::string& text);

  ByteWriter& file_;
  const Output& output_;
  std::uint32_t step_;
  SinkState state_;
};

}  // namespace adyton::pipeline
