#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace adyton::json {

/// Finds the members of a large object by name: an open-addressed hash table of member numbers. The
/// names are the caller's and handed in again at each call. The hash should have a secret key, so
/// that a document cannot be made to collide on purpose.
class NameTable {
 public:
  using Hash = std::size_t (*)(std::string_view name);

  explicit NameTable(Hash hash) : hash_(hash) {}

  static constexpr std::uint32_t none = 0xffffffff;

  std::size_t memory() const { return slots_.size() * sizeof slots_[0]; }
  bool empty() const { return slots_.empty(); }
  void clear() {
    slots_.clear();
    used_ = 0;
  }

  /// The number under which `name` stands, or `none`. `name_of(number)` gives a member's name.
  template <class NameOf>
  std::uint32_t find(std::string_view name, NameOf&& name_of) const {
    return slots_.empty() ? none : slots_[slot_of(name, name_of)];
  }

  /// Puts `number` where `name` stands; returns the number that stood there, or `none`.
  template <class NameOf>
  std::uint32_t put(std::string_view name, std::uint32_t number, NameOf&& name_of) {
    if (2 * (used_ + 1) > slots_.size()) grow(name_of);
    std::uint32_t& slot = slots_[slot_of(name, name_of)];
    const std::uint32_t before = slot;
    slot = number;
    if (before == none) ++used_;
    return before;
  }

 private:
  template <class NameOf>
  std::size_t slot_of(std::string_view name, NameOf&& name_of) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash_(name) & mask;
    while (slots_[slot] != none && name_of(slots_[slot]) != name) slot = (slot + 1) & mask;
    return slot;
  }

  template <class NameOf>
  void grow(NameOf&& name_of) {
    std::vector<std::uint32_t> old(slots_.empty() ? 128 : 2 * slots_.size(), none);
    old.swap(slots_);
    for (const std::uint32_t number : old) {
      if (number != none) slots_[slot_of(name_of(number), name_of)] = number;
    }
  }

  Hash hash_;
  std::vector<std::uint32_t> slots_;  // a power of two of them
  std::size_t used_ = 0;
};

}  // namespace adyton::json
