#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_set>

#include <Python.h>

#include "host/python/ref.h"
#include "modules/json/always_inline.h"

namespace adyton::json {

class Fields;

/// One thing being written. `items` is what is walked of a derived type in place of the object: a
/// list of its elements (Kind::items), or of the pairs of a dict.
struct Open {
  enum class Kind : unsigned char {
    list,
    tuple,
    items,
    dict,
    sorted_dict,
    fields,
    pairs,
    substitute
  };

  Kind kind = Kind::list;
  bool first = true;           // nothing was written of it but the bracket
  bool last = false;           // nothing stood behind what was opened in it, then
  PyObject* object = nullptr;  // see OpenContainers
  PyObject* items = nullptr;   // owned, or null
  Py_ssize_t index = 0;
  Py_ssize_t size = 0;   // of a dict when it was opened
  Py_ssize_t begin = 0;  // of a sorted dict: where its members begin among all that were sorted

  /// Of an instance of a dataclass: the Fields that it had when it was opened (kept in `begin`).
  ADYTON_ALWAYS_INLINE const Fields* fields() const {
    return reinterpret_cast<const Fields*>(begin);
  }
  ADYTON_ALWAYS_INLINE static Open with_fields(PyObject* object, const Fields* fields) {
    return {.kind = Kind::fields,
            .object = object,
            .begin = static_cast<Py_ssize_t>(reinterpret_cast<std::intptr_t>(fields))};
  }
};

/// The containers, and the objects that `default` replaced, from the outermost to the one being
/// written: an explicit stack in place of recursion, which also finds circles. The GIL is held for
/// its whole life.
///
/// While no Python code can run, every object here is kept alive by the one below it, so
/// references are taken (`pin`) only before it may. The object of push_borrowed() has no `items`.
class OpenContainers {
 public:
  OpenContainers() = default;
  ~OpenContainers() {
    while (!empty()) pop();
  }
  OpenContainers(const OpenContainers&) = delete;
  OpenContainers& operator=(const OpenContainers&) = delete;

  /// Takes the references in `open`, and pins what lies below. Throws std::bad_alloc.
  void push(const Open& open);
  void pop();
  Open& top() { return data_[size_ - 1]; }

  /// From here on Python code may do what it likes to the containers.
  void pin();

  /// Whether the object is on the stack.
  bool contains(PyObject* object);

  /// Whether any object is on the stack twice. What was looked at once is not looked at again.
  bool has_repeats();

  ADYTON_ALWAYS_INLINE std::size_t size() const { return size_; }
  ADYTON_ALWAYS_INLINE bool empty() const { return size_ == 0; }

  // For the walk, which keeps the end of the stack in a register: an entry is end[-1]. It says
  // where that is before anything else of the stack is used, and asks for it again after that.

  ADYTON_ALWAYS_INLINE Open* end() { return data_ + size_; }
  ADYTON_ALWAYS_INLINE void set_end(Open* end) { size_ = static_cast<std::size_t>(end - data_); }
  ADYTON_ALWAYS_INLINE bool is_empty(const Open* end) const { return end == data_; }
  ADYTON_ALWAYS_INLINE bool is_full(const Open* end) const { return end == limit_; }
  /// What the end is at a depth, or where there is no more room; until the stack grows.
  ADYTON_ALWAYS_INLINE Open* end_at(std::size_t depth) {
    return depth < static_cast<std::size_t>(limit_ - data_) ? data_ + depth : limit_;
  }
  /// Whether the entry behind `end`, which was the last, has to be given to settle().
  ADYTON_ALWAYS_INLINE bool is_settled(const Open* end) const { return end < settled_end_; }

  /// Whether it has not, and another entry lies below it. False now and then where both is so.
  ADYTON_ALWAYS_INLINE bool is_above_settled(const Open* end) const { return end > settled_end_; }

  /// Ends the entry behind the end.
  void settle();
  /// Room for an entry that owns nothing, whose object the one below keeps alive. False: no memory.
  bool grow();

 private:
  // Up to here a look through the stack is quicker than a set, and documents rarely nest deeper.
  static constexpr std::size_t shallow = 64;

  void mark_settled(std::size_t count);

  // Not set to anything: most documents use a few.
  static constexpr std::size_t start_capacity = 128;
  alignas(Open) std::byte start_[start_capacity * sizeof(Open)];
  std::unique_ptr<std::byte[]> heap_;
  Open* data_ = reinterpret_cast<Open*>(start_);
  std::size_t size_ = 0;
  Open* limit_ = data_ + start_capacity;
  std::size_t pinned_ = 0;     // entries whose objects are owned: the lowest
  std::size_t distinct_ = 0;   // entries known to differ: the lowest
  Open* settled_end_ = data_;  // behind the last that is either
  // The distinct objects beyond the first `shallow`, once there are any.
  std::unique_ptr<std::unordered_set<PyObject*>> deep_;
};

}  // namespace adyton::json
