#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/result.h"

namespace adyton::json {

/// A JSON Pointer (RFC 6901) in which the token `*` stands for every element of an array or member
/// of an object; a literal `*` is written `~2`. A token names an object's member or, written as a
/// decimal without leading zeros, an array's element. The empty pointer is the whole document.
class Pointer {
 public:
  /// Whether the token `*` stands for many values, as the fields of a job have it, or is a key as
  /// any other and `~2` no escape, as RFC 6901 has it.
  enum class Stars : std::uint8_t { any, plain };

  struct Token {
    std::string key;  // unescaped; "*" where `any`
    bool any = false;

    bool operator==(const Token&) const = default;
  };

  /// ErrorCode::invalid with a message that says what is wrong with `text`.
  static Result<Pointer> parse(std::string_view text, Stars stars = Stars::any);

  /// As it was written.
  const std::string& text() const { return text_; }
  const std::vector<Token>& tokens() const { return tokens_; }

  /// True if one token stands for many values.
  bool has_wildcard() const;

 private:
  std::string text_;
  std::vector<Token> tokens_;
};

/// The token as it is written in a pointer in which no star stands for many: "a/b" is "a~1b".
std::string written_token(std::string_view key);

/// True if in some document the two could name the same value, or one a value inside the other's.
bool overlap(const Pointer& a, const Pointer& b);

/// The index that an array takes `key` for, or nullopt: "0", "12"; not "01", "-", "+1".
std::optional<std::size_t> array_index(std::string_view key);

}  // namespace adyton::json
