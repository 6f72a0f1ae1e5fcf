#include "host/worker/items.h"

#include <algorithm>
#include <utility>

#include "modules/json/scan.h"
#include "modules/json/skim.h"

namespace adyton::worker {

using json::skim_space;
using json::skim_string;
using json::skim_value;

namespace {

// Up to so many members are looked through one by one.
constexpr std::size_t small = 48;

std::uint32_t offset(std::size_t at) {
  return static_cast<std::uint32_t>(at);
}

}  // namespace

Items::Items(const char* text, std::uint32_t begin, std::uint32_t end) {
  items_.reserve(std::min<std::size_t>((end - begin) / 12 + 1, 64));
  if (text[begin] == '{') {
    index_object(text, begin);
  } else {
    index_array(text, begin);
  }
}

void Items::index_object(const char* text, std::uint32_t at) {
  std::size_t p = skim_space(text, at + 1);
  lead_end_ = trail_begin_ = offset(p);
  for (std::uint32_t gap = 0; text[p] == '"';) {
    Item& item = items_.emplace_back();
    item.gap = gap;
    item.begin = offset(p);
    bool escaped = false;
    const std::size_t key_end = skim_string(text, p, escaped);
    item.name = {text + p + 1, key_end - p - 2};
    if (escaped) {
      std::string name;
      json::unescape(item.name, name);
      item.name = keep(std::move(name));
    }
    p = skim_space(text, skim_space(text, key_end) + 1);
    item.value_begin = offset(p);
    p = skim_value(text, p);
    item.value_end = trail_begin_ = gap = offset(p);
    p = skim_space(text, p);
    if (text[p] == ',') p = skim_space(text, p + 1);
  }
}

void Items::index_array(const char* text, std::uint32_t at) {
  std::size_t p = skim_space(text, at + 1);
  lead_end_ = trail_begin_ = offset(p);
  for (std::uint32_t gap = 0; text[p] != ']';) {
    Item& item = items_.emplace_back();
    item.gap = gap;
    item.begin = item.value_begin = offset(p);
    p = skim_value(text, p);
    item.value_end = trail_begin_ = gap = offset(p);
    p = skim_space(text, p);
    if (text[p] == ',') p = skim_space(text, p + 1);
  }
}

std::string_view Items::keep(std::string name) {
  return *names_.emplace_back(std::make_shared<const std::string>(std::move(name)));
}

std::uint32_t Items::find(python::Gil& gil, std::string_view name) {
  if (items_.size() > small) {
    if (!repeats_known_) mark_repeats(gil);
    const std::uint32_t number =
        table_.find(name, [this](std::uint32_t i) { return items_[i].name; });
    return number != none && items_[number].live() ? number : none;
  }
  for (std::size_t i = items_.size(); i-- > 0;) {
    if (items_[i].name == name && items_[i].live()) return offset(i);
  }
  return none;
}

std::uint32_t Items::find_for_write(python::Gil& gil, std::string_view name) {
  if (items_.size() > small) {
    const std::uint32_t last = find(gil, name);
    if (last == none || !items_[last].repeat) return last;
  }
  std::vector<python::Ref> gone;  // dropped last: what that runs must find everything in order
  std::uint32_t first = none;
  for (std::uint32_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (!item.live() || item.name != name) continue;
    if (first == none) {
      first = i;
      continue;
    }
    if (!item.repeat) ++hidden_;
    item.kind = Item::Kind::removed;
    gone.push_back(std::move(item.value));
    // The first speaks for the name from now on: what it held is not what the name meant.
    gone.push_back(std::move(items_[first].value));
    items_[first].kind = Item::Kind::assigned;
    in_place_ = false;  // an iterator does not mind: it never saw the repeats
  }
  if (!table_.empty() && first != none) {
    table_.put(name, first, [this](std::uint32_t i) { return items_[i].name; });
  }
  return first;
}

void Items::add(python::Gil& gil, std::string_view name, python::Ref value) {
  compact();
  Item& item = items_.emplace_back();
  item.name = keep(std::string(name));
  item.kind = Item::Kind::added;
  item.value = std::move(value);
  appended();
  if (!table_.empty()) {
    table_.put(item.name, offset(items_.size() - 1),
               [this](std::uint32_t i) { return items_[i].name; });
  } else if (items_.size() > small) {
    make_table(gil);
  }
}

void Items::remove(python::Gil& gil, std::string_view name) {
  const std::uint32_t number = find_for_write(gil, name);
  if (number == none) return;
  const python::Ref gone = std::move(items_[number].value);
  items_[number].kind = Item::Kind::removed;
  ++hidden_;
  restructured();
}

void Items::remove_all() {
  // Their values go last: what they run on going must find an empty container.
  const std::vector<Item> gone = std::exchange(items_, {});
  table_.clear();
  hidden_ = 0;
  repeats_ = false;
  repeats_known_ = true;
  restructured();
}

std::uint32_t Items::count(python::Gil& gil) {
  if (!repeats_known_) mark_repeats(gil);
  return offset(items_.size()) - hidden_;
}

std::uint32_t Items::speaker(python::Gil& gil, std::uint32_t number) {
  return repeats_ ? find(gil, items_[number].name) : number;
}

void Items::mark_repeats(python::Gil& gil) {
  repeats_known_ = true;
  if (items_.size() > 8) return make_table(gil);
  for (std::size_t i = 1; i < items_.size(); ++i) {
    if (!items_[i].live()) continue;
    for (std::size_t j = 0; j < i && !items_[i].repeat; ++j) {
      if (items_[j].live() && items_[j].name == items_[i].name) items_[i].repeat = true;
    }
    if (items_[i].repeat) ++hidden_;
    repeats_ |= items_[i].repeat;
  }
}

void Items::make_table(python::Gil&) {
  const auto name_of = [this](std::uint32_t i) { return items_[i].name; };
  table_.clear();
  repeats_known_ = true;
  for (std::uint32_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (!item.live()) continue;
    if (table_.put(item.name, i, name_of) == none || item.repeat) continue;
    item.repeat = true;
    repeats_ = true;
    ++hidden_;
  }
}

// Forgets removed members once they are the most; the numbers of the others change.
void Items::compact() {
  if (hidden_ <= 32 || hidden_ * 2 < items_.size() || repeats_) return;
  std::erase_if(items_, [](const Item& item) { return !item.live(); });
  hidden_ = 0;
  table_.clear();
  repeats_known_ = false;
  ++structure_;
}

}  // namespace adyton::worker
