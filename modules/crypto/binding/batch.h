#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include <Python.h>

#include "host/base/text.h"
#include "host/python/gil.h"
#include "host/python/ref.h"
#include "host/runtime/part_feed.h"
#include "modules/crypto/binding/pinned_list.h"

namespace adyton::crypto {

/// A list for that many new objects, each still to be set; empty with an exception set. The
/// collector does not know it until show() is called, and so nobody does.
python::Ref new_hidden_list(std::size_t size);
PyObject* show(python::Ref list);

/// Where a bytes object that is an item of a hidden list is written.
inline std::uint8_t* item_data(const python::Ref& list, std::size_t i) {
  PyObject* const item = PyList_GET_ITEM(list.get(), static_cast<Py_ssize_t>(i));
  return reinterpret_cast<std::uint8_t*>(PyBytes_AS_STRING(item));
}

/// What is done to the items begin … end - 1, on any thread and without the GIL. What it throws,
/// its caller throws.
using PartBody = std::function<void(std::size_t begin, std::size_t end)>;

/// Calls body(begin, end) over 0 … count - 1 in parts, without the GIL and, where the work is worth
/// it, on the compute pool; `bytes` is the size of all messages together.
void for_each_part(python::Gil& gil, std::size_t count, std::size_t bytes, const PartBody& body);

/// for_each_part for items that become ready one after the other, with the GIL held: the pool
/// begins with those that are there. Destroyed with the GIL held, before what the body refers to.
class Writing {
 public:
  explicit Writing(PartBody body) : body_(std::move(body)) {}
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

  /// Whether items of this cost (cost_of) are enough for a part: as many as stay in a processor's
  /// cache until they are written.
  static bool is_part(std::size_t cost) { return cost >= part_cost; }

  /// The items of a part are there; `last` if no other follows. If the pool is busy, the calling
  /// thread does a part itself, without the GIL: gives which.
  std::optional<Part> add(python::Gil& gil, Part part, std::size_t cost, bool last);
  /// Returns when all have been written.
  void finish(python::Gil& gil);

 private:
  static constexpr std::size_t part_cost = 256 * 1024;

  PartBody body_;
  std::optional<PartFeed> feed_;  // none: they are few. Else its end waits for the pool
};

/// What a message costs, in bytes of plaintext.
inline std::size_t cost_of(std::size_t count, std::size_t bytes) {
  constexpr std::size_t message_cost = 256;
  return bytes + count * message_cost;
}

/// Sets each item of a hidden list to what make(i) gives for message i, a new object that `write`
/// then writes to, as for_each_part's body; a message is pinned from before its make() to after its
/// write(). False with an exception set where a message cannot be pinned or make gave nullptr;
/// nothing is written to from then on, and what was is in the list.
template <class Make>
bool fill(python::Gil& gil, PinnedList& messages, const python::Ref& list, Make make,
          PartBody write) {
  Writing writing(std::move(write));
  for (std::size_t begin = 0; begin < messages.size();) {
    std::size_t end = begin;
    std::size_t cost = 0;
    for (; end < messages.size() && !Writing::is_part(cost); ++end) {
      if (!messages.pin(gil, end)) return false;
      PyObject* const object = make(end);
      if (object == nullptr) return false;
      PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(end), object);
      cost += cost_of(1, messages[end].size());
    }
    const auto written = writing.add(gil, {begin, end}, cost, end == messages.size());
    if (written) messages.unpin(*written);
    begin = end;
  }
  writing.finish(gil);
  return true;
}

/// The first of the items that failed. Any thread.
class FirstFailure {
 public:
  void at(std::size_t item) {
    std::size_t first = item_.load(std::memory_order_relaxed);
    while (item < first && !item_.compare_exchange_weak(first, item)) {
    }
  }
  bool any() const { return item_.load() != none; }
  std::size_t item() const { return item_.load(); }

 private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  std::atomic<std::size_t> item_ = none;
};

/// Whether a message is long enough for another thread to be let run meanwhile.
bool worth_releasing_gil(std::size_t bytes);

/// Runs work() on one message of that size, without the GIL where that is worth it.
template <class Work>
void release_if_worth(python::Gil& gil, std::size_t bytes, Work work) {
  if (!worth_releasing_gil(bytes)) return work();
  const python::GilRelease released(gil);
  work();
}

/// A new bytes object of that size, still to be written; empty with an exception set on failure.
/// While nobody else knows of it, it may be written to without the GIL.
python::Ref new_long_bytes(std::size_t size);
inline python::Ref new_bytes(std::size_t size) {
  constexpr std::size_t worth_huge_pages = 8 << 20;
  if (size >= worth_huge_pages) return new_long_bytes(size);
  return python::Ref::steal(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size)));
}
inline std::uint8_t* data_of(const python::Ref& bytes) {
  return reinterpret_cast<std::uint8_t*>(PyBytes_AS_STRING(bytes.get()));
}

}  // namespace adyton::crypto
