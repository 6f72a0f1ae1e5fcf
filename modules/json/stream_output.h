#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace adyton::json {

/// Where a stream writes: bytes are gathered in a block of fixed size, and a full block is handed
/// on. What was put since the last commit() and still lies in the block can be taken back, so that
/// of a short text that turns out to be broken nothing is seen. Abstract: write() says where the
/// bytes go. One thread at a time.
class StreamOutput {
 public:
  static constexpr std::size_t block_size = 256 << 10;

  StreamOutput() : block_(std::make_unique_for_overwrite<char[]>(block_size)) {}
  virtual ~StreamOutput() = default;
  StreamOutput(const StreamOutput&) = delete;
  StreamOutput& operator=(const StreamOutput&) = delete;

  void put(char c) {
    if (size_ == block_size) flush();
    block_[size_++] = c;
  }
  void put(std::string_view text) {
    if (text.empty()) return;
    if (block_size - size_ < text.size()) return put_large(text);
    std::memcpy(block_.get() + size_, text.data(), text.size());
    size_ += text.size();
  }
  void put_blanks(std::size_t count);

  /// A value is whole. Derived classes say what stands behind it.
  virtual void end_value() {}
  /// The document is whole, with all the values that were put of it: they stay.
  virtual void end_document() { commit(); }

  void commit() { committed_ = size_; }
  /// Forgets what was put since the last commit(), as far as it has not been handed on.
  void roll_back() { size_ = committed_; }

  /// Hands on what is committed, or everything.
  void flush_committed();
  void flush();

 protected:
  /// Takes the bytes. It cannot fail: who writes to a file keeps the error and swallows the rest.
  virtual void write(std::string_view bytes) = 0;

 private:
  void put_large(std::string_view text);

  std::unique_ptr<char[]> block_;
  std::size_t size_ = 0;
  std::size_t committed_ = 0;
};

}  // namespace adyton::json
