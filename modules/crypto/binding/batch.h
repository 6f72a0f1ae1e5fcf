#pragma once

#include <cstdint>
#include <deque>
#include <functional>
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

  std::size_t size() const { return items_.size(); }
  Bytes operator[](std::size_t i) const { return items_[i]; }
  /// The bytes of all items together.
  std::size_t total() const { return total_; }

 private:
  bool add(python::Gil& gil, PyObject* item, const char* name);

  std::vector<Bytes> items_;
  std::vector<python::Ref> references_;  // of exact bytes, which need no more to be pinned
  std::deque<Buffer> buffers_;           // of everything else
  std::size_t total_ = 0;
};

/// Calls body(begin, end) over 0 … count - 1 in parts, without the GIL and, where the work is worth
/// it, on the compute pool; `bytes` is the size of all messages together. The body must not throw.
void for_each_part(python::Gil& gil, std::size_t count, std::size_t bytes,
                   const std::function<void(std::size_t, std::size_t)>& body);

/// Whether a message is long enough for another thread to be let run meanwhile.
bool worth_releasing_gil(std::size_t bytes);

/// A new bytes object of that size, still to be written; empty with an exception set on failure.
/// While nobody else knows of it, it may be written to without the GIL.
inline python::Ref new_bytes(std::size_t size) {
  return python::Ref::steal(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size)));
}
inline std::uint8_t* data_of(const python::Ref& bytes) {
  return reinterpret_cast<std::uint8_t*>(PyBytes_AS_STRING(bytes.get()));
}

}  // namespace adyton::crypto
