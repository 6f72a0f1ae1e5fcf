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
    while (next_ < text_.size()) {
      const char c = text_[next_];
      if (!is_ascii(c)) return outside_quotes();
      if (c == '#') {
        skip_until('\n');
      } else if (c == '"' || c == '\'') {
        if (in_word_) {
          return Diagnostic{at_, "this is not TOML: a quote in the middle of a word", {}};
        }
        skip_string(c);
        in_word_ = true;
      } else {
        take(c);
        if (dots_ > most_dots)
          return Diagnostic{at_, cat("a key of more than ", most_dots, " parts"), {}};
        advance(1);
      }
    }
    return std::nullopt;
  }

 private:
  /// What a character outside strings and comments changes: whether keys or values stand here, and
  /// whether in the middle of one.
  void take(char c) {
    const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (space || c == ',' || c == ']' || c == '}') {
      in_word_ = false;
      if (c == ',') in_key_ = !open_.empty() && open_.back() == '{';
      if ((c == ']' || c == '}') && !open_.empty()) open_.pop_back();
      if (c == '\n' && open_.empty()) in_key_ = true;
      if (!in_key_ || c == ',' || c == '\n') dots_ = 0;
    } else if (in_key_) {
      in_word_ = c != '=' && c != '.' && c != '[';
      if (c == '=') in_key_ = false;
      dots_ = c == '=' ? 0 : dots_ + (c == '.' ? 1 : 0);
    } else if (in_word_ || (c != '[' && c != '{')) {
      in_word_ = true;
    } else {
      open_ += c;
      in_key_ = c == '{';
    }
  }

  Diagnostic outside_quotes() const {
    if (utf8_sequence(text_.substr(next_)) == 0) {
      return {at_, cat("the byte ", in_quotes(text_.substr(next_, 1)), " is no UTF-8"),
              "a job is a text file, saved as UTF-8"};
    }
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
  std::string open_;    // the brackets around a value
  bool in_key_ = true;  // a key or a table's header stands here, else a value
  bool in_word_ = false;
  std::size_t dots_ = 0;  // of the key
};

}  // namespace

std::optional<Diagnostic> guard_toml(std::string_view text) {
  return Guard(text).check();
}

}  // namespace adyton::pipeline
