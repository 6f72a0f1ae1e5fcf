#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace adyton::pipeline {

// CSV as RFC 4180 has it, and the same with tabs: a row is fields between delimiters and ends with
// \n or \r\n (the last one may have no ending). A field that begins with a double quote ends with
// the next one that is not doubled, and holds anything; another field holds neither the delimiter,
// nor a double quote, nor a carriage return or newline. Spaces belong to the field.

inline constexpr char csv_delimiter = ',';
inline constexpr char tsv_delimiter = '\t';

/// A field within a text: what stands between its delimiters, or between its quotes.
struct CsvField {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool doubled = false;  // it holds doubled quotes
};

/// A row within a text; reused from row to row so that nothing is allocated.
struct CsvRow {
  std::vector<CsvField> fields;
  std::size_t begin = 0;
  std::size_t text_end = 0;     // behind the last field
  std::size_t end = 0;          //   and the row's ending
  const char* fault = nullptr;  // why it is none, a string literal: then `fields` tell nothing

  bool empty_line() const { return text_end == begin; }
};

enum class Follows { nothing, more };

/// Finds the row that begins at `begin`, which is not the text's end. `follows` says whether the
/// text goes on where it ends here. A row with a fault ends as any other: with the first newline
/// outside quotes.
enum class CsvFound {
  row,
  part,       // it goes on behind the text
  open_quote  // it does, or would if anything followed, within quotes
};
CsvFound find_row(std::string_view text, std::size_t begin, char delimiter, Follows follows,
                  CsvRow& row);

/// Appends the field's characters.
void append_unquoted(std::string_view text, const CsvField& field, std::string& out);

/// Appends a field, in quotes where it must be. `alone`: the row has no other, so that an empty one
/// must be told from an empty line.
enum class Alone { no, yes };
void append_field(std::string_view value, char delimiter, Alone alone, std::string& out);

/// Finds the end of a row that comes in pieces and is not kept.
class RowSkipper {
 public:
  explicit RowSkipper(char delimiter) : delimiter_(delimiter) {}

  /// How many bytes of `piece` belong to the row, its newline not among them.
  std::size_t take(std::string_view piece);

  bool in_quotes() const { return state_ == State::quoted; }

 private:
  enum class State { field_start, plain, quoted, quote };

  char delimiter_;
  State state_ = State::field_start;
};

}  // namespace adyton::pipeline
