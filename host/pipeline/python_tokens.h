#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace adyton::pipeline {

/// Why a text is not Python: the offset of the byte, and what is wrong there (a string literal).
/// Without a message: nothing is.
struct PythonFault {
  std::size_t offset = 0;
  const char* message = nullptr;

  explicit operator bool() const { return message != nullptr; }
};

struct PythonToken {
  enum class Kind : std::uint8_t { name, keyword, number, text, bytes, sign, end };

  Kind kind = Kind::end;
  std::string_view text;  // as it stands in the source
  std::size_t offset = 0;

  bool is(std::string_view sign_or_keyword) const {
    return (kind == Kind::sign || kind == Kind::keyword) && text == sign_or_keyword;
  }
};

/// The tokens of one Python expression, as Python 3.11 and later cut them. Where versions differ
/// (quotes inside the braces of an f-string), what any of them takes is taken. A line may end only
/// within brackets. Borrows the source.
class PythonTokens {
 public:
  explicit PythonTokens(std::string_view source) : source_(source) {}

  /// The next token; at the end and behind a fault Kind::end.
  PythonToken next();
  const PythonFault& fault() const { return fault_; }

  /// The parser tells when it is within brackets.
  void open() { ++brackets_; }
  void close() { --brackets_; }

 private:
  PythonToken fail(std::size_t offset, const char* message);
  bool skip_space();
  PythonToken take(PythonToken::Kind kind, std::size_t end);
  PythonToken number();
  PythonToken name_or_string();
  PythonToken sign();
  std::size_t digits(std::size_t at, bool (*is_digit)(char)) const;
  std::size_t string_end(std::size_t quote, bool formatted, unsigned depth);
  std::size_t field_end(std::size_t at, unsigned depth);
  std::size_t format_end(std::size_t at, unsigned depth);
  char at(std::size_t i) const { return i < source_.size() ? source_[i] : '\0'; }

  std::string_view source_;
  std::size_t at_ = 0;
  int brackets_ = 0;
  PythonFault fault_;
};

}  // namespace adyton::pipeline
