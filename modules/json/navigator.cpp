#include "modules/json/navigator.h"

#include "modules/json/children.h"

namespace adyton::json {
namespace {

// Reading through so many bytes is worth being remembered, and to do so this often, a table.
constexpr std::size_t long_way = 2048;
constexpr unsigned too_often = 4;

}  // namespace

Navigator::Tables* Navigator::known(Spot container) {
  if (large_.empty()) return nullptr;
  const auto found = large_.find(container.number);
  return found == large_.end() ? nullptr : &found->second;
}

/// Whether the container is looked into by its table, which may be made only now.
bool Navigator::has_table(Spot container) {
  Tables* const tables = known(container);
  if (tables == nullptr) return false;
  return tables->members || tables->elements || ++tables->visits >= too_often;
}

void Navigator::remember(Spot container, std::size_t work) {
  if (work > long_way) large_.try_emplace(container.number);
}

std::optional<Spot> Navigator::member(Spot object, std::string_view name) {
  if (has_table(object)) return members(object)->find(name);
  std::optional<Spot> last;
  Children children(index_, object);
  while (children.next()) {
    if (children.key_is(name)) last = children.value();
  }
  remember(object, children.work());
  return last;
}

std::optional<Spot> Navigator::element(Spot array, std::size_t number) {
  if (has_table(array)) {
    const auto all = elements(array);
    return number < all->size() ? std::optional((*all)[number]) : std::nullopt;
  }
  Children children(index_, array);
  for (std::size_t i = 0; children.next(); ++i) {
    if (i != number) continue;
    remember(array, children.work());
    return children.value();
  }
  remember(array, children.work());
  return std::nullopt;
}

std::size_t Navigator::size(Spot container) {
  if (index_.at(container) == '{') return members(container)->size();
  if (has_table(container)) return elements(container)->size();
  std::size_t count = 0;
  Children children(index_, container);
  while (children.next()) ++count;
  remember(container, children.work());
  return count;
}

std::shared_ptr<const Members> Navigator::members(Spot object) {
  Tables* const tables = known(object);
  if (tables != nullptr && tables->members) return tables->members;
  auto made = std::make_shared<const Members>(index_, object, hash_);
  if (tables != nullptr) {
    tables->members = made;
  } else if (made->work() > long_way) {
    large_[object.number].members = made;
  }
  return made;
}

std::shared_ptr<const Elements> Navigator::elements(Spot array) {
  Tables* const tables = known(array);
  if (tables != nullptr && tables->elements) return tables->elements;
  auto made = std::make_shared<Elements>();
  Children children(index_, array);
  while (children.next()) made->push_back(children.value());
  made->shrink_to_fit();
  if (tables != nullptr) {
    tables->elements = made;
  } else if (children.work() > long_way) {
    large_[array.number].elements = made;
  }
  return made;
}

Navigator::Followed Navigator::follow(Spot from, std::span<const Pointer::Token> tokens) {
  Followed at{from, 0};
  for (const Pointer::Token& token : tokens) {
    std::optional<Spot> next;
    if (index_.at(at.spot) == '{') {
      next = member(at.spot, token.key);
    } else if (index_.at(at.spot) == '[') {
      if (const auto number = array_index(token.key)) next = element(at.spot, *number);
    }
    if (!next) return at;
    at = {*next, at.found + 1};
  }
  return at;
}

std::size_t Navigator::memory() const {
  std::size_t bytes = 0;
  for (const auto& [number, tables] : large_) {
    if (tables.members) bytes += tables.members->memory();
    if (tables.elements) bytes += tables.elements->size() * sizeof(Spot);
    bytes += sizeof tables + sizeof number;
  }
  return bytes;
}

}  // namespace adyton::json
