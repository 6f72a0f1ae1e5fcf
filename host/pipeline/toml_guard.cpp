#include "host/pipeline/toml_guard.h"

#include <algorithm>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

/// Real keys have two or three parts.
constexpr std::size_t most_dots = 1000;

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}
bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

class Guard {
 public:
  explicit Guard(std::string_view text) : text_(text) {
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
  }

  std::optional<Diagnostic> check() {
    std::size_t dots = 0;
    while (next_ < text_.size()) {
      const char c = text_[next_];
      if (!is_ascii(c)) return outside_quotes();
      if (c == '.' && ++dots > most_dots) {
        return Diagnostic{at_, cat("a key of more than ", most_dots, " parts"), {}};
      }
      // A key ends here, or has not begun.
      if (c == '=' || c == ',' || c == '#' || c == '\n') dots = 0;
      if (c == '#') {
        skip_until('\n');
      } else if (c != '"' && c != '\'') {
        advance(1);
      } else if (may_open()) {
        skip_string(c);
      } else {
        return Diagnostic{at_, "this is not TOML: a quote in the middle of a word", {}};
      }
    }
    return std::nullopt;
  }

 private:
  Diagnostic outside_quotes() const {
    std::size_t end = next_ + 1;
    while (end < text_.size() && continues_character(text_[end])) ++end;
    return {at_, cat(in_quotes(text_.substr(next_, end - next_)), " can stand only in quotes"),
            "text stands in quotes: name = \"…\"; so do keys with such characters"};
  }

  void advance(std::size_t count) {
    for (const std::size_t end = std::min(next_ + count, text_.size()); next_ < end; ++next_) {
      if (text_[next_] == '\n') {
        ++at_.line;
        at_.column = 1;
      } else if (!continues_character(text_[next_])) {
        ++at_.column;
      }
    }
  }

  void skip_until(char c) { advance(std::min(text_.find(c, next_), text_.size()) - next_); }

  std::size_t quotes_here(char quote) const {
    const std::size_t end = std::min(text_.find_first_not_of(quote, next_), text_.size());
    return end - next_;
  }

  /// A string begins where a key or a value does.
  bool may_open() const {
    return next_ == 0 || std::string_view(" \t\r\n=.,[{").find(text_[next_ - 1]) != text_.npos;
  }

  void skip_string(char quote) {
    const bool escapes = quote == '"';
    const std::size_t opening = quotes_here(quote);
    if (opening == 2) return advance(2);
    const bool multi_line = opening >= 3;
    advance(multi_line ? 3 : 1);
    while (next_ < text_.size()) {
      const char c = text_[next_];
      if (escapes && c == '\\') {
        advance(2);
      } else if (c == quote && !multi_line) {
        return advance(1);
      } else if (c == quote) {
        // The last three of a run close, and one or two may stand before them.
        const std::size_t run = std::min<std::size_t>(quotes_here(quote), 5);
        advance(run);
        if (run >= 3) return;
      } else if (c == '\n' && !multi_line) {
        return;  // toml++ will say that the string has no end
      } else {
        advance(1);
      }
    }
  }

  std::string_view text_;
  std::size_t next_ = 0;
  Place at_{1, 1, 1};
};

}  // namespace

std::optional<Diagnostic> guard_toml(std::string_view text) {
  return Guard(text).check();
}

}  // namespace adyton::pipeline
