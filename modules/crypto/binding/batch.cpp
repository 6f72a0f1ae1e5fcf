#include "modules/crypto/binding/batch.h"

#include <algorithm>

#include "host/base/text.h"
#include "host/python/context.h"

namespace adyton::crypto {
namespace {

// In bytes of plaintext: what a message costs beside its bytes, what is done on the spot, and what
// a part on the pool should have at least (some tens of microseconds).
constexpr std::size_t message_cost = 256;
constexpr std::size_t smallest_release = 32 * 1024;
constexpr std::size_t smallest_part = 128 * 1024;

}  // namespace

std::optional<PinnedList> PinnedList::of(python::Gil& gil, PyObject* sequence, const char* name) {
  const std::string message = cat(name, " must be a list of bytes-like objects");
  const auto fast = python::Ref::steal(PySequence_Fast(sequence, message.c_str()));
  if (!fast) return std::nullopt;
  PinnedList list;
  list.items_.reserve(static_cast<std::size_t>(PySequence_Fast_GET_SIZE(fast.get())));
  // Asking an object for its buffer may run Python, and that may change the list.
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fast.get()); ++i) {
    if (!list.add(gil, PySequence_Fast_GET_ITEM(fast.get(), i), name)) return std::nullopt;
  }
  return list;
}

bool PinnedList::add(python::Gil& gil, PyObject* item, const char* name) {
  if (PyBytes_CheckExact(item)) {
    references_.push_back(python::Ref::borrow(item));
    items_.push_back({reinterpret_cast<const std::uint8_t*>(PyBytes_AS_STRING(item)),
                      static_cast<std::size_t>(PyBytes_GET_SIZE(item))});
  } else {
    const auto held = python::Ref::borrow(item);
    const std::string item_name = cat(name, "[", items_.size(), "]");
    auto buffer = Buffer::of(gil, held.get(), item_name.c_str());
    if (!buffer) return false;
    buffers_.push_back(std::move(*buffer));
    items_.push_back(buffers_.back().bytes());
  }
  total_ += items_.back().size();
  return true;
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
