#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "modules/json/stream_output.h"
#include "modules/json/stream_raw.h"
#include "modules/json/stream_reader.h"

namespace adyton::json {

/// What a terminal is told before a token of each kind and after it; empty: nothing.
struct StreamColors {
  std::string_view key;
  std::string_view string;
  std::string_view number;
  std::string_view word;
  std::string_view reset;
};

/// How a string is written that is a whole value, not within another: as it stands, or its
/// characters as UTF-8 and nothing around them.
enum class WholeStrings : std::uint8_t { quoted, raw };

struct StreamLayout {
  std::optional<unsigned> indent;  // blanks a level, every element on a line; none: no white space
  StreamColors colors = {};
  WholeStrings strings = WholeStrings::quoted;
};

// Handlers of a StreamReader. Tokens are written as they stand in the text: only the white space
// between them changes.

/// Writes nothing.
class StreamDiscard {
 public:
  void piece(const char*) {}
  void piece_end(const char*) {}
  void space(const char*, const char*) {}
  void begin(TokenKind) {}
  void text(std::string_view) {}
  void end() {}
  void open(char) {}
  void close(char) {}
  void comma() {}
  void colon() {}
};

/// Writes the text without the white space between its tokens: whole runs of the input, so that a
/// text without any is copied piece by piece.
class StreamCompacter {
 public:
  explicit StreamCompacter(StreamOutput& out) : out_(out) {}

  void piece(const char* begin) { run_ = begin; }
  void piece_end(const char* end) { put_run(end); }
  void space(const char* begin, const char* end) {
    put_run(begin);
    run_ = end;
  }
  void begin(TokenKind) {}
  void text(std::string_view) {}
  void end() {}
  void open(char) {}
  void close(char) {}
  void comma() {}
  void colon() {}

 private:
  void put_run(const char* end) {
    if (end != run_) out_.put({run_, static_cast<std::size_t>(end - run_)});
  }

  StreamOutput& out_;
  const char* run_ = nullptr;
};

/// Lays the tokens out anew.
class StreamWriter {
 public:
  StreamWriter(const StreamLayout& layout, StreamOutput& out) : layout_(layout), out_(out) {}

  /// Of the string that is written raw: a surrogate without its other half stood in it, which UTF-8
  /// cannot hold.
  bool lone_surrogate() const { return raw_.lone_surrogate(); }

  void piece(const char*) {}
  void piece_end(const char*) {}
  void space(const char*, const char*) {}

  void begin(TokenKind kind) {
    begin_value();
    is_raw_ = kind == TokenKind::string && level_ == 0 && layout_.strings == WholeStrings::raw;
    out_.put(color(kind));
  }
  void text(std::string_view part) {
    if (is_raw_) return raw_.put(part, out_);
    out_.put(part);
  }
  void end() {
    if (!is_raw_) out_.put(layout_.colors.reset);
  }
  void open(char bracket) {
    begin_value();
    out_.put(bracket);
    ++level_;
    empty_ = true;
  }
  void close(char bracket) {
    --level_;
    if (!empty_) new_line();
    empty_ = false;
    out_.put(bracket);
  }
  void comma() {
    out_.put(',');
    new_line();
  }
  void colon() {
    out_.put(':');
    if (layout_.indent) out_.put(' ');
  }

  /// The value that was written is whole; another may follow.
  void end_value() { out_.end_value(); }
  /// Another value begins, though the last one was not whole.
  void restart() {
    level_ = 0;
    empty_ = false;
  }

 private:
  /// The first thing in a container begins a line.
  void begin_value() {
    if (!empty_) return;
    empty_ = false;
    new_line();
  }
  void new_line() {
    if (!layout_.indent) return;
    out_.put('\n');
    out_.put_blanks(level_ * *layout_.indent);
  }
  std::string_view color(TokenKind kind) const {
    switch (kind) {
      case TokenKind::key:
        return layout_.colors.key;
      case TokenKind::string:
        return is_raw_ ? std::string_view() : layout_.colors.string;
      case TokenKind::number:
        return layout_.colors.number;
      case TokenKind::word:
        break;
    }
    return layout_.colors.word;
  }

  const StreamLayout& layout_;
  StreamOutput& out_;
  StreamRawString raw_;
  std::size_t level_ = 0;
  bool empty_ = false;  // so far, of the innermost container
  bool is_raw_ = false;
};

}  // namespace adyton::json
