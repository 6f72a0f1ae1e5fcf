#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <Python.h>

#include "host/python/gil.h"
#include "modules/json/binding/shape_tree.h"
#include "modules/json/decode.h"
#include "modules/json/parse_stack.h"

namespace adyton::json {

/// The str objects of the keys seen lately, found by their bytes in the document: a key that
/// repeats costs one comparison, and its hash is computed once. Two ways a set, the newer first,
/// and the last key of the set that was new: it is moved to them when it is met again. So those
/// that never come again leave the others alone. Belongs to one interpreter; every function needs
/// the GIL.
class KeyCache {
 public:
  KeyCache() = default;
  ~KeyCache() { clear(); }
  KeyCache(const KeyCache&) = delete;
  KeyCache& operator=(const KeyCache&) = delete;

  /// The str of a key: a new reference, or null with an exception set; and whether the key was
  /// remembered.
  struct Key {
    PyObject* name;
    bool known;
  };
  Key get(python::Gil& gil, const StringToken& token);

  /// What is known of the objects that have those keys.
  ShapeTree& shapes() { return shapes_; }

  /// Kept here because looking for the small ones costs as much as a small document.
  const IntMaker& ints() const { return ints_; }

  /// The values of a document that are in no container yet.
  using Values = ParseStack<PyObject*, 256>;

  /// What the values of an earlier document lay in: none if there was no large one, or if somebody
  /// has it.
  Values::Memory take_memory() { return std::exchange(values_memory_, {}); }
  /// Keeps it for the next document, unless it is very large, or less than is kept.
  void keep_memory(Values::Memory memory) {
    if (memory.capacity <= most_values && memory.capacity > values_memory_.capacity) {
      values_memory_ = std::move(memory);
    }
  }

  /// Lets go of every key and shape, and of that memory.
  void clear();

 private:
  static constexpr std::size_t longest = KeyPattern::longest;
  static constexpr std::size_t longest_kept = 112;  // longer ones, if ASCII, are in the str as well
  static constexpr std::size_t sets = 1024;

  // Two lines of the processor's cache, the second for long keys.
  struct alignas(64) Entry {
    PyObject* key = nullptr;  // owned
    std::uint32_t hash = 0;
    std::uint32_t size = 0;
    char bytes[longest_kept];
  };
  struct New {
    PyObject* key = nullptr;  // owned
    std::uint32_t hash = 0;
  };
  struct Table {
    Entry entries[sets][2];
    New news[sets];
  };

  static void keep(Entry* first, PyObject* key, std::uint32_t hash, std::string_view raw);

  static constexpr std::size_t most_values = std::size_t{1} << 16;

  ShapeTree shapes_;
  const IntMaker ints_;
  std::unique_ptr<Table> table_;  // made at the first key
  Values::Memory values_memory_;
};

}  // namespace adyton::json
