#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <Python.h>

#include "host/base/text.h"
#include "host/python/gil.h"
#include "host/python/ref.h"
#include "host/runtime/part_feed.h"
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

  std::size_t size() const { return items_ ? size_ : 0; }
  Bytes operator[](std::size_t i) const {
    if (!views_.empty()) return views_[i];
    return {data_of(items_[i]), items_[i].size};
  }
  /// Has the first bytes of item i brought into the cache.
  void fetch(std::size_t i) const {
    if (views_.empty() && i < size()) __builtin_prefetch(data_of(items_[i]));
  }
  /// The bytes of all items together.
  std::size_t total() const { return total_; }

 private:
  // With its size, for which the object itself need not be looked at again: where all are short,
  // what takes the time is bringing them into the cache.
  struct Item {
    PyObject* object;  // held
    std::size_t size;  // of one that is of type bytes
  };
  static const std::uint8_t* data_of(const Item& item) {
    return reinterpret_cast<const std::uint8_t*>(
        reinterpret_cast<PyBytesObject*>(item.object)->ob_sval);
  }
  bool copy(PyObject* const* items);
  bool pin_any(python::Gil& gil, const char* name);

  std::unique_ptr<Item[]> items_;
  std::size_t size_ = 0;
  std::vector<Bytes> views_;  // none: every item is of type bytes, and pinned by being held
  std::deque<Buffer> buffers_;
  std::size_t total_ = 0;
};

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

/// The same, for results that are still being made, with the GIL held: the pool begins with those
/// that are there. Destroyed with the GIL held, before what the body writes to.
class Writing {
 public:
  Writing(python::Gil& gil, std::size_t count, std::size_t bytes, PartBody body);
  Writing(const Writing&) = delete;
  Writing& operator=(const Writing&) = delete;

  std::size_t parts() const { return parts_; }
  /// Of the first item of a part, or of the first that is in none.
  std::size_t begin(std::size_t part) const { return count_ * part / parts_; }
  /// The items of the next part are there.
  void add() {
    if (feed_) feed_->add();
  }
  /// Returns when all have been written.
  void finish(python::Gil& gil);

 private:
  std::size_t count_;
  std::size_t cost_;
  std::size_t parts_ = 1;
  PartBody body_;
  std::optional<PartFeed> feed_;  // none: finish() does it; else its end waits for the pool
};

/// Sets each item of a hidden list to what make(i) gives, a new object that `write` then writes to,
/// as for_each_part's body. False where make gave nullptr; nothing is written to from then on, and
/// what was is in the list.
template <class Make>
bool fill(python::Gil& gil, const python::Ref& list, std::size_t bytes, Make make, PartBody write) {
  const auto count = static_cast<std::size_t>(PyList_GET_SIZE(list.get()));
  Writing writing(gil, count, bytes, std::move(write));
  for (std::size_t part = 0; part < writing.parts(); ++part) {
    const std::size_t end = writing.begin(part + 1);
    for (std::size_t i = writing.begin(part); i < end; ++i) {
      PyObject* const object = make(i);
      if (object == nullptr) return false;
      PyList_SET_ITEM(list.get(), static_cast<Py_ssize_t>(i), object);
    }
    writing.add();
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
