#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "modules/json/binding/serialize.h"

namespace adyton::json {
namespace {

/// The first 8 characters of an ASCII str, the first in the highest byte. They are read together
/// with what lies before them, in the object's head.
std::uint64_t rank_of(PyObject* str) {
  const std::uint8_t* const characters = ascii_characters(str);
  const Py_ssize_t size = PyUnicode_GET_LENGTH(str);
  if (size == 0) return 0;
  std::uint64_t word = 0;
#if ADYTON_KNOWS_OBJECT_LAYOUT
  std::memcpy(&word, characters + (size < 8 ? size - 8 : 0), sizeof word);
#else
  auto* const bytes = reinterpret_cast<std::uint8_t*>(&word);
  for (Py_ssize_t i = 0; i < size && i < 8; ++i)
    bytes[(size < 8 ? 8 - size : 0) + i] = characters[i];
#endif
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  return size < 8 ? word << (64 - size * 8) : word;
}

bool less(const RankedMember& a, const RankedMember& b) {
  if (a.rank != b.rank) return a.rank < b.rank;
  return PyUnicode_Compare(a.member.key, b.member.key) < 0;
}

void sort(std::vector<RankedMember>& members) {
  constexpr std::size_t few = 16;
  if (members.size() > few) {
    std::ranges::sort(members, less);
    return;
  }
  for (std::size_t i = 1; i < members.size(); ++i) {
    const RankedMember moved = members[i];
    std::size_t at = i;
    for (; at > 0 && less(moved, members[at - 1]); --at) members[at] = members[at - 1];
    members[at] = moved;
  }
}

}  // namespace

bool Serializer::collect_sorted(PyObject* dict, Open& open) noexcept {
  auto& ranked_members = rare().ranked;
  auto& sorted = rare().sorted;
  const std::size_t begin = sorted.size();
  try {
    ranked_members.clear();
    bool all_ascii = true;
    Py_ssize_t position = 0;
    Member member;
    while (PyDict_Next(dict, &position, &member.key, &member.value)) {
      if (!PyUnicode_CheckExact(member.key)) return false;
      all_ascii = all_ascii && is_ascii(member.key);
      ranked_members.push_back({all_ascii ? rank_of(member.key) : 0, member});
    }
    if (!all_ascii) {
      for (RankedMember& ranked : ranked_members) ranked.rank = 0;
    }
    sort(ranked_members);
    open = {.kind = Open::Kind::sorted_dict,
            .object = dict,
            .size = static_cast<Py_ssize_t>(ranked_members.size()),
            .begin = static_cast<Py_ssize_t>(begin)};
    for (const RankedMember& ranked : ranked_members) sorted.push_back(ranked.member);
    return true;
  } catch (const std::bad_alloc&) {
    sorted.resize(begin);
    return false;
  }
}

DictTable Serializer::sorted_members(const Open& open) const noexcept {
  return {reinterpret_cast<PyObject* const*>(rare_->sorted.data() + open.begin), 2, open.size};
}

void Serializer::end_sorted(const Open& open) noexcept {
  auto& sorted = rare().sorted;
  std::size_t& pinned = rare().pinned_entries;
  while (sorted.size() > static_cast<std::size_t>(open.begin)) {
    const Member entry = sorted.back();
    sorted.pop_back();
    if (sorted.size() >= pinned) continue;
    pinned = sorted.size();
    Py_DECREF(entry.key);
    Py_DECREF(entry.value);
  }
}

void Serializer::end_all_sorted() noexcept {
  end_sorted({.kind = Open::Kind::sorted_dict, .object = nullptr});
}

/// From here on Python code may change what is being written.
void Serializer::pin() {
  open_.pin();
  if (!rare_) return;
  for (std::size_t& pinned = rare_->pinned_entries; pinned < rare_->sorted.size(); ++pinned) {
    Py_INCREF(rare_->sorted[pinned].key);
    Py_INCREF(rare_->sorted[pinned].value);
  }
}

}  // namespace adyton::json
