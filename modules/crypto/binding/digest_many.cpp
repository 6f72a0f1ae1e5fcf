#include "modules/crypto/binding/digest_many.h"

#include <algorithm>
#include <array>

#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/hash_argument.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/hasher.h"

namespace adyton::crypto {
namespace {

using python::Ref;

constexpr std::size_t messages_at_once = 512;
constexpr const char* many_parameters[] = {"name", "messages"};
constexpr const char* column_parameters[] = {"name", "data", "offsets", "offset_width"};

/// digest() over begin … end, of what message_at(i) and out_at(i) say.
template <class MessageAt, class OutAt>
void digest_part(const DigestBatch& digest, std::size_t begin, std::size_t end,
                 MessageAt message_at, OutAt out_at) {
  std::array<Tagging, messages_at_once> messages;
  while (begin < end) {
    const std::size_t count = std::min(end - begin, messages.size());
    for (std::size_t i = 0; i < count; ++i)
      messages[i] = {message_at(begin + i), out_at(begin + i)};
    digest(std::span(messages).first(count));
    begin += count;
  }
}

PyObject* digest_many_function(PyObject*, PyObject* const* values, Py_ssize_t count,
                               PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"digest_many", many_parameters, 2, 2}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto hash = hash_of(gil, slots[0], "name");
    if (!hash) return nullptr;
    auto messages = PinnedList::over(gil, slots[1], "messages");
    if (!messages) return nullptr;
    return digest_list(gil, *messages, digest_size(*hash),
                       [hash](std::span<const Tagging> part) { Hasher(*hash).hash_many(part); });
  });
}

PyObject* digest_column_function(PyObject*, PyObject* const* values, Py_ssize_t count,
                                 PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[4];
    if (!take(gil, {"digest_column", column_parameters, 3, 3}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto hash = hash_of(gil, slots[0], "name");
    if (!hash) return nullptr;
    std::optional<OffsetWidth> width;
    if (!take_width(gil, slots[3], width)) return nullptr;
    const auto column = Column::of(gil, slots[1], slots[2], width);
    if (!column) return nullptr;
    return digest_column(gil, *column, digest_size(*hash),
                         [hash](std::span<const Tagging> part) { Hasher(*hash).hash_many(part); });
  });
}

PyMethodDef functions[] = {
    {"digest_many", fast(digest_many_function), fast_flags,
     "digest_many(name, messages)\n--\n\n"
     "A list of the digests of the messages, bytes each, computed on all cores without the GIL.\n\n"
     "name: one of algorithms_available; messages: a list of bytes-like objects."},
    {"digest_column", fast(digest_column_function), fast_flags,
     "digest_column(name, data, offsets, *, offset_width=None)\n--\n\n"
     "The digests of a column's values one after the other, as one bytes object.\n\n"
     "The column is as Aead.encrypt_column()'s; the digest of value i is\n"
     "result[i * size:(i + 1) * size], where size is new(name).digest_size."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

PyObject* digest_list(python::Gil& gil, PinnedList& messages, std::size_t size,
                      const DigestBatch& digest) {
  Ref results = new_hidden_list(messages.size());
  if (!results) return nullptr;
  const auto write = [&](std::size_t begin, std::size_t end) {
    digest_part(
        digest, begin, end, [&](std::size_t i) { return messages[i]; },
        [&](std::size_t i) { return item_data(results, i); });
  };
  const bool made = fill(
      gil, messages, results, [size](std::size_t) { return new_bytes(size).release(); }, write);
  return made ? show(std::move(results)) : nullptr;
}

PyObject* digest_column(python::Gil& gil, const Column& column, std::size_t size,
                        const DigestBatch& digest) {
  Ref out = new_bytes(column.size() * size);
  if (!out) return nullptr;
  std::uint8_t* const data = data_of(out);
  for_each_part(gil, column.size(), column.total(), [&](std::size_t begin, std::size_t end) {
    digest_part(
        digest, begin, end, [&](std::size_t i) { return column[i]; },
        [&](std::size_t i) { return data + i * size; });
  });
  return out.release();
}

int add_digest_functions(Gil&, PyObject* module, State&) {
  return PyModule_AddFunctions(module, functions);
}

}  // namespace adyton::crypto
