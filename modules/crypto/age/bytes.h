#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

#include "host/base/os.h"
#include "host/base/result.h"

namespace adyton::crypto::age {

/// Where bytes come from: up to `buffer.size()` of them, 0 at the end. May block.
using Source = std::function<Result<std::size_t>(std::span<char> buffer)>;
/// Where bytes go to: all of them, or the reason why not. May block.
using Sink = std::function<Status(std::string_view bytes)>;

/// The file must outlive them.
inline Source source_of(File& file) {
  return [&file](std::span<char> buffer) { return file.read(buffer); };
}
inline Sink sink_of(File& file) {
  return [&file](std::string_view bytes) { return file.write(bytes); };
}

/// The text must outlive it.
Source source_of(std::string_view text);

/// Reads until `buffer` is full or the source ends; how much that was.
Result<std::size_t> read_full(const Source& source, std::span<char> buffer);

/// Calls body(0) … body(count - 1), each once, in any order, on as many threads as it likes;
/// returns when all are done.
using Executor =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& body)>;

/// All of it on the calling thread.
void on_this_thread(std::size_t count, const std::function<void(std::size_t)>& body);

}  // namespace adyton::crypto::age
