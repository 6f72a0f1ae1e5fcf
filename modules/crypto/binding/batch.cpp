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
// So many parts for each thread that the last of them, which one thread alone is busy with, is
// short.
constexpr std::size_t most_parts = 32;

constexpr std::size_t ahead = 16;

std::size_t cost_of(std::size_t count, std::size_t bytes) {
  return bytes + count * message_cost;
}

std::size_t parts_of(std::size_t count, std::size_t cost, const Pool& pool) {
  return std::min({count, cost / smallest_part, pool.size() * most_parts});
}

/// What is not worth another thread.
void do_at_once(python::Gil& gil, std::size_t count, std::size_t cost, const PartBody& body) {
  if (cost < smallest_release) return body(0, count);
  const python::GilRelease released(gil);
  body(0, count);
}

}  // namespace

std::optional<PinnedList> PinnedList::of(python::Gil& gil, PyObject* sequence, const char* name) {
  const std::string message = cat(name, " must be a list of bytes-like objects");
  const auto fast = python::Ref::steal(PySequence_Fast(sequence, message.c_str()));
  if (!fast) return std::nullopt;
  PinnedList list;
  list.size_ = static_cast<std::size_t>(PySequence_Fast_GET_SIZE(fast.get()));
  list.items_ = std::make_unique_for_overwrite<Item[]>(list.size_);
  if (list.copy(PySequence_Fast_ITEMS(fast.get())) || list.pin_any(gil, name)) return list;
  return std::nullopt;
}

// Whether all are of type bytes. Each lies somewhere else in memory: the next ones are fetched
// while one is looked at.
bool PinnedList::copy(PyObject* const* items) {
  bool only_bytes = true;
  for (std::size_t i = 0; i < size_; ++i) {
    if (i + ahead < size_) __builtin_prefetch(items[i + ahead], 1);
    PyObject* const item = Py_NewRef(items[i]);
    only_bytes = only_bytes && PyBytes_CheckExact(item);
    items_[i] = {item, only_bytes ? static_cast<std::size_t>(PyBytes_GET_SIZE(item)) : 0};
    total_ += items_[i].size;
  }
  return only_bytes;
}

PinnedList::~PinnedList() {
  const std::size_t count = size();
  for (std::size_t i = 0; i < count; ++i) {
    if (i + ahead < count) __builtin_prefetch(items_[i + ahead].object, 1);
    Py_DECREF(items_[i].object);
  }
}

bool PinnedList::pin_any(python::Gil& gil, const char* name) {
  total_ = 0;
  views_.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) {
    const std::string item_name = cat(name, "[", i, "]");
    auto buffer = Buffer::of(gil, items_[i].object, item_name.c_str());
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

void for_each_part(python::Gil& gil, std::size_t count, std::size_t bytes, const PartBody& body) {
  const std::size_t cost = cost_of(count, bytes);
  if (cost < 2 * smallest_part) return do_at_once(gil, count, cost, body);
  Pool& pool = python::Context::of(gil).pool(gil);
  const python::GilRelease released(gil);
  const std::size_t parts = parts_of(count, cost, pool);
  pool.for_each(parts,
                [&](std::size_t part) { body(count * part / parts, count * (part + 1) / parts); });
}

Writing::Writing(python::Gil& gil, std::size_t count, std::size_t bytes, PartBody body)
    : count_(count), cost_(cost_of(count, bytes)), body_(std::move(body)) {
  if (cost_ < 2 * smallest_part) return;
  Pool& pool = python::Context::of(gil).pool(gil);
  parts_ = parts_of(count, cost_, pool);
  feed_.emplace(pool, [this](std::size_t part) { body_(begin(part), begin(part + 1)); });
}

void Writing::finish(python::Gil& gil) {
  if (!feed_) return do_at_once(gil, count_, cost_, body_);
  const python::GilRelease released(gil);
  feed_->finish();
}

bool worth_releasing_gil(std::size_t bytes) {
  return bytes >= smallest_release;
}

}  // namespace adyton::crypto
