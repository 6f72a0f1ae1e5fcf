#include "host/pipeline/csv_reader.h"

#include <algorithm>
#include <set>

#include "host/base/text.h"
#include "host/pipeline/overlong.h"
#include "modules/json/scan.h"

namespace adyton::pipeline {
namespace {

/// A batch's text is addressed with 32 bits.
constexpr std::size_t most_text = 4'000'000'000;

void append_escape(char c, std::string& out) {
  std::string quoted;
  json::append_quoted({&c, 1}, quoted);
  out.append(quoted, 1, quoted.size() - 2);
}

/// The characters as the inside of a JSON string.
void append_escaped(std::string_view text, std::string& out) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(begin, i - begin);
    append_escape(c, out);
    begin = i + 1;
  }
  out += text.substr(begin);
}

}  // namespace

CsvReader::CsvReader(const Reading& reading, std::string name, std::unique_ptr<ByteReader> bytes)
    : reading_(reading),
      delimiter_(reading.format == Format::tsv ? tsv_delimiter : csv_delimiter),
      name_(std::move(name)),
      bytes_(std::move(bytes)) {
  reading_.batch_size = std::max(reading_.batch_size, byte_order_mark.size());
}

Status CsvReader::start_at(const Position& position) {
  ADYTON_CHECK(read_header());
  if (position.offset <= place_.offset()) return {};
  rest_.clear();
  at_end_ = false;
  return place_.start_at(position);
}

Status CsvReader::read_header() {
  header_read_ = true;
  Text text;
  for (std::size_t wanted = reading_.batch_size;; wanted += wanted / 2 + 1) {
    ADYTON_CHECK(read_on(text, wanted));
    const std::size_t begin = text.view().starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    if (text.size() == begin && at_end_) return {};
    CsvFound found = CsvFound::part;
    if (text.size() > begin) {
      found = find_row(text.view(), begin, delimiter_, at_end_ ? Follows::nothing : Follows::more,
                       row_);
    }
    if (found == CsvFound::row) return take_header(text, row_);
    const bool surely_long = text.size() > reading_.max_record + byte_order_mark.size() + 2;
    if (surely_long || (at_end_ && text.size() - begin > reading_.max_record)) return long_header();
    if (at_end_) return broken(1, "the header has a quote that is never closed");
  }
}

Status CsvReader::take_header(const Text& text, const CsvRow& header) {
  if (header.empty_line()) {
    return broken(1, "the first line is empty: it must be the header, with the columns' names");
  }
  if (header.text_end - header.begin > reading_.max_record) return long_header();
  if (header.fault != nullptr) return broken(1, cat("in the header: ", header.fault));
  std::set<std::string> names;
  for (const CsvField& field : header.fields) {
    std::string name;
    append_unquoted(text.view(), field, name);
    if (!is_utf8(name)) return broken(1, "the header is not UTF-8: convert the file first");
    std::string key(keys_.empty() ? "{" : "\",");
    json::append_quoted(name, key);
    keys_.push_back(key += ":\"");
    if (!names.insert(name).second) {
      return broken(1, cat("the header names two columns ", in_quotes(name),
                           ": give each a name of its own"));
    }
  }
  place_.pass(text.view().substr(0, header.end));
  rest_ = text.view().substr(header.end);
  return {};
}

Result<std::optional<Batch>> CsvReader::next() {
  if (!header_read_) ADYTON_CHECK(read_header());
  auto text = std::make_shared<Text>();
  text->reserve(std::max(reading_.batch_size, rest_.size()));
  text->append(rest_);
  rest_.clear();
  for (std::size_t wanted = reading_.batch_size;; wanted = text->size() + text->size() / 2 + 1) {
    ADYTON_CHECK(read_on(*text, wanted));
    if (text->size() == 0) return std::optional<Batch>{};
    Batch batch = place_.begin_batch();
    const CsvFound found = add_rows(*text, batch);
    if (!batch.records.empty()) {
      const std::size_t end = batch.origins.back().end;
      return std::optional(hand_over(std::move(batch), std::move(text), end));
    }
    if (at_end_ && found == CsvFound::open_quote) {
      return open_quote(place_.line());
    }
    if (text->size() > reading_.max_record + 2) {
      ADYTON_TRY(batch, overlong_batch(*text));
      return std::optional(std::move(batch));
    }
  }
}

/// Reads until there are `wanted` bytes, or to the end of the file.
Status CsvReader::read_on(Text& text, std::size_t wanted) {
  while (!at_end_ && text.size() < wanted) {
    const std::size_t end = text.size();
    text.resize(wanted);
    ADYTON_TRY(const std::size_t n, bytes_->read({text.data() + end, wanted - end}));
    text.resize(end + n);
    if (n == 0) at_end_ = true;
  }
  return {};
}

/// Adds the rows that are whole, as long as the batch does not become much larger than it should;
/// gives what comes behind them.
CsvFound CsvReader::add_rows(const Text& text, Batch& batch) {
  const Follows follows = at_end_ ? Follows::nothing : Follows::more;
  objects_.clear();
  for (std::size_t at = 0; at < text.size() && objects_.size() <= 4 * reading_.batch_size;
       at = row_.end) {
    const CsvFound found = find_row(text.view(), at, delimiter_, follows, row_);
    if (found != CsvFound::row) return found;
    add_row(text, batch);
  }
  return CsvFound::row;
}

void CsvReader::add_row(const Text& text, Batch& batch) {
  std::uint32_t line = 0;
  if (!batch.origins.empty()) {
    const Origin& before = batch.origins.back();
    line = batch.lines.back() +
           static_cast<std::uint32_t>(line_breaks_in(text.view(before.begin, before.end)));
  }
  Record record;
  record.origin = static_cast<std::uint32_t>(batch.origins.size());
  record.begin = record.text_begin = static_cast<std::uint32_t>(objects_.size());
  record.text_end = record.end = record.begin;
  batch.origins.push_back(
      {static_cast<std::uint32_t>(row_.begin), static_cast<std::uint32_t>(row_.end)});
  batch.lines.push_back(line);
  if (row_.empty_line()) {
    record.state = State::blank;
    ++batch.counts.blank;
  } else {
    ++batch.counts.read;
    const std::size_t length = row_.text_end - row_.begin;
    if (length > reading_.max_record || !make_object(text, record)) {
      Overlong overlong;
      overlong.add(text.view(row_.begin, row_.text_end));
      overlong.kill(batch, record, reading_.max_record);
    } else if (row_.fault != nullptr) {
      kill(batch, record, "syntax", row_.fault);
    } else if (row_.fields.size() != keys_.size()) {
      kill(batch, record, "fields",
           cat(row_.fields.size(), " where the header names ", keys_.size()));
    }
  }
  if (record.state != State::dead) {
    objects_ += text.view(row_.text_end, row_.end);
    record.end = static_cast<std::uint32_t>(objects_.size());
  }
  batch.records.push_back(record);
}

/// False if the object would be too large. Nothing of a row that is to die is kept.
bool CsvReader::make_object(const Text& text, Record& record) {
  if (row_.fault != nullptr || row_.fields.size() != keys_.size()) return true;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    objects_ += keys_[i];
    const CsvField& field = row_.fields[i];
    if (field.doubled) {
      scratch_.clear();
      append_unquoted(text.view(), field, scratch_);
      append_escaped(scratch_, objects_);
    } else {
      append_escaped(text.view(field.begin, field.end), objects_);
    }
    if (objects_.size() > most_text) {
      objects_.resize(record.begin);
      return false;
    }
  }
  objects_ += "\"}";
  record.text_end = static_cast<std::uint32_t>(objects_.size());
  return true;
}

void CsvReader::kill(Batch& batch, Record& record, const char* kind, std::string detail) const {
  DeadRecord why;
  why.kind = kind;
  why.detail = std::move(detail);
  batch.kill(record, std::move(why));
}

Batch CsvReader::hand_over(Batch batch, std::shared_ptr<Text> text, std::size_t end) {
  rest_ = text->view().substr(end);
  text->resize(end);
  place_.pass(text->view());
  batch.original = std::move(text);
  batch.text = std::make_shared<Text>();
  batch.text->append(objects_);
  batch.text->resize(objects_.size());
  place_.end_batch(batch);
  return batch;
}

/// The row at the beginning of `text` is too long: reads to its end, keeping nothing but its length
/// and digest.
Result<Batch> CsvReader::overlong_batch(Text& text) {
  Batch batch = place_.begin_batch();
  batch.lines.push_back(0);
  Overlong overlong;
  RowSkipper skipper(delimiter_);
  bool held_return = false;  // a carriage return that may belong to the row's ending
  for (;;) {
    const std::size_t used = skipper.take(text.view());
    const bool ended = used < text.size();
    if (std::string_view part = text.view(0, used); !part.empty()) {
      if (held_return) overlong.add("\r");
      held_return = part.ends_with('\r');
      if (held_return) part.remove_suffix(1);
      overlong.add(part);
    }
    place_.pass(text.view(0, ended ? used + 1 : used));
    if (ended) rest_ = text.view().substr(used + 1);
    if (ended) break;
    text.resize(0);
    ADYTON_CHECK(read_on(text, reading_.batch_size));
    if (text.size() == 0) break;
    place_.forget_passed();
  }
  if (skipper.in_quotes()) return open_quote(batch.first_line);
  overlong.fill(batch, reading_.max_record);
  place_.end_batch(batch);
  return batch;
}

Error CsvReader::broken(std::uint64_t line, std::string message) const {
  return {ErrorCode::invalid, std::move(message), cat(name_, ':', line)};
}

Error CsvReader::long_header() const {
  return broken(
      1, cat("the header is longer than ", human_size(reading_.max_record), " (max_record)"));
}

Error CsvReader::open_quote(std::uint64_t line) const {
  return broken(line,
                "a quote in the row that begins here is never closed; what stands behind it "
                "cannot be told apart, so it must be mended first");
}

}  // namespace adyton::pipeline
