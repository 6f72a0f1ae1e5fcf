#include "host/pipeline/python_tokens.h"

#include <algorithm>
#include <array>

namespace adyton::pipeline {
namespace {

using Kind = PythonToken::Kind;

constexpr std::size_t npos = std::string_view::npos;
constexpr unsigned most_nested = 100;

constexpr std::array<std::string_view, 35> keywords = {
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

// The longer ones first.
constexpr std::array<std::string_view, 33> signs = {
    "...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", ":=", "+", "-", "*", "/", "%", "@", "&",
    "|",   "^",  "~",  "<",  ">",  "(",  ")",  "[",  "]",  "{",  "}", ",", ":", ".", "=", ";"};

bool is_decimal(char c) {
  return c >= '0' && c <= '9';
}
bool is_hexadecimal(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return is_decimal(c) || (lower >= 'a' && lower <= 'f');
}
bool is_octal(char c) {
  return c >= '0' && c <= '7';
}
bool is_binary(char c) {
  return c == '0' || c == '1';
}

/// Which characters beyond ASCII are letters is left to Python.
bool begins_name(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return (lower >= 'a' && lower <= 'z') || c == '_' || (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_in_name(char c) {
  return begins_name(c) || is_decimal(c);
}

bool is_keyword(std::string_view word) {
  return std::find(keywords.begin(), keywords.end(), word) != keywords.end();
}

/// What the letters before a quote make of the string.
struct Prefix {
  bool known = false;
  bool bytes = false;
  bool formatted = false;
};

Prefix prefix_of(std::string_view letters) {
  Prefix prefix{letters.size() <= 2};
  bool raw = false;
  bool unicode = false;
  for (const char c : letters) {
    bool* const flag = (c | 0x20) == 'r'   ? &raw
                       : (c | 0x20) == 'b' ? &prefix.bytes
                       : (c | 0x20) == 'f' ? &prefix.formatted
                       : (c | 0x20) == 'u' ? &unicode
                                           : nullptr;
    if (flag == nullptr || *flag) return {};
    *flag = true;
  }
  if ((unicode && letters.size() > 1) || (prefix.bytes && prefix.formatted)) return {};
  return prefix;
}

}  // namespace

PythonToken PythonTokens::fail(std::size_t offset, const char* message) {
  if (!fault_) fault_ = {offset, message};
  at_ = source_.size();
  return {Kind::end, {}, offset};
}

PythonToken PythonTokens::take(Kind kind, std::size_t end) {
  const PythonToken token{kind, source_.substr(at_, end - at_), at_};
  at_ = end;
  return token;
}

/// False if a line ends where none may.
bool PythonTokens::skip_space() {
  for (;;) {
    const char c = at(at_);
    if (at_ >= source_.size()) return true;
    if (c == ' ' || c == '\t' || c == '\f') {
      ++at_;
    } else if (c == '#') {
      at_ = std::min(source_.find('\n', at_), source_.size());
    } else if (c == '\\' && at(at_ + 1) == '\n') {
      at_ += 2;
    } else if (c == '\n' || c == '\r') {
      // Behind the expression lines may be empty.
      const std::size_t more = source_.find_first_not_of(" \t\f\r\n", at_);
      if (brackets_ == 0 && more != npos && source_[more] != '#') return false;
      ++at_;
    } else {
      return true;
    }
  }
}

PythonToken PythonTokens::next() {
  if (fault_) return {Kind::end, {}, fault_.offset};
  if (!skip_space()) return fail(at_, "the line ends: an expression goes on only within brackets");
  if (at_ == source_.size()) return {Kind::end, {}, at_};
  const char c = at(at_);
  if (is_decimal(c) || (c == '.' && is_decimal(at(at_ + 1)))) return number();
  if (begins_name(c) || c == '"' || c == '\'') return name_or_string();
  return sign();
}

PythonToken PythonTokens::sign() {
  for (const std::string_view text : signs) {
    if (source_.substr(at_).starts_with(text)) return take(Kind::sign, at_ + text.size());
  }
  return fail(at_, "this character has no meaning here");
}

/// Behind digits with single underscores between them; `at` itself if there are none.
std::size_t PythonTokens::digits(std::size_t at, bool (*is_digit)(char)) const {
  if (!is_digit(this->at(at))) return at;
  while (is_digit(this->at(at)) || (this->at(at) == '_' && is_digit(this->at(at + 1)))) ++at;
  return at;
}

PythonToken PythonTokens::number() {
  std::size_t end = at_;
  const char base = static_cast<char>(at(at_ + 1) | 0x20);
  if (at(at_) == '0' && (base == 'x' || base == 'o' || base == 'b')) {
    const std::size_t begin = at_ + 2 + (at(at_ + 2) == '_' ? 1 : 0);
    end = digits(begin, base == 'x' ? is_hexadecimal : base == 'o' ? is_octal : is_binary);
    if (end == begin || is_decimal(at(end))) return fail(at_, "the number has a wrong digit");
  } else {
    end = digits(end, is_decimal);
    bool real = false;
    if (at(end) == '.') {
      real = true;
      end = digits(end + 1, is_decimal);
    }
    if ((at(end) | 0x20) == 'e') {
      const std::size_t begin = end + (at(end + 1) == '+' || at(end + 1) == '-' ? 2 : 1);
      if (digits(begin, is_decimal) > begin) {
        real = true;
        end = digits(begin, is_decimal);
      }
    }
    const bool imaginary = (at(end) | 0x20) == 'j';
    if (imaginary) ++end;
    const std::string_view text = source_.substr(at_, end - at_);
    if (!real && !imaginary && text[0] == '0' && text.find_first_not_of("0_") != npos) {
      return fail(at_, "an integer does not begin with 0");
    }
  }
  // A keyword may stand right behind it, a name not.
  std::size_t word = end;
  while (is_in_name(at(word))) ++word;
  const std::string_view rest = source_.substr(end, word - end);
  constexpr std::array<std::string_view, 8> may_follow = {"and", "else", "for", "if",
                                                          "in",  "is",   "not", "or"};
  const bool joined = std::any_of(may_follow.begin(), may_follow.end(),
                                  [&](std::string_view k) { return rest.starts_with(k); });
  if (!rest.empty() && !joined) return fail(at_, "the number goes on with letters");
  return take(Kind::number, end);
}

PythonToken PythonTokens::name_or_string() {
  std::size_t end = at_;
  while (is_in_name(at(end))) ++end;
  const std::string_view word = source_.substr(at_, end - at_);
  if (at(end) != '"' && at(end) != '\'') {
    return take(is_keyword(word) ? Kind::keyword : Kind::name, end);
  }
  const Prefix prefix = prefix_of(word);
  // What follows a name or a keyword without a space is a string of its own.
  if (!prefix.known) return take(is_keyword(word) ? Kind::keyword : Kind::name, end);
  const std::size_t behind = string_end(end, prefix.formatted, 0);
  if (behind == npos) return fail(at_, "the string is not closed");
  const std::string_view text = source_.substr(at_, behind - at_);
  const bool ascii = std::all_of(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0x80) == 0; });
  if (prefix.bytes && !ascii) return fail(at_, "bytes hold ASCII characters only");
  return take(prefix.bytes ? Kind::bytes : Kind::text, behind);
}

/// Behind the string whose first quote stands at `quote`; npos if it is not closed.
std::size_t PythonTokens::string_end(std::size_t quote, bool formatted, unsigned depth) {
  const char c = at(quote);
  const bool triple = at(quote + 1) == c && at(quote + 2) == c;
  const std::string_view close = source_.substr(quote, triple ? 3 : 1);
  std::size_t i = quote + close.size();
  while (i < source_.size()) {
    if (source_.substr(i).starts_with(close)) return i + close.size();
    if (source_[i] == '\n' && !triple) return npos;
    if (source_[i] == '\\') {
      // In a raw string, too, the character behind a backslash does not end it.
      i += formatted && (at(i + 1) == '{' || at(i + 1) == '}') ? 1 : 2;
    } else if (formatted && source_[i] == '{' && at(i + 1) == '{') {
      i += 2;
    } else if (formatted && source_[i] == '{') {
      i = field_end(i + 1, depth);
      if (i == npos) return npos;
    } else {
      ++i;
    }
  }
  return npos;
}

/// Behind the brace that closes a replacement field of an f-string; `i` is in its expression.
std::size_t PythonTokens::field_end(std::size_t i, unsigned depth) {
  if (depth == most_nested) return npos;
  int brackets = 0;
  while (i < source_.size()) {
    const char c = source_[i];
    if (c == '"' || c == '\'') {
      std::size_t begin = i;
      while (begin > 0 && is_in_name(source_[begin - 1])) --begin;
      const Prefix prefix = prefix_of(source_.substr(begin, i - begin));
      i = string_end(i, prefix.formatted, depth + 1);
      if (i == npos) return npos;
      continue;
    }
    if (c == '}' && brackets == 0) return i + 1;
    if (c == ':' && brackets == 0) return format_end(i + 1, depth + 1);
    if (c == '(' || c == '[' || c == '{') ++brackets;
    if (c == ')' || c == ']' || c == '}') --brackets;
    ++i;
  }
  return npos;
}

/// The same, `i` being in the format behind the colon: text, with fields of its own.
std::size_t PythonTokens::format_end(std::size_t i, unsigned depth) {
  while (i < source_.size()) {
    if (source_[i] == '}') return i + 1;
    i = source_[i] == '{' ? field_end(i + 1, depth + 1) : i + 1;
    if (i == npos) return npos;
  }
  return npos;
}

}  // namespace adyton::pipeline
