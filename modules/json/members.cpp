#include "modules/json/members.h"

#include "modules/json/children.h"

namespace adyton::json {
namespace {

// Up to so many members are looked through one by one.
constexpr std::size_t few = 16;

}  // namespace

Members::Members(const DocumentIndex& index, Spot object, NameTable::Hash hash) : table_(hash) {
  Children children(index, object);
  while (children.next()) {
    std::string_view name = children.key();
    if (children.escaped()) {
      std::string& unescaped = unescaped_.emplace_back();
      unescape(children.key(), unescaped);
      name = unescaped;
    }
    add(name, children.value());
  }
  members_.shrink_to_fit();
  work_ = children.work();
}

void Members::add(std::string_view name, Spot value) {
  const std::uint32_t before = number_of(name);
  if (before != NameTable::none) {
    members_[before].value = value;
    return;
  }
  members_.push_back({name, value});
  if (members_.size() <= few) return;
  const auto name_of = [this](std::uint32_t number) { return members_[number].name; };
  for (std::size_t i = table_.empty() ? 0 : members_.size() - 1; i < members_.size(); ++i) {
    table_.put(members_[i].name, static_cast<std::uint32_t>(i), name_of);
  }
}

std::uint32_t Members::number_of(std::string_view name) const {
  if (!table_.empty()) {
    return table_.find(name, [this](std::uint32_t number) { return members_[number].name; });
  }
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i].name == name) return static_cast<std::uint32_t>(i);
  }
  return NameTable::none;
}

std::optional<Spot> Members::find(std::string_view name) const {
  const std::uint32_t number = number_of(name);
  if (number == NameTable::none) return std::nullopt;
  return members_[number].value;
}

std::size_t Members::memory() const {
  std::size_t bytes = members_.size() * sizeof(Member) + table_.memory();
  for (const std::string& name : unescaped_) bytes += sizeof name + name.capacity();
  return bytes;
}

}  // namespace adyton::json
