#include "modules/json/binding/output.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "modules/json/binding/object_layout.h"
#include "modules/json/binding/python_objects.h"

namespace adyton::json {

/// As much as is expected, and a little more; but not much more than there is, for the document may
/// be a small one after a large one.
std::size_t Output::foreseen(std::size_t size) const {
  constexpr std::size_t margin = 1024;
  return std::min(expected_ + expected_ / 32 + margin, 64 * std::max(size, margin));
}

bool Output::fits() const {
  const std::size_t size = written().size();
  return room() <= size / 8;
}

// Into a new object: one that is resized stays with malloc, where a large one has no memory that is
// kept for it.
void Output::grow(std::size_t more) {
  const std::string_view old = written();
  const std::size_t capacity = std::max(next_capacity(more), foreseen(old.size()));
  python::Ref larger = new_object(capacity);
  if (!larger) {
    PyErr_Clear();
    throw std::bad_alloc();
  }
  char* const memory = memory_of(larger.get());
  std::memcpy(memory, old.data(), old.size());
  place(memory, old.size(), capacity);
  object_ = std::move(larger);
}

namespace {

/// Few bytes, without a call.
void copy_short(std::string_view text, char* to) {
  constexpr std::size_t word = sizeof(std::uint64_t);
  const std::size_t size = text.size();
  if (size > 4 * word) {
    std::memcpy(to, text.data(), size);
  } else if (size >= word) {
    std::size_t i = 0;
    for (; i + word <= size; i += word) std::memcpy(to + i, text.data() + i, word);
    std::memcpy(to + size - word, text.data() + size - word, word);
  } else if (size >= sizeof(std::uint32_t)) {
    std::memcpy(to, text.data(), sizeof(std::uint32_t));
    std::memcpy(to + size - sizeof(std::uint32_t), text.data() + size - sizeof(std::uint32_t),
                sizeof(std::uint32_t));
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = text[i];
  }
}

void copy_in_quotes(std::string_view text, char* to) {
  *to = '"';
  copy_short(text, to + 1);
  to[text.size() + 1] = '"';
}

}  // namespace

python::Ref BytesOutput::new_object(std::size_t capacity) const {
  return python::Ref::steal(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(capacity)));
}

char* BytesOutput::memory_of(PyObject* bytes) const {
  return PyBytes_AS_STRING(bytes);
}

PyObject* BytesOutput::of(std::string_view text) {
  if (text.size() < 2) {
    return PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
  }
  PyObject* const bytes = new_bytes(text.size());
  if (bytes != nullptr) copy_short(text, PyBytes_AS_STRING(bytes));
  return bytes;
}

PyObject* BytesOutput::in_quotes(std::string_view text) {
  PyObject* const bytes = new_bytes(text.size() + 2);
  if (bytes != nullptr) copy_in_quotes(text, PyBytes_AS_STRING(bytes));
  return bytes;
}

PyObject* BytesOutput::finish() {
  const std::string_view text = written();
  if (is_short()) return of(text);
  const auto size = static_cast<Py_ssize_t>(text.size());
  PyObject* bytes = object_.release();
#if ADYTON_KNOWS_OBJECT_LAYOUT
  if (fits()) {
    Py_SET_SIZE(reinterpret_cast<PyVarObject*>(bytes), size);
    PyBytes_AS_STRING(bytes)[size] = '\0';
    return bytes;
  }
#endif
  _PyBytes_Resize(&bytes, size);  // null, with MemoryError set, if it fails
  return bytes;
}

python::Ref TextOutput::new_object(std::size_t capacity) const {
  return python::Ref::steal(PyUnicode_New(static_cast<Py_ssize_t>(capacity / unit_), largest_));
}

char* TextOutput::memory_of(PyObject* str) const {
  return static_cast<char*>(PyUnicode_DATA(str));
}

namespace {

template <class From, class To>
void widen_units(const char* from, std::size_t count, char* to) {
  const From* const source = reinterpret_cast<const From*>(from);
  To* const target = reinterpret_cast<To*>(to);
  for (std::size_t i = 0; i < count; ++i) target[i] = source[i];
}

void copy_units(const char* from, std::size_t from_unit, std::size_t count, char* to,
                std::size_t to_unit) {
  if (from_unit == to_unit) {
    std::memcpy(to, from, count * to_unit);
  } else if (from_unit == 2) {
    widen_units<Py_UCS2, Py_UCS4>(from, count, to);
  } else if (to_unit == 2) {
    widen_units<Py_UCS1, Py_UCS2>(from, count, to);
  } else {
    widen_units<Py_UCS1, Py_UCS4>(from, count, to);
  }
}

std::size_t unit_of(Py_UCS4 largest) {
  return largest <= 0xFF ? 1 : largest <= 0xFFFF ? 2 : 4;
}

}  // namespace

void TextOutput::widen(Py_UCS4 largest) {
  const std::size_t unit = unit_of(largest);
  const std::size_t count = written().size() / unit_;
  // As much room as there was, in characters.
  const std::size_t capacity = count + room() / unit_ + 256;
  python::Ref wider = python::Ref::steal(PyUnicode_New(static_cast<Py_ssize_t>(capacity), largest));
  if (!wider) {
    PyErr_Clear();
    throw std::bad_alloc();
  }
  char* const memory = static_cast<char*>(PyUnicode_DATA(wider.get()));
  copy_units(written().data(), unit_, count, memory, unit);
  object_ = std::move(wider);
  unit_ = unit;
  largest_ = largest;
  place(memory, count * unit, capacity * unit);
}

PyObject* TextOutput::of(std::string_view text) {
  PyObject* const str = PyUnicode_New(static_cast<Py_ssize_t>(text.size()), 0x7F);
  if (str != nullptr) copy_short(text, static_cast<char*>(PyUnicode_DATA(str)));
  return str;
}

PyObject* TextOutput::in_quotes(std::string_view text) {
  PyObject* const str = PyUnicode_New(static_cast<Py_ssize_t>(text.size() + 2), 0x7F);
  if (str != nullptr) copy_in_quotes(text, static_cast<char*>(PyUnicode_DATA(str)));
  return str;
}

PyObject* TextOutput::finish() {
  const std::string_view text = written();
  const auto size = static_cast<Py_ssize_t>(text.size() / unit_);
  if (is_short()) {
    PyObject* str = PyUnicode_New(size, largest_);
    if (str != nullptr && size > 0) std::memcpy(PyUnicode_DATA(str), text.data(), text.size());
    return str;
  }
  PyObject* str = object_.release();
#if ADYTON_KNOWS_OBJECT_LAYOUT
  if (fits()) {
    reinterpret_cast<PyASCIIObject*>(str)->length = size;
    std::memset(static_cast<char*>(PyUnicode_DATA(str)) + text.size(), 0, unit_);
    return str;
  }
#endif
  if (PyUnicode_Resize(&str, size) < 0) Py_CLEAR(str);
  return str;
}

}  // namespace adyton::json
