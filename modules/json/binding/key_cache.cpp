#include "modules/json/binding/key_cache.h"

#include <cstring>
#include <string_view>

#include "modules/json/binding/text.h"

namespace adyton::json {
namespace {

std::uint64_t load8(const char* p) {
  std::uint64_t word;
  std::memcpy(&word, p, 8);
  return word;
}

std::uint64_t load4(const char* p) {
  std::uint32_t word;
  std::memcpy(&word, p, 4);
  return word;
}

__extension__ using Wide = unsigned __int128;

/// Every bit of both numbers has a part in every bit of the result.
std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Of the length and the ends of a key (at least a byte), of a longer one its middle too. Keys that
/// differ elsewhere share a set, which costs speed but no more.
std::uint32_t hash_of(std::string_view key) {
  const char* const first = key.data();
  const char* const last = first + key.size();
  std::uint64_t head;
  std::uint64_t tail;
  if (key.size() >= 8) {
    head = load8(first);
    tail = load8(last - 8);
    if (key.size() > 16) tail ^= load8(first + key.size() / 2 - 4) * 0x9E3779B97F4A7C15u;
  } else if (key.size() >= 4) {
    head = load4(first);
    tail = load4(last - 4);
  } else {
    head = static_cast<unsigned char>(*first);
    tail = static_cast<std::uint64_t>(static_cast<unsigned char>(first[key.size() / 2])) << 8 |
           static_cast<unsigned char>(last[-1]);
  }
  return static_cast<std::uint32_t>(
      mixed(head ^ 0xD6E8FEB86659FD93u, tail ^ key.size() << 56 ^ 0xA0761D6478BD642Fu));
}

/// memcmp without the call, for keys of the same length.
bool same(const char* a, const char* b, std::size_t size) {
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) {
      if (load8(a + i) != load8(b + i)) return false;
    }
    return load8(a + size - 8) == load8(b + size - 8);
  }
  if (size >= 4) return load4(a) == load4(b) && load4(a + size - 4) == load4(b + size - 4);
  return a[0] == b[0] && a[size / 2] == b[size / 2] && a[size - 1] == b[size - 1];
}

/// Whether a str of ASCII has these characters.
bool is_text(PyObject* str, std::string_view text) {
  return static_cast<std::size_t>(PyUnicode_GET_LENGTH(str)) == text.size() &&
         same(static_cast<const char*>(PyUnicode_DATA(str)), text.data(), text.size());
}

}  // namespace

KeyCache::Key KeyCache::get(python::Gil& gil, const StringToken& token) {
  const std::string_view raw = token.raw;
  const bool kept = raw.size() <= longest_kept;
  const bool plain = token.width == Width::ascii && !token.escaped;
  if (raw.empty() || !(kept || (plain && raw.size() <= longest)))
    return {make_str(gil, token), false};
  if (!table_) table_ = std::make_unique<Table>();
  const std::uint32_t hash = hash_of(raw);
  Entry* const first = table_->entries[hash % sets];
  for (const Entry* entry : {first, first + 1}) {
    if (entry->hash != hash || entry->size != raw.size()) continue;
    const void* const bytes = kept ? entry->bytes : PyUnicode_DATA(entry->key);
    if (same(static_cast<const char*>(bytes), raw.data(), raw.size())) {
      return {Py_NewRef(entry->key), true};
    }
  }
  New& last = table_->news[hash % sets];
  if (last.key != nullptr && last.hash == hash && is_text(last.key, raw)) {
    PyObject* const key = std::exchange(last.key, nullptr);
    keep(first, Py_NewRef(key), hash, raw);
    return {key, true};
  }
  PyObject* const key = make_str(gil, token);
  if (key == nullptr) return {nullptr, false};
  if (plain) {
    PyObject* const forgotten = std::exchange(last.key, Py_NewRef(key));
    last.hash = hash;
    Py_XDECREF(forgotten);
  } else {
    // Its str has other bytes than the document.
    keep(first, Py_NewRef(key), hash, raw);
  }
  return {key, false};
}

/// In the place of the older of the two entries from `first` on.
void KeyCache::keep(Entry* first, PyObject* key, std::uint32_t hash, std::string_view raw) {
  Entry* const second = first + 1;
  PyObject* const forgotten = second->key;
  *second = *first;
  first->key = key;
  first->hash = hash;
  first->size = static_cast<std::uint32_t>(raw.size());
  if (raw.size() <= longest_kept) std::memcpy(first->bytes, raw.data(), raw.size());
  Py_XDECREF(forgotten);
}

void KeyCache::clear() {
  shapes_.clear();
  values_memory_ = {};
  if (!table_) return;
  for (const auto& entries : table_->entries) {
    for (const Entry& entry : entries) Py_XDECREF(entry.key);
  }
  for (const New& last : table_->news) Py_XDECREF(last.key);
  table_.reset();
}

}  // namespace adyton::json
