#include "modules/crypto/binding/batch.h"

#include <algorithm>

#include <sys/mman.h>

#include "host/base/text.h"
#include "host/python/context.h"

namespace adyton::crypto {
namespace {

// In bytes of plaintext: what is done on the spot, and what a part on the pool should have at least
// (some tens of microseconds).
constexpr std::size_t smallest_release = 32 * 1024;
constexpr std::size_t smallest_part = 128 * 1024;
// So many parts for each thread that the last of them, which one thread alone is busy with, is
// short.
constexpr std::size_t most_parts = 32;
// So many parts wait for each thread of the pool before the calling one does some itself.
constexpr std::size_t most_waiting = 2;

std::size_t parts_of(std::size_t count, std::size_t cost, const Pool& pool) {
  return std::min({count, cost / smallest_part, pool.size() * most_parts});
}

/// What is not worth another thread.
void do_at_once(python::Gil& gil, Part part, std::size_t cost, const PartBody& body) {
  if (cost < smallest_release) return body(part.begin, part.end);
  const python::GilRelease released(gil);
  body(part.begin, part.end);
}

}  // namespace

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
  if (cost < 2 * smallest_part) return do_at_once(gil, {0, count}, cost, body);
  Pool& pool = python::Context::of(gil).pool(gil);
  const python::GilRelease released(gil);
  const std::size_t parts = parts_of(count, cost, pool);
  pool.for_each(parts,
                [&](std::size_t part) { body(count * part / parts, count * (part + 1) / parts); });
}

std::optional<Part> Writing::add(python::Gil& gil, Part part, std::size_t cost, bool last) {
  if (!feed_ && last) {
    do_at_once(gil, part, cost, body_);
    return part;
  }
  Pool& pool = python::Context::of(gil).pool(gil);
  if (!feed_) feed_.emplace(pool, [this](Part ready) { body_(ready.begin, ready.end); });
  if (feed_->add(part) <= (pool.size() - 1) * most_waiting) return std::nullopt;
  const python::GilRelease released(gil);
  return feed_->do_next();
}

void Writing::finish(python::Gil& gil) {
  if (!feed_) return;
  const python::GilRelease released(gil);
  feed_->finish();
}

bool worth_releasing_gil(std::size_t bytes) {
  return bytes >= smallest_release;
}

}  // namespace adyton::crypto
