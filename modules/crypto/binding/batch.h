#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include <Python.h>

#include "host/base/text.h"
#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/crypto/binding/buffer.h"

namespace adyton::crypto {

/// The items of a sequence of bytes-like objects, pinned: they stay where they are without the GIL,
/// whatever happens to the sequence. Destroyed with the GIL held.
class PinnedList {
 public:
  /// nullopt with TypeError set if an item is not bytes-like; `name` is the argument's.
  static std::optional<PinnedList> of(python::Gil& gil, PyObject* sequence, const char* name);

  /// No items.
  PinnedList() = default;
  PinnedList(PinnedList&&) = default;
  PinnedList& operator=(PinnedList&&) = delete;
  ~PinnedList();

  std::size_t size() const {
    return items_ ? static_cast<std::size_t>(PyTuple_GET_SIZE(items_.get())) : 0;
  }
  Bytes operator[](std::size_t i) const {
    if (!views_.empty()) return views_[i];
    PyObject* const item = PyTuple_GET_ITEM(items_.get(), static_cast<Py_ssize_t>(i));
    return {reinterpret_cast<const std::uint8_t*>(PyBytes_AS_STRING(item)),
            static_cast<std::size_t>(PyBytes_GET_SIZE(item))};
  }
  /// Has the head of item i brought into the cache.
  void fetch(std::size_t i) const {
    if (views_.empty() && i < size()) {
      __builtin_prefetch(PyTuple_GET_ITEM(items_.get(), static_cast<Py_ssize_t>(i)));
    }
  }
  /// The bytes of all items together.
  std::size_t total() const { return total_; }

 private:
  bool copy(PyObject* const* items);
  bool pin_any(python::Gil& gil, const char* name);

  python::Ref items_;         // a tuple that nobody else sees
  std::vector<Bytes> views_;  // none: every item is of type bytes, and pinned by the tuple
  std::deque<Buffer> buffers_;
  std::size_t total_ = 0;
};

/// A list for that many new objects, each still to be set; empty with an exception set. The
/// collector does not know it until show() is called, and so nobody does.
python::Ref new_hidden_list(std::size_t size);
PyObject* show(python::Ref list);

/// Calls body(begin, end) over 0 … count - 1 in parts, without the GIL and, where the work is worth
/// it, on the compute pool; `bytes` is the size of all messages together. The body must not throw.
void for_each_part(python::Gil& gil, std::size_t count, std::size_t bytes,
                   const std::function<void(std::size_t, std::size_t)>& body);

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
