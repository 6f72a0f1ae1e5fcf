// The rows of a table are the same wherever batches are cut, are those that a reference written
// without haste finds, and written as a table again they are the same once more. The input's first
// byte is the limit of a record, and whether there are commas or tabs; the rest is the file.
#include <optional>
#include <vector>

#include <boost/json.hpp>

#include "host/pipeline/csv.h"
#include "host/pipeline/encode.h"
#include "host/pipeline/table_encoder.h"
#include "tests/fuzz/record_story.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace {

using Row = std::vector<std::string>;

/// RFC 4180 by states, one character at a time. nullopt for a row that is none.
class Reference {
 public:
  Reference(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  bool at_end() const { return at_ == text_.size(); }
  bool quote_open() const { return quote_open_; }
  std::size_t length() const { return length_; }

  std::optional<Row> next() {
    enum { start, plain, quoted, quote } state = start;
    Row row = {""};
    bool wrong = false;
    const std::size_t begin = at_;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      const bool line_end = c == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] == '\n');
      if (state == quoted) {
        if (c == '"') {
          state = quote;
        } else {
          row.back() += c;
        }
      } else if (c == '\n') {
        break;
      } else if (c == delimiter_) {
        row.emplace_back();
        state = start;
      } else if (line_end) {
        continue;
      } else if (c == '"' && state == start) {
        state = quoted;
      } else if (c == '"' && state == quote) {
        row.back() += c;
        state = quoted;
      } else {
        wrong = wrong || state == quote || c == '"' || c == '\r';
        row.back() += c;
        state = plain;
      }
    }
    quote_open_ = state == quoted;
    length_ = at_ - begin;
    if (length_ > 0 && text_[at_ - 1] == '\r' && !quote_open_) --length_;
    if (at_ < text_.size()) ++at_;
    return wrong ? std::nullopt : std::optional(std::move(row));
  }

 private:
  std::string_view text_;
  char delimiter_;
  std::size_t at_ = 0;
  std::size_t length_ = 0;
  bool quote_open_ = false;
};

/// What the reader should have made of the file; nullopt: an error.
std::optional<std::vector<Row>> expected(std::string_view file, const Reading& reading,
                                         char delimiter, Row& header) {
  if (file.starts_with(byte_order_mark)) file.remove_prefix(byte_order_mark.size());
  Reference reference(file, delimiter);
  std::vector<Row> rows;
  if (reference.at_end()) return rows;
  const auto names = reference.next();
  if (!names || reference.quote_open() || reference.length() == 0) return std::nullopt;
  if (reference.length() > reading.max_record) return std::nullopt;
  header = *names;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (!is_utf8(header[i])) return std::nullopt;
    for (std::size_t k = 0; k < i; ++k) {
      if (header[k] == header[i]) return std::nullopt;
    }
  }
  while (!reference.at_end()) {
    auto row = reference.next();
    if (reference.quote_open()) return std::nullopt;
    if (reference.length() == 0 || reference.length() > reading.max_record || !row) continue;
    if (row->size() == header.size()) rows.push_back(*std::move(row));
  }
  return rows;
}

void check_rows(const fuzz::Story& story, const std::vector<Row>& rows, const Row& header) {
  std::string_view lines = story.lines;
  std::size_t live = 0;
  for (const Row& row : rows) {
    const std::string line(lines.substr(0, lines.find('\n')));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    ++live;
    bool utf8 = true;
    for (const std::string& field : row) utf8 = utf8 && is_utf8(field);
    if (!utf8) continue;
    const auto object = boost::json::parse(line).as_object();
    if (object.size() != header.size()) std::abort();
    std::size_t i = 0;
    for (const auto& member : object) {
      if (member.key() != header[i] || member.value().as_string() != row[i]) std::abort();
      ++i;
    }
  }
  if (live != story.live) std::abort();
}

/// Written as a table and read again, the rows are the same.
void check_round_trip(std::string_view file, const Reading& reading, char delimiter) {
  Reading roomy{.format = reading.format};
  const auto reader = make_record_reader(roomy, "in", std::make_unique<fuzz::MemoryBytes>(file));
  std::string table;
  std::string lines;
  for (;;) {
    auto batch = reader->next();
    if (!batch.ok()) return;
    if (!*batch) break;
    validate(**batch);
    const Output output{"out", Compression::none, reading.format};
    EncodedBatch rows = *encode(**batch, output);
    if (!rows.refused.empty()) std::abort();
    if (table.empty() && rows.records > 0) {
      table = cat(table_header(rows.columns, delimiter), "\r\n");
    }
    table += rows.bytes();
    for (const Record& record : (*batch)->records) {
      if (record.state == State::live) lines += (*batch)->text->view(record.begin, record.end);
    }
  }
  const fuzz::Story again = fuzz::story_of(table, roomy);
  if (again.failed || again.dead > 0 || again.lines != lines) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 1000) return 0;
  const std::string_view file(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool commas = data[0] % 2 == 0;
  const char delimiter = commas ? csv_delimiter : tsv_delimiter;
  Reading reading{.format = commas ? Format::csv : Format::tsv,
                  .max_record = std::uint64_t{data[0]} + 1};
  reading.batch_size = size + 100;
  const fuzz::Story whole = fuzz::story_of(file, reading);
  const std::size_t most = std::min<std::size_t>(file.size() + 1, 50);
  for (reading.batch_size = 1; reading.batch_size <= most; ++reading.batch_size) {
    const fuzz::Story cut = fuzz::story_of(file, reading);
    if (cut.told != whole.told || cut.lines != whole.lines) std::abort();
  }
  Row header;
  const auto rows = expected(file, reading, delimiter, header);
  if (whole.failed == rows.has_value()) std::abort();
  if (!whole.failed) check_rows(whole, *rows, header);
  check_round_trip(file, reading, delimiter);
  return 0;
}
