#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include <Python.h>

#include "host/base/text.h"
#include "host/python/gil.h"
#include "host/python/ref.h"
#include "host/runtime/part_feed.h"
#include "modules/crypto/binding/buffer.h"

namespace adyton::crypto {

/// The items of a sequence of bytes-like objects, pinned one after the other: pinned, an item stays
/// where it is without the GIL, whatever happens to the sequence. Destroyed with the GIL held.
class PinnedList {
 public:
  /// With no item pinned yet; nullopt with TypeError set if it is no sequence. `name` is the
  /// argument's.
  static std::optional<PinnedList> over(python::Gil& gil, PyObject* sequence, const char* name);
  /// With all of them pinned; nullopt with an exception set.
  static std::optional<PinnedList> of(python::Gil& gil, PyObject* sequence, const char* name);

  /// No items.
  PinnedList() = default;
  PinnedList(PinnedList&& other) noexcept
      : sequence_(std::move(other.sequence_)),
        name_(other.name_),
        items_(std::move(other.items_)),
        size_(std::exchange(other.size_, 0)),
        pinned_(std::exchange(other.pinned_, 0)),
        total_(other.total_),
        buffers_(std::move(other.buffers_)) {}
  PinnedList& operator=(PinnedList&&) = delete;
  ~PinnedList() { unpin({0, pinned_}); }

  /// Pins item i, the first that is not. False with an exception set: TypeError if it is not
  /// bytes-like, RuntimeError if it is gone.
  bool pin(python::Gil& gil, std::size_t i) {
    if (i < current_size()) [[likely]] {
      PyObject* const* const objects = PySequence_Fast_ITEMS(sequence_.get());
      if (i + ahead < current_size()) fetch(objects[i + ahead]);
      if (PyBytes_CheckExact(objects[i])) [[likely]] {
        pin_bytes(objects[i], i);
        return true;
      }
    }
    return pin_other(gil, i);
  }
  bool pin_all(python::Gil& gil);
  /// These are needed no more. With the GIL held.
  void unpin(Part part);

  std::size_t size() const { return size_; }
  /// Of an item that is pinned.
  Bytes operator[](std::size_t i) const { return {items_[i].data, items_[i].size()}; }
  /// The bytes of the items that were pinned.
  std::size_t total() const { return total_; }

 private:
  static constexpr std::size_t ahead = 48;

  // With its size, for which the object itself need not be looked at again: where all are short,
  // what takes the time is bringing them into the cache.
  struct Item {
    const std::uint8_t* data;  // null once it is unpinned
    std::size_t size_and_kind;

    static constexpr std::size_t in_buffer = ~(~std::size_t{0} >> 1);
    std::size_t size() const { return size_and_kind & ~in_buffer; }
    /// Whether a reference to the bytes object holds it, not a Buffer.
    bool is_bytes() const { return data != nullptr && (size_and_kind & in_buffer) == 0; }
  };
  struct FreeItems {
    void operator()(Item* items) const { PyMem_Free(items); }
  };

  std::size_t current_size() const {
    return static_cast<std::size_t>(PySequence_Fast_GET_SIZE(sequence_.get()));
  }
  /// Each object lies somewhere else in memory: the next ones are brought into the cache while one
  /// is looked at, with their counts of references, which are written to, and their first bytes.
  static void fetch(PyObject* object) {
    constexpr std::size_t cache_line = 64;
    __builtin_prefetch(object, 1);
    __builtin_prefetch(reinterpret_cast<const char*>(object) + cache_line);
  }
  void pin_bytes(PyObject* bytes, std::size_t i) {
    Py_INCREF(bytes);
    const auto size = static_cast<std::size_t>(PyBytes_GET_SIZE(bytes));
    set(i, {reinterpret_cast<const std::uint8_t*>(PyBytes_AS_STRING(bytes)), size});
  }
  bool pin_other(python::Gil& gil, std::size_t i);
  void set(std::size_t i, Item item) {
    items_[i] = item;
    pinned_ = i + 1;
    total_ += item.size();
  }
  static PyObject* object_of(const Item& item) {
    return reinterpret_cast<PyObject*>(const_cast<std::uint8_t*>(item.data) -
                                       offsetof(PyBytesObject, ob_sval));
  }

  python::Ref sequence_;
  const char* name_ = nullptr;
  std::unique_ptr<Item[], FreeItems> items_;
  std::size_t size_ = 0;
  std::size_t pinned_ = 0;  // those before it are, or were
  std::size_t total_ = 0;
  std::deque<Buffer> buffers_;
};

}  // namespace adyton::crypto
