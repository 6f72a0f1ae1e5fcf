#pragma once

#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "modules/crypto/age/age.h"

namespace adyton::crypto::age::test {

/// Bytes that differ from place to place, the same each time.
inline std::string text_of(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t state = 12345;
  for (char& c : text) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return text;
}

/// A recipient and its identity.
struct Pair {
  Identity identity = Identity::generate();
  Recipients recipients = *Recipients::of({identity.recipient()});
  Identities identities = Identities(identity.clone());
};

/// Every task on a thread of its own.
inline void on_many_threads(std::size_t count, const std::function<void(std::size_t)>& body) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

inline Sink into(std::string& out) {
  return [&out](std::string_view bytes) -> Status {
    out += bytes;
    return {};
  };
}

/// A source that gives at most so many bytes at a time.
inline Source in_pieces(std::string_view text, std::size_t most) {
  return [source = source_of(text), most](std::span<char> buffer) {
    return source(buffer.first(std::min(buffer.size(), most)));
  };
}

// Lengths around which chunks and batches end.
inline const std::vector<std::size_t> telling_sizes{0,
                                                    1,
                                                    15,
                                                    16,
                                                    17,
                                                    65535,
                                                    65536,
                                                    65537,
                                                    2 * 65536,
                                                    8 * 65536,
                                                    8 * 65536 + 1,
                                                    32 * 65536 - 1,
                                                    32 * 65536,
                                                    32 * 65536 + 1,
                                                    33 * 65536,
                                                    64 * 65536,
                                                    64 * 65536 + 7};

}  // namespace adyton::crypto::age::test
