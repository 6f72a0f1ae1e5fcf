#include "host/pipeline/sink.h"

#include "host/base/text.h"
#include "host/pipeline/csv.h"
#include "host/pipeline/table_encoder.h"

namespace adyton::pipeline {

Sink::Sink(ByteWriter& file, const Output& output, std::uint32_t step, SinkState state)
    : file_(file), output_(output), step_(step), state_(std::move(state)) {
  if (state_.columns.empty()) state_.columns = output.columns;
}

bool Sink::is_table() const {
  return output_.format == Format::csv || output_.format == Format::tsv;
}

Status Sink::write(Batch& batch, EncodedBatch& encoded) {
  if (is_table()) ADYTON_CHECK(settle_columns(batch, encoded));
  if (encoded.plain_size == 0) return {};
  ADYTON_CHECK(put(glue(encoded)));
  state_.records += encoded.records;
  state_.line_open = !encoded.ends_line;
  state_.written = true;
  return file_.write(encoded.bytes());
}

Status Sink::settle_columns(Batch& batch, EncodedBatch& encoded) {
  if (encoded.records == 0 && encoded.refused.empty()) return {};
  if (state_.columns.empty()) {
    state_.columns = encoded.columns;
  } else if (encoded.columns != state_.columns || encoded.provisional) {
    ADYTON_TRY(encoded, encode(batch, output_, state_.columns));
  }
  for (Refused& refused : encoded.refused) {
    refused.why.step = step_;
    batch.kill(batch.records[refused.record], std::move(refused.why));
  }
  encoded.refused.clear();
  return {};
}

/// What stands between what was written and the batch.
std::string Sink::glue(const EncodedBatch& encoded) const {
  if (output_.format == Format::array) return state_.written ? ",\n" : "[\n";
  if (is_table() && !state_.written) return header(encoded.ending);
  return state_.line_open ? "\n" : "";
}

std::string Sink::header(std::string_view ending) const {
  return cat(
      table_header(state_.columns, output_.format == Format::tsv ? tsv_delimiter : csv_delimiter),
      ending);
}

/// Compressed by itself: a few bytes for each batch.
Status Sink::put(const std::string& text) {
  if (text.empty()) return {};
  ADYTON_TRY(const std::string bytes, compress(output_.compression, text));
  return file_.write(bytes);
}

Status Sink::finish() {
  if (output_.format == Format::array) return put(state_.written ? "\n]\n" : "[]\n");
  if (state_.written) return {};
  if (is_table() && !state_.columns.empty()) return put(header("\n"));
  if (output_.compression == Compression::none) return {};
  ADYTON_TRY(const std::string nothing, compress(output_.compression, ""));
  return file_.write(nothing);
}

}  // namespace adyton::pipeline
