#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modules/json/pointer.h"
#include "modules/json/stream_reader.h"
#include "modules/json/stream_write.h"

namespace adyton::json {

/// A handler of a StreamReader that passes on to a StreamWriter the values that a pointer names,
/// one after the other, each ended by end_value(). Of a key that an object repeats, every value is
/// passed on. Keeps of a key no more than the pointer's own could need. Pointer and writer outlive
/// it.
class StreamPicker {
 public:
  StreamPicker(const Pointer& pointer, StreamWriter& writer);

  /// How many values were passed on.
  std::uint64_t count() const { return count_; }

  /// Another document begins.
  void restart();

  void piece(const char*) {}
  void piece_end(const char*) {}
  void space(const char*, const char*) {}
  void begin(TokenKind kind);
  void text(std::string_view part) {
    if (mode_ == Mode::value) return writer_.text(part);
    if (mode_ == Mode::key) keep_key(part);
  }
  void end();
  void open(char bracket);
  void close(char bracket);
  void comma();
  void colon() {
    if (mode_ == Mode::value) writer_.colon();
  }

 private:
  enum class Mode : std::uint8_t {
    outside,  // of every value that is named
    key,      // within a key that may be the pointer's next
    value,    // within a value that is named
  };
  /// What the pointer's token at a depth has come to in the container that is open there.
  struct Level {
    bool array = false;
    bool key_matches = false;
    std::size_t index = 0;
  };
  /// A pointer's token, with what is asked of it often.
  struct Step {
    bool any;
    std::string key;
    std::optional<std::size_t> index;
  };

  bool named_so_far() const;
  void keep_key(std::string_view part);
  void end_value();

  StreamWriter& writer_;
  std::vector<Step> steps_;
  std::vector<Level> levels_;
  std::size_t depth_ = 0;    // containers open around this place, outside a named value
  std::size_t on_path_ = 0;  // how many of them, from the outermost, the pointer leads through
  std::size_t inside_ = 0;   // containers open within the named value
  Mode mode_ = Mode::outside;
  std::string key_;  // its text, with the opening quote
  std::string characters_;
  std::uint64_t count_ = 0;
};

}  // namespace adyton::json
