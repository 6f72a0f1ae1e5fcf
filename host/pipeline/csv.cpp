#include "host/pipeline/csv.h"

#include "host/pipeline/record_reader.h"

namespace adyton::pipeline {
namespace {

constexpr std::size_t npos = std::string_view::npos;

/// No byte that means something outside quotes is greater.
constexpr unsigned char last_special = ',';

/// Goes through one row. Outside quotes at_ is where a field begins or at what ends it.
class RowFinder {
 public:
  RowFinder(std::string_view text, char delimiter, Follows follows, CsvRow& row)
      : text_(text), delimiter_(delimiter), follows_(follows), row_(row) {}

  CsvFound find(std::size_t begin) {
    row_.fields.clear();
    row_.begin = begin;
    row_.fault = nullptr;
    at_ = begin;
    for (;;) {
      const CsvFound field = at_ < text_.size() && text_[at_] == '"' ? quoted() : plain();
      if (field != CsvFound::row) return field;
      if (at_ == text_.size()) return found(at_);
      if (text_[at_] == '\n') return found(at_ + 1);
      ++at_;  // behind the delimiter
    }
  }

 private:
  /// A field in quotes, and what stands behind them.
  CsvFound quoted() {
    CsvField field{++at_, at_, false};
    for (;;) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == npos) return CsvFound::open_quote;
      at_ = quote + 1;
      if (at_ == text_.size() || text_[at_] != '"') break;
      field.doubled = true;
      ++at_;
    }
    field.end = at_ - 1;
    row_.fields.push_back(field);
    if (at_ == text_.size() || text_[at_] == delimiter_ || text_[at_] == '\n') return ended();
    if (text_[at_] == '\r' && ends_behind(at_)) {
      ++at_;
      return ended();
    }
    row_.fault = "characters behind a field's closing quote";
    to_end_of_field();
    return ended();
  }

  CsvFound plain() {
    CsvField field{at_, at_, false};
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) > last_special) continue;
      if (c == delimiter_ || c == '\n') break;
      if (c == '"') row_.fault = "a quote in a field that does not begin with one";
      if (c == '\r' && !ends_behind(at_)) row_.fault = "a carriage return outside quotes";
    }
    field.end = at_;
    if (ends_at(at_) && field.end > field.begin && text_[field.end - 1] == '\r') --field.end;
    row_.fields.push_back(field);
    return ended();
  }

  bool ends_at(std::size_t at) const { return at == text_.size() || text_[at] == '\n'; }
  bool ends_behind(std::size_t at) const { return ends_at(at + 1); }

  void to_end_of_field() {
    while (at_ < text_.size() && text_[at_] != delimiter_ && text_[at_] != '\n') ++at_;
  }

  CsvFound ended() const {
    return at_ == text_.size() && follows_ == Follows::more ? CsvFound::part : CsvFound::row;
  }

  CsvFound found(std::size_t end) {
    row_.end = end;
    row_.text_end = at_ > row_.begin && text_[at_ - 1] == '\r' ? at_ - 1 : at_;
    return CsvFound::row;
  }

  std::string_view text_;
  char delimiter_;
  Follows follows_;
  CsvRow& row_;
  std::size_t at_ = 0;
};

bool needs_quotes(std::string_view value, char delimiter) {
  for (const char c : value) {
    if (c == '"' || c == delimiter || c == '\n' || c == '\r') return true;
  }
  // At the beginning of a file that would be taken for the file's own.
  return value.starts_with(byte_order_mark);
}

}  // namespace

CsvFound find_row(std::string_view text, std::size_t begin, char delimiter, Follows follows,
                  CsvRow& row) {
  return RowFinder(text, delimiter, follows, row).find(begin);
}

void append_unquoted(std::string_view text, const CsvField& field, std::string& out) {
  std::string_view rest = text.substr(field.begin, field.end - field.begin);
  if (field.doubled) {
    for (std::size_t quote = rest.find('"'); quote != npos; quote = rest.find('"')) {
      out += rest.substr(0, quote + 1);
      rest.remove_prefix(quote + 2);
    }
  }
  out += rest;
}

void append_field(std::string_view value, char delimiter, Alone alone, std::string& out) {
  if (!needs_quotes(value, delimiter) && (alone == Alone::no || !value.empty())) {
    out += value;
    return;
  }
  out += '"';
  for (std::size_t quote = value.find('"'); quote != npos; quote = value.find('"')) {
    out += value.substr(0, quote + 1);
    out += '"';
    value.remove_prefix(quote + 1);
  }
  out += value;
  out += '"';
}

std::size_t RowSkipper::take(std::string_view piece) {
  for (std::size_t at = 0; at < piece.size(); ++at) {
    const char c = piece[at];
    if (state_ == State::quoted) {
      if (c == '"') state_ = State::quote;
    } else if (c == '\n') {
      return at;
    } else if (c == delimiter_) {
      state_ = State::field_start;
    } else if (c == '"' && state_ != State::plain) {
      state_ = State::quoted;
    } else {
      state_ = State::plain;
    }
  }
  return piece.size();
}

}  // namespace adyton::pipeline
