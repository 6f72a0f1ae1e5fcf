#include "modules/crypto/binding/batch.h"

#include <algorithm>

#include <sys/mman.h>

#include "host/base/text.h"
#include "host/python/context.h"

namespace adyton::crypto {
namespace {

// In bytes of plaintext: what a message costs beside its bytes, what is done on the spot, and what
// a part on the pool should have at least (some tens of microseconds).
constexpr std::size_t message_cost = 256;
constexpr std::size_t smallest_release = 32 * 1024;
constexpr std::size_t smallest_part = 128 * 1024;

constexpr std::size_t ahead = 16;

}  // namespace

std::optional<PinnedList> PinnedList::of(python::Gil& gil, PyObject* sequence, const char* name) {
  const std::string message = cat(name, " must be a list of bytes-like objects");
  const auto fast = python::Ref::steal(PySequence_Fast(sequence, message.c_str()));
  if (!fast) return std::nullopt;
  PinnedList list;
  list.items_ = python::Ref::steal(PyTuple_New(PySequence_Fast_GET_SIZE(fast.get())));
  if (!list.items_) return std::nullopt;
  PyObject_GC_UnTrack(list.items_.get());
  if (list.copy(PySequence_Fast_ITEMS(fast.get())) || list.pin_any(gil, name)) return list;
  return std::nullopt;
}

// Whether all are of type bytes. Each lies somewhere else in memory: the next ones are fetched
// while one is looked at.
bool PinnedList::copy(PyObject* const* items) {
  bool only_bytes = true;
  const std::size_t count = size();
  for (std::size_t i = 0; i < count; ++i) {
    if (i + ahead < count) __builtin_prefetch(items[i + ahead], 1);
    PyObject* const item = Py_NewRef(items[i]);
    PyTuple_SET_ITEM(items_.get(), static_cast<Py_ssize_t>(i), item);
    only_bytes = only_bytes && PyBytes_CheckExact(item);
    if (only_bytes) total_ += static_cast<std::size_t>(PyBytes_GET_SIZE(item));
  }
  return only_bytes;
}

// Lets go of the items as copy() took them, which the tuple itself would do without looking ahead.
PinnedList::~PinnedList() {
  const std::size_t count = size();
  for (std::size_t i = 0; i < count; ++i) {
    if (i + ahead < count) {
      __builtin_prefetch(PyTuple_GET_ITEM(items_.get(), static_cast<Py_ssize_t>(i + ahead)), 1);
    }
    PyObject* const item = PyTuple_GET_ITEM(items_.get(), static_cast<Py_ssize_t>(i));
    PyTuple_SET_ITEM(items_.get(), static_cast<Py_ssize_t>(i), nullptr);
    Py_XDECREF(item);
  }
}

bool PinnedList::pin_any(python::Gil& gil, const char* name) {
  total_ = 0;
  views_.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) {
    const std::string item_name = cat(name, "[", i, "]");
    auto buffer = Buffer::of(gil, PyTuple_GET_ITEM(items_.get(), static_cast<Py_ssize_t>(i)),
                             item_name.c_str());
    if (!buffer) return false;
    buffers_.push_back(std::move(*buffer));
    views_.push_back(buffers_.back().bytes());
    total_ += views_.back().size();
  }
  return true;
}

// The kernel gives fresh memory page by page, which costs as much as short messages do: it is asked
// for large pages. Advice only, and for whole pages within the object.
python::Ref new_long_bytes(std::size_t size) {
  auto bytes =
      python::Ref::steal(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size)));
  if (!bytes) return bytes;
  constexpr std::uintptr_t page = 4096;
  const auto begin = (reinterpret_cast<std::uintptr_t>(data_of(bytes)) + page - 1) & ~(page - 1);
  const auto end = (reinterpret_cast<std::uintptr_t>(data_of(bytes)) + size) & ~(page - 1);
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  return bytes;
}

python::Ref new_hidden_list(std::size_t size) {
  auto list = python::Ref::steal(PyList_New(static_cast<Py_ssize_t>(size)));
  if (list) PyObject_GC_UnTrack(list.get());
  return list;
}

PyObject* show(python::Ref list) {
  PyObject_GC_Track(list.get());
  return list.release();
}

void for_each_part(python::Gil& gil, std::size_t count, std::size_t bytes,
                   const std::function<void(std::size_t, std::size_t)>& body) {
  const std::size_t cost = bytes + count * message_cost;
  if (cost < smallest_release) return body(0, count);
  if (cost < 2 * smallest_part) {
    const python::GilRelease released(gil);
    return body(0, count);
  }
  Pool& pool = python::Context::of(gil).pool(gil);
  const python::GilRelease released(gil);
  const std::size_t parts = std::min({count, cost / smallest_part, pool.size() * std::size_t{8}});
  pool.for_each(parts,
                [&](std::size_t part) { body(count * part / parts, count * (part + 1) / parts); });
}

bool worth_releasing_gil(std::size_t bytes) {
  return bytes >= smallest_release;
}

}  // namespace adyton::crypto
