#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <Python.h>

#include "host/python/gil.h"
#include "modules/json/binding/python_objects.h"
#include "modules/json/key_pattern.h"

namespace adyton::json {

/// The first keys of an object, up to one of them, as they were met in documents: a node of a tree
/// whose root is the object without keys. What followed when it was met last is what is expected to
/// follow again. Owned by its tree.
struct Shape {
  KeyPattern key;          // how the last of the keys is written
  Shape* next = nullptr;   // what followed: the same and one more key
  Shape* child = nullptr;  // with what the objects began that were this key's value, or within it
  std::unique_ptr<DictKeys> dict_keys;  // once objects of just these keys have repeated
  PyObject* name = nullptr;             // the last key, owned
  Shape* parent = nullptr;
  std::uint16_t depth = 0;           // the number of keys
  std::uint8_t seen = 0;             // objects that ended here, while there are no dict_keys
  std::unique_ptr<char[]> spelling;  // of a key too long for the pattern itself
};

/// What one interpreter knows of the objects in its documents. Grows to `limit` shapes; when much
/// more would have been worth keeping, it begins anew. Every function needs the GIL.
class ShapeTree {
 public:
  ShapeTree() = default;
  ~ShapeTree() { clear(); }
  ShapeTree(const ShapeTree&) = delete;
  ShapeTree& operator=(const ShapeTree&) = delete;

  Shape* root() { return &root_; }

  /// To be held by whoever keeps pointers to shapes: as long as anybody does, all stay.
  class Use {
   public:
    Use(python::Gil&, ShapeTree& tree) : tree_(tree) {
      if (tree.users_++ == 0 && tree.refused_ > patience) tree.clear();
    }
    ~Use() { --tree_.users_; }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    ShapeTree& tree_;
  };

  /// The shape of `from` and the key `name`, or null.
  Shape* find(const Shape* from, PyObject* name) const;

  /// The same, made if need be, where `raw` is how the document writes the key. Null if it cannot
  /// be. Throws std::bad_alloc.
  Shape* add(Shape* from, std::string_view raw, PyObject* name);

  /// Forgets everything.
  void clear();

  static constexpr std::size_t deepest = DictKeys::most;  // keys

 private:
  static constexpr std::size_t limit = 4096;
  static constexpr std::size_t places = 2 * limit;
  static constexpr std::size_t patience = 16 * limit;

  static std::size_t place_of(const Shape* from, PyObject* name);
  Shape* take_place();

  Shape root_;
  std::vector<std::unique_ptr<Shape[]>> blocks_;
  std::size_t count_ = 0;
  std::unique_ptr<Shape*[]> table_;
  std::size_t users_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace adyton::json
