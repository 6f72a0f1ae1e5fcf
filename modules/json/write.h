#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "modules/json/always_inline.h"
#include "modules/json/write_number.h"

namespace adyton::json {

/// Where a document is written: a piece of memory that a derived class owns and enlarges. Abstract
/// so that the bytes can be made where they are to stay. Throws std::bad_alloc.
class Buffer {
 public:
  virtual ~Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  /// Makes room for `more` bytes at cursor(). They are then written there and counted by
  /// advance_to(); any other call moves the cursor.
  void reserve(std::size_t more) {
    if (static_cast<std::size_t>(limit_ - cursor_) < more) grow(more);
  }
  ADYTON_ALWAYS_INLINE char* cursor() { return cursor_; }
  /// The end of the room.
  ADYTON_ALWAYS_INLINE char* limit() { return limit_; }
  std::size_t room() const { return static_cast<std::size_t>(limit_ - cursor_); }
  ADYTON_ALWAYS_INLINE void advance_to(char* end) { cursor_ = end; }

  void put(char c) {
    reserve(1);
    *cursor_++ = c;
  }
  void put(std::string_view text) {
    if (text.empty()) return;  // there may be no memory yet
    reserve(text.size());
    std::memcpy(cursor_, text.data(), text.size());
    cursor_ += text.size();
  }

  std::string_view written() const { return {begin_, static_cast<std::size_t>(cursor_ - begin_)}; }

 protected:
  Buffer() = default;

  /// Enlarges the memory so that `more` bytes fit behind what was written, and calls place().
  virtual void grow(std::size_t more) = 0;

  /// The memory is [memory, memory + capacity) from now on and holds the first `size` bytes.
  void place(char* memory, std::size_t size, std::size_t capacity) {
    begin_ = memory;
    cursor_ = memory + size;
    limit_ = memory + capacity;
  }

  /// A capacity for `more` bytes that keeps the cost of growing proportional to what is written.
  std::size_t next_capacity(std::size_t more) const {
    const auto size = static_cast<std::size_t>(cursor_ - begin_);
    return size + more + size / 2 + 512;
  }

 private:
  char* begin_ = nullptr;
  char* cursor_ = nullptr;
  char* limit_ = nullptr;
};

/// A Buffer in a std::string.
class StringBuffer final : public Buffer {
 public:
  std::string take() {
    text_.resize(written().size());
    place(nullptr, 0, 0);
    return std::move(text_);
  }

 private:
  void grow(std::size_t more) override;

  std::string text_;
};

/// What stands between the parts of a document. With `indent` every element and member begins a
/// line, indented by that text once a level.
struct Layout {
  std::string item_separator = ",";
  std::string key_separator = ":";
  std::optional<std::string> indent = {};
};

/// The punctuation of a document; the caller writes the scalars to the buffer. Neither is owned.
class Writer {
 public:
  Writer(Buffer& out, const Layout& layout) : out_(out), layout_(layout) {}

  /// Of a container that is not empty (an empty one is the caller's "[]").
  void open(char bracket) {
    out_.put(bracket);
    ++level_;
    if (layout_.indent) new_line();
  }
  void close(char bracket) {
    --level_;
    if (layout_.indent) new_line();
    out_.put(bracket);
  }
  /// Between two elements or members.
  void separate() {
    out_.put(layout_.item_separator);
    if (layout_.indent) new_line();
  }
  /// Between a key and its value.
  void colon() { out_.put(layout_.key_separator); }

  Buffer& out() { return out_; }

  /// How many containers are open, and a change of it by who writes brackets himself.
  std::size_t level() const { return level_; }
  void move(int levels) { level_ += static_cast<std::size_t>(levels); }

 private:
  void new_line();

  Buffer& out_;
  const Layout& layout_;
  std::size_t level_ = 0;
};

inline void put_integer(Buffer& out, std::int64_t value) {
  out.reserve(integer_capacity);
  out.advance_to(write_integer(value, out.cursor()));
}

/// As Python writes it: NaN, Infinity and -Infinity if it is not finite.
void put_real(Buffer& out, double value);

}  // namespace adyton::json
