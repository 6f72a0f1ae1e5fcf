#include "modules/json/binding/build.h"

#include <array>
#include <limits>
#include <string>

namespace adyton::json {

using python::Ref;

Builder::~Builder() {
  while (!values_.empty()) Py_XDECREF(values_.pop());
  if (scopes_.empty()) tree_.root()->child = hint_;
  if (values_.capacity() > KeyCache::Values::inline_capacity) {
    keys_.keep_memory(values_.take_memory());
  }
}

/// Large memory costs more to get than a document to read: what an earlier one has left is taken
/// first.
void Builder::find_room() {
  KeyCache::Values::Memory kept = keys_.take_memory();
  if (kept.capacity > values_.capacity()) values_.move_to(std::move(kept));
}

PyObject* Builder::make_int(std::string_view text) {
  // A copy, because PyLong_FromString would read on through the underscore of "1_2".
  return PyLong_FromString(std::string(text).c_str(), nullptr, 10);
}

bool Builder::number(std::string_view text, NumberToken::Kind kind) {
  const NumberToken token = scan_number(text.data(), text.data() + text.size());
  if (kind == NumberToken::Kind::real) return real(token.real);
  return kind == NumberToken::Kind::integer ? integer(token.integer) : big_integer(text);
}

bool Builder::constant(Constant constant) {
  using Limits = std::numeric_limits<double>;
  switch (constant) {
    case Constant::nan:
      return real(Limits::quiet_NaN());
    case Constant::infinity:
      return real(Limits::infinity());
    case Constant::minus_infinity:
      break;
  }
  return real(-Limits::infinity());
}

bool Builder::key(const StringToken& token) {
  const KeyCache::Key key = keys_.get(gil_, token);
  if (key.name == nullptr) return false;
  return shape_ == nullptr ? push(key.name) : unexpected_key(token, key);
}

/// A key that was not expected, or not where it was.
bool Builder::unexpected_key(const StringToken& token, const KeyCache::Key& key) {
  Ref name = Ref::steal(key.name);
  Shape* shape = key.known ? tree_.find(shape_, name.get()) : nullptr;
  if (shape == nullptr && key.known) {
    // Keys that repeat only, and doubling what is known of an object: what never comes again shall
    // leave little behind.
    if (grown_to_ == 0) grown_to_ = static_cast<std::uint16_t>(2 * shape_->depth + 4);
    if (shape_->depth < grown_to_) shape = tree_.add(shape_, token.raw, name.get());
  }
  if (shape == nullptr) {
    become_pairs();
    return push(name.release());
  }
  if (shape_ != root_) {
    shape_->next = shape;
  } else {
    Scope& outer = scopes_.top();
    (outer.shape != nullptr ? outer.shape->child : outer.hint) = shape;
  }
  shape_ = shape;
  next_ = shape->next;
  return true;
}

/// Puts the keys between the values of the innermost object, whose last key has no value yet.
void Builder::become_pairs() {
  const std::size_t count = shape_->depth;
  for (std::size_t i = 0; i < count; ++i) values_.push(nullptr);
  PyObject** const members = values_.last(2 * count);
  const Shape* shape = shape_;
  for (std::size_t i = count; i-- > 0; shape = shape->parent) {
    members[2 * i + 1] = members[i];
    members[2 * i] = Py_NewRef(shape->name);
  }
  hint_ = shape_->child;
  shape_ = next_ = nullptr;
}

bool Builder::end_array(std::size_t count) {
  PyObject* const list = new_list(values_.last(count), count);
  if (list == nullptr) return false;
  values_.drop(count);
  Shape* const hint = hint_;
  const bool pushed = close(list);
  (shape_ != nullptr ? shape_->child : hint_) = hint;
  return pushed;
}

bool Builder::end_object(std::size_t count) {
  PyObject* dict;
  if (shape_ != nullptr && shape_->dict_keys) [[likely]] {
    dict = shape_->dict_keys->new_dict(values_.last(count), holds_);
    if (dict == nullptr) return false;
    values_.drop(count);
  } else {
    dict = unknown_object(count);
    if (dict == nullptr) return false;
  }
  return close(dict);
}

PyObject* Builder::unknown_object(std::size_t count) {
  if (shape_ != nullptr && count > 0) {
    Shape* const shape = shape_;
    become_pairs();
    if (shape->seen < 2 && ++shape->seen == 2) {
      std::array<PyObject*, ShapeTree::deepest> names;
      for (std::size_t i = 0; i < count; ++i) names[i] = values_.last(2 * count)[2 * i];
      shape->dict_keys = DictKeys::make(names.data(), count);
      if (PyErr_Occurred()) return nullptr;
    }
  }
  PyObject* const dict = new_dict(values_.last(2 * count), count, duplicates_, holds_);
  if (dict == nullptr) {
    met_repeated_key_ = !PyErr_Occurred();
    return nullptr;
  }
  values_.drop(2 * count);
  return dict;
}

/// Back to the scope around the container.
bool Builder::close(PyObject* container) {
  const Scope& outer = scopes_.top();
  shape_ = outer.shape;
  next_ = shape_ == nullptr ? nullptr : shape_->next;
  hint_ = outer.hint;
  grown_to_ = outer.grown_to;
  holds_ = Holds::containers;
  scopes_.drop(1);
  return push(container);
}

}  // namespace adyton::json
