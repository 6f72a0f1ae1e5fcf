#include "modules/json/binding/python_objects.h"

#include "host/python/ref.h"

#if defined(ADYTON_JSON_OBJECT_LAYOUT)
#define Py_BUILD_CORE 1
#include <internal/pycore_dict.h>
#undef Py_BUILD_CORE
#endif

namespace adyton::json {

using python::Ref;

PyObject* new_short_str(std::string_view text) {
  // CPython has these ready.
  return PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
}

#if defined(ADYTON_JSON_OBJECT_LAYOUT)

std::string_view kept_utf8(PyObject* str) {
  if (!PyUnicode_IS_COMPACT(str)) return {};
  const auto* const compact = reinterpret_cast<PyCompactUnicodeObject*>(str);
  return {compact->utf8,
          compact->utf8 == nullptr ? 0 : static_cast<std::size_t>(compact->utf8_length)};
}

IntMaker::IntMaker() {
  // The small ints are one array, which is never freed.
  zero_ = PyLong_FromLong(0);
  Py_DECREF(zero_);
}

PyObject* new_unsigned(std::uint64_t value) {
  if (value >> (2 * PyLong_SHIFT) == 0) return PyLong_FromUnsignedLongLong(value);
  constexpr std::size_t digits = 3;
  auto* const number = static_cast<PyLongObject*>(
      PyObject_Malloc(offsetof(PyLongObject, ob_digit) + digits * sizeof(digit)));
  if (number == nullptr) return PyErr_NoMemory();
  number->ob_base.ob_base.ob_refcnt = 1;
  number->ob_base.ob_base.ob_type = &PyLong_Type;
  number->ob_base.ob_size = digits;
  const digit parts[digits] = {static_cast<digit>(value & PyLong_MASK),
                               static_cast<digit>(value >> PyLong_SHIFT & PyLong_MASK),
                               static_cast<digit>(value >> (2 * PyLong_SHIFT))};
  std::memcpy(number->ob_digit, parts, sizeof parts);
  return reinterpret_cast<PyObject*>(number);
}

PyObject* IntMaker::new_other(std::int64_t value) {
  const std::uint64_t size =
      value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  if (size <= 256 || size >> (2 * PyLong_SHIFT) != 0) return PyLong_FromLongLong(value);
  const Py_ssize_t digits = size >> PyLong_SHIFT == 0 ? 1 : 2;
  auto* const number = static_cast<PyLongObject*>(
      PyObject_Malloc(offsetof(PyLongObject, ob_digit) + 2 * sizeof(digit)));
  if (number == nullptr) [[unlikely]]
    return PyErr_NoMemory();
  number->ob_base.ob_base.ob_refcnt = 1;
  number->ob_base.ob_base.ob_type = &PyLong_Type;
  number->ob_base.ob_size = value < 0 ? -digits : digits;
  const digit parts[] = {static_cast<digit>(size & PyLong_MASK),
                         static_cast<digit>(size >> PyLong_SHIFT)};
  std::memcpy(number->ob_digit, parts, sizeof parts);
  return reinterpret_cast<PyObject*>(number);
}

namespace {

/// The least table of 2^n places that holds `count` keys, of which it takes two thirds.
std::uint8_t log2_size(std::size_t count) {
  std::uint8_t log2 = 3;
  while ((std::size_t{2} << log2) / 3 < count) ++log2;
  return log2;
}

std::uint8_t log2_index_bytes(std::uint8_t log2) {
  return static_cast<std::uint8_t>(log2 < 8    ? log2
                                   : log2 < 16 ? log2 + 1
                                   : log2 < 32 ? log2 + 2
                                               : log2 + 3);
}

std::size_t usable(std::uint8_t log2) {
  return (std::size_t{2} << log2) / 3;
}

std::size_t bytes_of(std::uint8_t log2) {
  return sizeof(PyDictKeysObject) + (std::size_t{1} << log2_index_bytes(log2)) +
         usable(log2) * sizeof(PyDictUnicodeEntry);
}

PyDictKeysObject* new_keys(std::size_t count) {
  const std::uint8_t log2 = log2_size(count);
  auto* const keys = static_cast<PyDictKeysObject*>(PyObject_Malloc(bytes_of(log2)));
  if (keys == nullptr) {
    PyErr_NoMemory();
    return nullptr;
  }
  keys->dk_refcnt = 1;
  keys->dk_log2_size = log2;
  keys->dk_log2_index_bytes = log2_index_bytes(log2);
  keys->dk_kind = DICT_KEYS_UNICODE;
  keys->dk_version = 0;
  std::memset(keys->dk_indices, 0xFF, std::size_t{1} << keys->dk_log2_index_bytes);
  return keys;
}

PyDictUnicodeEntry* entries_of(PyDictKeysObject* keys) {
  return reinterpret_cast<PyDictUnicodeEntry*>(keys->dk_indices +
                                               (std::size_t{1} << keys->dk_log2_index_bytes));
}

void set_entry_count(PyDictKeysObject* keys, std::size_t count) {
  const std::size_t room = usable(keys->dk_log2_size);
  keys->dk_nentries = static_cast<Py_ssize_t>(count);
  keys->dk_usable = static_cast<Py_ssize_t>(room - count);
  std::memset(static_cast<void*>(entries_of(keys) + count), 0,
              (room - count) * sizeof(PyDictUnicodeEntry));
}

bool same_str(PyObject* a, PyObject* b) {
  if (a == b) return true;
  const Py_ssize_t length = PyUnicode_GET_LENGTH(a);
  const auto kind = PyUnicode_KIND(a);
  return length == PyUnicode_GET_LENGTH(b) && kind == PyUnicode_KIND(b) &&
         std::memcmp(PyUnicode_DATA(a), PyUnicode_DATA(b),
                     static_cast<std::size_t>(length) * kind) == 0;
}

Py_hash_t hash_of(PyObject* str) {
  const Py_hash_t hash = reinterpret_cast<PyASCIIObject*>(str)->hash;
  return hash != -1 ? hash : PyObject_Hash(str);
}

/// Looks the key up as CPython does: the entry of an equal key, or -1 with `place` where it goes.
template <class Index>
Py_ssize_t find(const Index* indices, std::size_t mask, const PyDictUnicodeEntry* entries,
                PyObject* key, std::size_t& place) {
  const auto hash = static_cast<std::size_t>(hash_of(key));
  std::size_t perturb = hash;
  for (std::size_t i = hash & mask;; i = (i * 5 + perturb + 1) & mask) {
    const Py_ssize_t entry = indices[i];
    if (entry < 0) {
      place = i;
      return -1;
    }
    PyObject* const other = entries[entry].me_key;
    if (static_cast<std::size_t>(reinterpret_cast<PyASCIIObject*>(other)->hash) == hash &&
        same_str(other, key)) {
      return entry;
    }
    perturb >>= 5;
  }
}

/// Fills the table; gives the number of its entries, or -1 if a key is there twice and may not be.
template <class Index>
Py_ssize_t fill(PyDictKeysObject* keys, PyObject* const* members, std::size_t count,
                DuplicateKeys duplicates) {
  auto* const indices = reinterpret_cast<Index*>(keys->dk_indices);
  PyDictUnicodeEntry* const entries = entries_of(keys);
  const std::size_t mask = (std::size_t{1} << keys->dk_log2_size) - 1;
  std::size_t used = 0;
  for (std::size_t i = 0; i < count; ++i) {
    PyObject* const key = members[2 * i];
    PyObject* const value = members[2 * i + 1];
    std::size_t place = 0;
    const Py_ssize_t present = find(indices, mask, entries, key, place);
    if (present < 0) [[likely]] {
      indices[place] = static_cast<Index>(used);
      entries[used++] = {key, value};
      continue;
    }
    if (duplicates == DuplicateKeys::error) return -1;
    PyObject*& kept = entries[present].me_value;
    PyObject* const dropped = duplicates == DuplicateKeys::last ? kept : value;
    if (duplicates == DuplicateKeys::last) kept = value;
    Py_DECREF(dropped);
    Py_DECREF(key);
  }
  return static_cast<Py_ssize_t>(used);
}

Py_ssize_t fill(PyDictKeysObject* keys, PyObject* const* members, std::size_t count,
                DuplicateKeys duplicates) {
  if (keys->dk_log2_size < 8) return fill<std::int8_t>(keys, members, count, duplicates);
  if (keys->dk_log2_size < 16) return fill<std::int16_t>(keys, members, count, duplicates);
  if (keys->dk_log2_size < 32) return fill<std::int32_t>(keys, members, count, duplicates);
  return fill<std::int64_t>(keys, members, count, duplicates);
}

/// Puts keys in place of the empty ones that PyDict_New counted a reference of.
void set_keys(PyDictObject* dict, PyDictKeysObject* keys, std::size_t used) {
  --dict->ma_keys->dk_refcnt;
  dict->ma_keys = keys;
  dict->ma_used = static_cast<Py_ssize_t>(used);
}

PyObject* finished(PyObject* dict, Holds holds) {
  if (holds == Holds::containers) PyObject_GC_Track(dict);
  return dict;
}

}  // namespace

PyObject* new_list(PyObject* const* elements, std::size_t count) {
  PyObject* const object = PyList_New(0);
  if (object == nullptr || count == 0) return object;
  const std::size_t bytes = count * sizeof(PyObject*);
  auto** const items = static_cast<PyObject**>(PyMem_Malloc(bytes));
  if (items == nullptr) {
    Py_DECREF(object);
    return PyErr_NoMemory();
  }
  std::memcpy(items, elements, bytes);
  auto* const list = reinterpret_cast<PyListObject*>(object);
  list->ob_item = items;
  list->allocated = static_cast<Py_ssize_t>(count);
  list->ob_base.ob_size = static_cast<Py_ssize_t>(count);
  return object;
}

PyObject* new_dict(PyObject* const* members, std::size_t count, DuplicateKeys duplicates,
                   Holds holds) {
  Ref dict = Ref::steal(PyDict_New());
  if (!dict || count == 0) return dict.release();
  PyDictKeysObject* const keys = new_keys(count);
  if (keys == nullptr) return nullptr;
  const Py_ssize_t used = fill(keys, members, count, duplicates);
  if (used < 0) {
    PyObject_Free(keys);
    return nullptr;
  }
  set_entry_count(keys, static_cast<std::size_t>(used));
  set_keys(reinterpret_cast<PyDictObject*>(dict.get()), keys, static_cast<std::size_t>(used));
  return finished(dict.release(), holds);
}

std::unique_ptr<DictKeys> DictKeys::make(PyObject* const* keys, std::size_t count) {
  std::vector<PyObject*> members(2 * count, nullptr);
  for (std::size_t i = 0; i < count; ++i) members[2 * i] = keys[i];
  std::unique_ptr<DictKeys> made(new DictKeys());
  PyDictKeysObject* const table = new_keys(count);
  if (table == nullptr) return nullptr;
  if (fill(table, members.data(), count, DuplicateKeys::error) < 0) {
    PyObject_Free(table);
    return nullptr;
  }
  for (std::size_t i = 0; i < count; ++i) Py_INCREF(keys[i]);
  set_entry_count(table, count);
  made->count_ = count;
  made->keys_ = table;
  // A table without values, to which no dict can add a key: one that gets another key takes a table
  // of its own. Before a dict's values lies the order in which they came, from the back: its size
  // in bytes, the number of values, their places.
  table->dk_kind = DICT_KEYS_SPLIT;
  table->dk_usable = 0;
  made->prefix_size_ = (count + 2 + 7) / 8 * 8;
  unsigned char* const end = made->prefix_ + made->prefix_size_;
  end[-1] = static_cast<unsigned char>(made->prefix_size_);
  end[-2] = static_cast<unsigned char>(count);
  for (std::size_t i = 0; i < count; ++i) *(end - 3 - i) = static_cast<unsigned char>(i);
  return made;
}

DictKeys::~DictKeys() {
  if (keys_ == nullptr) return;
  if (--keys_->dk_refcnt != 0) return;  // the last dict of these keys frees them
  PyDictUnicodeEntry* const entries = entries_of(keys_);
  for (std::size_t i = 0; i < count_; ++i) Py_DECREF(entries[i].me_key);
  PyObject_Free(keys_);
}

PyObject* DictKeys::new_dict(PyObject* const* values, Holds holds) const {
  PyObject* const object = PyDict_New();
  if (object == nullptr) return nullptr;
  auto* const memory =
      static_cast<unsigned char*>(PyMem_Malloc(prefix_size_ + count_ * sizeof(PyObject*)));
  if (memory == nullptr) {
    Py_DECREF(object);
    return PyErr_NoMemory();
  }
  auto** const place = reinterpret_cast<PyObject**>(memory + prefix_size_);
  std::memcpy(memory, prefix_, sizeof(PyObject*));
  for (std::size_t i = sizeof(PyObject*); i < prefix_size_; i += sizeof(PyObject*)) {
    std::memcpy(memory + i, prefix_ + i, sizeof(PyObject*));
  }
  for (std::size_t i = 0; i < count_; ++i) place[i] = values[i];
  ++keys_->dk_refcnt;
  auto* const dict = reinterpret_cast<PyDictObject*>(object);
  set_keys(dict, keys_, count_);
  dict->ma_values = reinterpret_cast<PyDictValues*>(place);
  return finished(object, holds);
}

PyObject* new_bytes(std::size_t size) {
  auto* const bytes =
      static_cast<PyBytesObject*>(PyObject_Malloc(offsetof(PyBytesObject, ob_sval) + size + 1));
  if (bytes == nullptr) return PyErr_NoMemory();
  bytes->ob_base.ob_base.ob_refcnt = 1;
  bytes->ob_base.ob_base.ob_type = &PyBytes_Type;
  bytes->ob_base.ob_size = static_cast<Py_ssize_t>(size);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // of reading it
  bytes->ob_shash = -1;
#pragma GCC diagnostic pop
  bytes->ob_sval[size] = '\0';
  return reinterpret_cast<PyObject*>(bytes);
}

#else

PyObject* new_bytes(std::size_t size) {
  return PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size));
}

std::string_view kept_utf8(PyObject*) {
  return {};
}

IntMaker::IntMaker() : zero_(nullptr) {}

PyObject* new_unsigned(std::uint64_t value) {
  return PyLong_FromUnsignedLongLong(value);
}

PyObject* new_list(PyObject* const* elements, std::size_t count) {
  PyObject* const list = PyList_New(static_cast<Py_ssize_t>(count));
  if (list == nullptr) return nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    PyList_SET_ITEM(list, static_cast<Py_ssize_t>(i), elements[i]);
  }
  return list;
}

namespace {

/// False if it fails, or must not be.
bool set_member(PyObject* dict, PyObject* key, PyObject* value, DuplicateKeys duplicates) {
  if (duplicates == DuplicateKeys::last) return PyDict_SetItem(dict, key, value) == 0;
  const int present = PyDict_Contains(dict, key);
  if (present < 0) return false;
  if (present > 0) return duplicates == DuplicateKeys::first;
  return PyDict_SetItem(dict, key, value) == 0;
}

}  // namespace

PyObject* new_dict(PyObject* const* members, std::size_t count, DuplicateKeys duplicates, Holds) {
  Ref dict = Ref::steal(PyDict_New());
  if (!dict) return nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    if (!set_member(dict.get(), members[2 * i], members[2 * i + 1], duplicates)) return nullptr;
  }
  for (std::size_t i = 0; i < 2 * count; ++i) Py_DECREF(members[i]);
  return dict.release();
}

std::unique_ptr<DictKeys> DictKeys::make(PyObject* const* keys, std::size_t count) {
  Ref dict = Ref::steal(PyDict_New());
  if (!dict) return nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    if (PyDict_SetItem(dict.get(), keys[i], Py_None) < 0) return nullptr;
  }
  if (static_cast<std::size_t>(PyDict_Size(dict.get())) != count) return nullptr;
  std::unique_ptr<DictKeys> made(new DictKeys());
  made->count_ = count;
  for (std::size_t i = 0; i < count; ++i) made->keys_.push_back(Py_NewRef(keys[i]));
  return made;
}

DictKeys::~DictKeys() {
  for (PyObject* key : keys_) Py_DECREF(key);
}

PyObject* DictKeys::new_dict(PyObject* const* values, Holds) const {
  Ref dict = Ref::steal(PyDict_New());
  if (!dict) return nullptr;
  for (std::size_t i = 0; i < count_; ++i) {
    if (PyDict_SetItem(dict.get(), keys_[i], values[i]) < 0) return nullptr;
  }
  for (std::size_t i = 0; i < count_; ++i) Py_DECREF(values[i]);
  return dict.release();
}

#endif

}  // namespace adyton::json
