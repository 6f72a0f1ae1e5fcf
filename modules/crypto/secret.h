#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "host/base/text.h"

namespace adyton::crypto {

/// Overwrites memory so that the compiler may not leave it out.
void wipe(void* memory, std::size_t size);
void wipe(std::string& text);

/// Wipes what functions that have returned left below their caller on this thread's stack, some
/// thousand bytes deep, and in registers. For plaintext in frames of libraries.
void wipe_frames();

/// Key bytes, in pages of their own: left out of core dumps, locked into memory as far as
/// RLIMIT_MEMLOCK allows (beyond it they may be swapped; nothing fails), overwritten before they
/// are given back. A forked child inherits them. Moves, never copies by itself: clone() says so.
class Secret {
 public:
  Secret() = default;
  /// `size` zero bytes. std::bad_alloc if the system has no page left.
  explicit Secret(std::size_t size);
  explicit Secret(Bytes bytes);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  Secret clone() const { return Secret(bytes()); }

  std::uint8_t* data() { return data_; }
  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }
  Bytes bytes() const { return {data_, size_}; }
  std::span<std::uint8_t> span() { return {data_, size_}; }

 private:
  void release();

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Wipes a string that held key bytes when the scope ends, however it ends.
class WipeAtExit {
 public:
  explicit WipeAtExit(std::string& text) : text_(text) {}
  ~WipeAtExit() { wipe(text_); }
  WipeAtExit(const WipeAtExit&) = delete;
  WipeAtExit& operator=(const WipeAtExit&) = delete;

 private:
  std::string& text_;
};

}  // namespace adyton::crypto
