#pragma once

#include <unordered_set>

#include <Python.h>

#include "host/python/ref.h"
#include "modules/json/parse_stack.h"

namespace adyton::json {

/// One thing being written. `items` is what is walked where that is not the object itself: a list
/// of pairs of a dict, or of elements.
struct Open {
  enum class Kind : unsigned char { list, tuple, dict, pairs, substitute };

  Kind kind;
  bool first = true;
  PyObject* object;           // owned
  PyObject* items = nullptr;  // owned, or null
  Py_ssize_t index = 0;
  Py_ssize_t size = 0;
};

/// The containers, and the objects that `default` replaced, from the outermost to the one being
/// written: an explicit stack in place of recursion, which also finds circles. The GIL is held for
/// its whole life.
class OpenContainers {
 public:
  OpenContainers() = default;
  ~OpenContainers() {
    while (!empty()) pop();
  }
  OpenContainers(const OpenContainers&) = delete;
  OpenContainers& operator=(const OpenContainers&) = delete;

  /// Takes the references in `open`. Throws std::bad_alloc.
  void push(const Open& open);
  void pop();
  Open& top() { return stack_.top(); }

  /// Whether the object is on the stack.
  bool contains(PyObject* object);

  std::size_t size() const { return stack_.size(); }
  bool empty() const { return stack_.empty(); }

 private:
  // Up to here a look through the stack is quicker than a set, and documents rarely nest deeper.
  static constexpr std::size_t shallow = 64;

  ParseStack<Open, 32> stack_;
  std::unordered_set<PyObject*> deep_;  // the objects beyond the first `shallow`
};

}  // namespace adyton::json
