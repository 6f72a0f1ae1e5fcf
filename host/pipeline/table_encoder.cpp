#include "host/pipeline/table_encoder.h"

#include <optional>

#include "host/base/text.h"
#include "host/pipeline/csv.h"
#include "modules/json/scan.h"

namespace adyton::pipeline {
namespace {

constexpr std::uint32_t no_column = 0xffffffff;

DeadRecord dead(const char* kind, std::string detail) {
  DeadRecord why;
  why.kind = kind;
  why.detail = std::move(detail);
  return why;
}

/// The record's line ending. It may stand within the text, as white space of the JSON.
std::string_view ending_of(std::string_view line) {
  if (line.ends_with("\r\n")) return "\r\n";
  if (line.ends_with('\n')) return "\n";
  return line.ends_with('\r') ? "\r" : "";  // half of one, at the end of a file
}

/// Calls member(key within its quotes, whether it holds a backslash, value) for each member; false
/// if the text is no object.
template <class Each>
bool for_each_member(std::string_view text, Each&& member) {
  std::size_t at = 0;
  json::skip_space(text, at);
  if (at == text.size() || text[at] != '{') return false;
  do {
    ++at;
    json::skip_space(text, at);
    if (at == text.size()) return false;
    if (text[at] == '}') return true;
    const std::size_t key = at;
    bool escaped = false;
    if (text[at] != '"' || json::skip_string(text, at, escaped)) return false;
    const std::size_t key_end = at;
    json::skip_space(text, at);
    if (at == text.size() || text[at] != ':') return false;
    json::skip_space(text, ++at);
    const std::size_t value = at;
    if (json::skip_value(text, at, 1)) return false;
    member(text.substr(key + 1, key_end - key - 2), escaped, text.substr(value, at - value));
    json::skip_space(text, at);
  } while (at < text.size() && text[at] == ',');
  return at < text.size() && text[at] == '}';
}

}  // namespace

TableEncoder::TableEncoder(const Batch& batch, char delimiter, std::span<const std::string> columns)
    : batch_(batch), delimiter_(delimiter) {
  if (!columns.empty()) set_columns(columns);
}

void TableEncoder::set_columns(std::span<const std::string> columns) {
  out_.columns.assign(columns.begin(), columns.end());
  for (const std::string& name : out_.columns) {
    index_.emplace(name, static_cast<std::uint32_t>(&name - out_.columns.data()));
  }
  values_.resize(columns.size());
}

void TableEncoder::forget_columns() {
  out_.columns.clear();
  index_.clear();
}

EncodedBatch TableEncoder::encode() {
  out_.own.reserve(batch_.text->size());
  for (std::size_t i = 0; i < batch_.records.size(); ++i) {
    const Record& record = batch_.records[i];
    if (record.state != State::live) continue;
    if (Why why = add_row(record); !why.kind.empty()) {
      out_.refused.push_back({static_cast<std::uint32_t>(i), std::move(why)});
    }
  }
  if (out_.records == 0) out_.columns.clear();
  out_.plain_size = out_.own.size();
  out_.ends_line = out_.own.empty() || out_.own.back() == '\n';
  return std::move(out_);
}

TableEncoder::Why TableEncoder::add_row(const Record& record) {
  members_.clear();
  const bool object = for_each_member(
      batch_.text_of(record), [this](std::string_view key, bool escaped, std::string_view value) {
        members_.push_back({key, value, escaped});
      });
  if (!object) return dead("not an object", "a row is made of an object's members");
  if (!out_.columns.empty()) return append_row(record);
  Why why = take_columns();
  if (why.kind.empty()) why = append_row(record);
  if (why.kind.empty()) return why;
  // The first record written names the columns, and this one is not.
  forget_columns();
  out_.provisional = true;
  return why;
}

/// Appends the row that the members make, or nothing.
TableEncoder::Why TableEncoder::append_row(const Record& record) {
  const std::size_t before = out_.own.size();
  if (before > 0 && out_.own.back() != '\n') out_.own += '\n';
  Why why = place_members();
  if (why.kind.empty()) why = append_values();
  if (!why.kind.empty()) {
    out_.own.resize(before);
    return why;
  }
  const std::string_view ending = ending_of(batch_.text->view(record.begin, record.end));
  out_.own += ending;
  if (out_.records == 0 && !ending.empty()) out_.ending = ending;
  ++out_.records;
  return {};
}

TableEncoder::Why TableEncoder::take_columns() {
  if (members_.empty()) {
    return dead("no columns", "an empty object names none, and it comes first");
  }
  std::vector<std::string> names;
  for (const Member& member : members_) {
    std::string name;
    if (!json::unescape(member.key, name)) {
      return dead("encoding", "half of a surrogate pair in a key");
    }
    names.push_back(std::move(name));
  }
  set_columns(names);
  return index_.size() == names.size() ? Why() : dead("repeated key", "a key is repeated");
}

/// Every member's value to its column.
TableEncoder::Why TableEncoder::place_members() {
  values_.assign(out_.columns.size(), {});
  std::uint32_t expected = 0;
  for (const Member& member : members_) {
    std::string_view key = member.key;
    if (member.escaped) {
      scratch_.clear();
      json::unescape(member.key, scratch_);
      key = scratch_;
    }
    const std::uint32_t column = column_of(key, expected);
    if (column == no_column) {
      return dead("unknown column", cat("the output has no column ", in_quotes(key)));
    }
    if (values_[column].data() != nullptr) {
      return dead("repeated key", cat("the key ", in_quotes(key), " is repeated"));
    }
    values_[column] = member.value;
    expected = column + 1;
  }
  return {};
}

std::uint32_t TableEncoder::column_of(std::string_view key, std::uint32_t expected) const {
  if (expected < out_.columns.size() && out_.columns[expected] == key) return expected;
  const auto found = index_.find(key);
  return found == index_.end() ? no_column : found->second;
}

TableEncoder::Why TableEncoder::append_values() {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (i > 0) out_.own += delimiter_;
    if (!append_value(values_[i])) {
      return dead("encoding",
                  cat("half of a surrogate pair in column ", in_quotes(out_.columns[i])));
    }
  }
  return {};
}

bool TableEncoder::append_value(std::string_view value) {
  const Alone alone = values_.size() == 1 ? Alone::yes : Alone::no;
  if (value.data() == nullptr || value == "null") {
    append_field("", delimiter_, alone, out_.own);
    return true;
  }
  if (value.front() != '"') {
    append_field(value, delimiter_, alone, out_.own);
    return true;
  }
  const std::string_view inside = value.substr(1, value.size() - 2);
  if (inside.find('\\') == std::string_view::npos) {
    append_field(inside, delimiter_, alone, out_.own);
    return true;
  }
  scratch_.clear();
  if (!json::unescape(inside, scratch_)) return false;
  append_field(scratch_, delimiter_, alone, out_.own);
  return true;
}

std::string table_header(std::span<const std::string> columns, char delimiter) {
  std::string out;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out += delimiter;
    append_field(columns[i], delimiter, columns.size() == 1 ? Alone::yes : Alone::no, out);
  }
  return out;
}

}  // namespace adyton::pipeline
