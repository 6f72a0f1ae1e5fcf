#include "host/pipeline/encode.h"

#include "host/pipeline/csv.h"
#include "host/pipeline/table_encoder.h"

namespace adyton::pipeline {
namespace {

bool goes_out(const Record& record) {
  return record.state == State::live || record.state == State::blank;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) + 1 - begin);
}

/// Where the outgoing lines lie in the batch's text, and whether nothing else lies between them.
struct Extent {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size = 0;
  std::uint64_t records = 0;
  bool in_one_piece() const { return end - begin == size; }
};

Extent extent_of(const Batch& batch) {
  Extent extent;
  for (const Record& record : batch.records) {
    if (!goes_out(record)) continue;
    if (extent.size == 0) extent.begin = record.begin;
    extent.end = record.end;
    extent.size += record.end - record.begin;
    if (record.state == State::live) ++extent.records;
  }
  return extent;
}

/// Appends a JSON text without the white space that has a line break in it. Within a string there
/// is no line break, so that all of such white space stands between tokens.
void append_on_one_line(std::string_view text, std::string& out) {
  constexpr std::string_view space = " \t\r\n";
  for (;;) {
    const std::size_t line_break = text.find_first_of("\r\n");
    if (line_break == std::string_view::npos) break;
    const std::size_t end = text.substr(0, line_break).find_last_not_of(space) + 1;
    out += text.substr(0, end);
    text.remove_prefix(std::min(text.find_first_not_of(space, line_break), text.size()));
  }
  out += text;
}

/// Whether the value's line breaks are to go. A carriage return alone breaks no line of NDJSON:
/// what came as a line keeps it, whatever else its batch holds.
bool must_lose_breaks(const Batch& batch, std::string_view value) {
  const bool came_as_line = batch.lines.empty();
  return value.find('\n') != std::string_view::npos ||
         (!came_as_line && value.find('\r') != std::string_view::npos);
}

std::string gather(const Batch& batch, std::size_t size) {
  std::string lines;
  lines.reserve(size);
  for (const Record& record : batch.records) {
    if (!goes_out(record)) continue;
    const std::string_view line = batch.text->view(record.begin, record.end);
    const std::string_view value = trimmed(batch.text_of(record));
    if (!batch.line_breaks || !must_lose_breaks(batch, value)) {
      lines += line;
      continue;
    }
    lines += line.substr(0, static_cast<std::size_t>(value.data() - line.data()));
    append_on_one_line(value, lines);
    lines.append(value.data() + value.size(), line.data() + line.size());
  }
  return lines;
}

EncodedBatch encode_lines(const Batch& batch) {
  EncodedBatch encoded;
  const Extent extent = extent_of(batch);
  if (extent.size == 0) return encoded;
  encoded.records = extent.records;
  encoded.ends_line = batch.text->data()[extent.end - 1] == '\n';
  if (extent.in_one_piece() && !batch.line_breaks) {
    encoded.text = batch.text;
    encoded.begin = extent.begin;
    encoded.end = extent.end;
  } else {
    encoded.own = gather(batch, extent.size);
  }
  encoded.plain_size = encoded.bytes().size();
  return encoded;
}

EncodedBatch encode_elements(const Batch& batch) {
  EncodedBatch encoded;
  encoded.own.reserve(batch.text->size() + batch.records.size());
  for (const Record& record : batch.records) {
    if (record.state != State::live) continue;
    if (encoded.records++ > 0) encoded.own += ",\n";
    encoded.own += trimmed(batch.text_of(record));
  }
  encoded.plain_size = encoded.own.size();
  return encoded;
}

EncodedBatch encode_rows(const Batch& batch, const Output& output,
                         std::span<const std::string> columns) {
  const char delimiter = output.format == Format::tsv ? tsv_delimiter : csv_delimiter;
  if (columns.empty()) columns = output.columns;
  return TableEncoder(batch, delimiter, columns).encode();
}

}  // namespace

Result<EncodedBatch> encode(const Batch& batch, const Output& output,
                            std::span<const std::string> columns) {
  EncodedBatch encoded = output.format == Format::ndjson  ? encode_lines(batch)
                         : output.format == Format::array ? encode_elements(batch)
                                                          : encode_rows(batch, output, columns);
  if (output.compression != Compression::none && encoded.plain_size > 0) {
    ADYTON_TRY(encoded.own, compress(output.compression, encoded.bytes()));
    encoded.text.reset();
  }
  return encoded;
}

}  // namespace adyton::pipeline
