#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/pipeline/batch.h"
#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/keyed_hash.h"
#include "modules/json/name_table.h"

namespace adyton::worker {

/// The bytes that views look into. Shared with whatever a script keeps.
using Source = std::shared_ptr<const pipeline::Text>;

/// A member of an object or an element of an array: where it stands in the source, or the value
/// that a script put there, or both.
struct Item {
  enum class Kind : std::uint8_t {
    source,    // its value is the source's; `value` is that value where it has been asked for
    assigned,  // it stands in the source, its value is `value`
    added,     // it does not stand in the source
    removed,   // of an object: taken out (the number of an item is its name's place in the table)
  };

  std::string_view name;    // a member's key, unescaped; in the source or one of Items' own
  std::uint32_t gap = 0;    // what separates it from the item before begins here; 0: nothing
  std::uint32_t begin = 0;  //   does, and ends here, where its key or value begins
  std::uint32_t value_begin = 0;
  std::uint32_t value_end = 0;
  python::Ref value;
  Kind kind = Kind::source;
  bool repeat = false;  // of an object: an item before it has the same name

  bool live() const { return kind != Kind::removed; }
  bool in_source() const { return kind == Kind::source || kind == Kind::assigned; }
};

/// The items of one container, indexed by one pass over its text. Holds Python objects: made, used,
/// copied and destroyed with the GIL held.
class Items {
 public:
  static constexpr std::uint32_t none = json::NameTable::none;

  /// Precondition: a valid object or array stands at `begin` of `text` and ends before `end`.
  Items(const char* text, std::uint32_t begin, std::uint32_t end);

  // The white space behind the opening bracket ends, and that before the closing one begins.
  std::uint32_t lead_end() const { return lead_end_; }
  std::uint32_t trail_begin() const { return trail_begin_; }

  std::vector<Item>& all() { return items_; }
  Item& operator[](std::size_t number) { return items_[number]; }

  /// True if the items of the source that are left stand in their order with nothing removed: then
  /// writing them is copying the source around what was assigned. `structure` changes with every
  /// addition and removal.
  bool in_place() const { return in_place_; }
  std::uint32_t structure() const { return structure_; }
  void restructured() {
    in_place_ = false;
    ++structure_;
  }
  void appended() { ++structure_; }

  // --- of an object ---

  /// The last member of that name, or `none`.
  std::uint32_t find(python::Gil& gil, std::string_view name);

  /// The one member of that name that is left after a write, or `none`: where the source repeats
  /// the name, the first stays, without a value until the caller gives it one, and the others go.
  std::uint32_t find_for_write(python::Gil& gil, std::string_view name);

  void add(python::Gil& gil, std::string_view name, python::Ref value);
  void remove(python::Gil& gil, std::string_view name);
  void remove_all();

  /// How many different names there are; from then on `repeat` tells.
  std::uint32_t count(python::Gil& gil);

  /// The item that gives the value of the name of `items[number]`: for a repeated name the last.
  std::uint32_t speaker(python::Gil& gil, std::uint32_t number);

 private:
  void index_object(const char* text, std::uint32_t at);
  void index_array(const char* text, std::uint32_t at);
  std::string_view keep(std::string name);
  void mark_repeats(python::Gil& gil);
  void make_table(python::Gil& gil);
  void compact();

  std::vector<Item> items_;
  std::vector<std::shared_ptr<const std::string>> names_;  // those not in the source as such
  json::NameTable table_{json::keyed_hash};
  std::uint32_t lead_end_ = 0;
  std::uint32_t trail_begin_ = 0;
  std::uint32_t structure_ = 0;
  std::uint32_t hidden_ = 0;  // items that are removed, or repeat a name
  bool in_place_ = true;
  bool repeats_known_ = false;
  bool repeats_ = false;
};

}  // namespace adyton::worker
