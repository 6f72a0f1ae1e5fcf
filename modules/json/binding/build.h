#pragma once

#include <string_view>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/key_cache.h"
#include "modules/json/binding/python_objects.h"
#include "modules/json/binding/shape_tree.h"
#include "modules/json/binding/text.h"
#include "modules/json/parse.h"

namespace adyton::json {

/// Makes Python objects of a document. Finished values wait on one flat stack until their container
/// ends, which is then made at its final size. Everything on the stack is owned. The GIL is held
/// for the builder's whole life, and no Python code runs; a function returns false with a Python
/// exception set, or because of a repeated key.
///
/// An object's keys are not on the stack as long as they are those of a known Shape, which also
/// tells what the next key may be. Where the document leaves the known shapes, or they cannot
/// grow, the keys are put between the values, and the object goes on as pairs.
class Builder {
 public:
  static constexpr NumberForm number_form = NumberForm::value;

  /// Whether what is known of other documents' objects may be used, and added to.
  enum class Shapes : std::uint8_t { none, known };

  Builder(python::Gil& gil, KeyCache& keys, DuplicateKeys duplicates = DuplicateKeys::last,
          Shapes shapes = Shapes::known)
      : gil_(gil),
        keys_(keys),
        new_int_(keys.ints()),
        tree_(keys.shapes()),
        use_(gil, tree_),
        duplicates_(duplicates),
        root_(shapes == Shapes::known ? tree_.root() : nullptr),
        hint_(tree_.root()->child) {}
  ~Builder();
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  /// The document's value, after a parse without a fault.
  python::Ref take() { return python::Ref::steal(values_.pop()); }

  /// Whether it stopped because a key was repeated, with DuplicateKeys::error.
  bool met_repeated_key() const { return met_repeated_key_; }

  [[gnu::always_inline]] bool literal(Literal literal) {
    static PyObject* const objects[] = {Py_False, Py_None, Py_True};
    return push(Py_NewRef(objects[static_cast<std::size_t>(literal)]));
  }
  [[gnu::always_inline]] bool integer(std::int64_t value) { return push(new_int_(value)); }
  bool unsigned_integer(std::uint64_t value) { return push(new_unsigned(value)); }
  bool big_integer(std::string_view text) { return push(make_int(text)); }
  [[gnu::always_inline]] bool real(double value) { return push(new_float(value)); }
  bool number(std::string_view text, NumberToken::Kind kind);
  bool constant(Constant constant);
  [[gnu::always_inline]] bool string(const StringToken& token) {
    return push(make_str(gil_, token));
  }

  const KeyPattern* expected_key() const { return next_ == nullptr ? nullptr : &next_->key; }
  void take_expected_key() {
    shape_ = next_;
    next_ = next_->next;
  }
  bool key(const StringToken& token);

  bool begin_array() {
    Shape* const hint = hint_of_scope();
    scopes_.push({shape_, hint_, grown_to_, holds_});
    shape_ = next_ = nullptr;
    hint_ = hint;
    holds_ = Holds::scalars;
    return true;
  }
  bool end_array(std::size_t count);

  bool begin_object() {
    Shape* const hint = hint_of_scope();
    scopes_.push({shape_, hint_, grown_to_, holds_});
    shape_ = root_;
    next_ = root_ == nullptr ? nullptr : hint;
    hint_ = nullptr;
    grown_to_ = 0;
    holds_ = Holds::scalars;
    return true;
  }
  bool end_object(std::size_t count);

 protected:
  [[gnu::always_inline]] bool push(PyObject* owned) {
    if (owned == nullptr) [[unlikely]]
      return false;
    if (values_.is_full()) [[unlikely]]
      find_room();
    values_.push(owned);
    return true;
  }

  /// The same for what somebody else made.
  bool push_foreign(PyObject* owned) {
    holds_ = Holds::containers;
    return push(owned);
  }

  /// An int of decimal text; refuses more digits than sys.set_int_max_str_digits() allows.
  static PyObject* make_int(std::string_view text);

  python::Gil& gil_;
  KeyCache& keys_;
  KeyCache::Values values_;

 private:
  /// An open array, or an object: as pairs if it has no shape.
  struct Scope {
    Shape* shape;
    Shape* hint;
    std::uint16_t grown_to;
    Holds holds;
  };

  /// With what the next object in this scope may begin.
  Shape* hint_of_scope() const { return shape_ != nullptr ? shape_->child : hint_; }

  bool unexpected_key(const StringToken& token, const KeyCache::Key& key);
  void become_pairs();
  [[gnu::cold]] void find_room();
  PyObject* unknown_object(std::size_t count);
  bool close(PyObject* container);

  const IntMaker& new_int_;
  ShapeTree& tree_;
  const ShapeTree::Use use_;
  const DuplicateKeys duplicates_;
  bool met_repeated_key_ = false;

  // The innermost scope.
  Shape* const root_;
  Shape* shape_ = nullptr;
  Shape* next_ = nullptr;
  Shape* hint_;
  std::uint16_t grown_to_ = 0;  // keys up to which it may add to the tree; 0 until it needs to
  Holds holds_ = Holds::scalars;
  ParseStack<Scope, 256> scopes_;
};

}  // namespace adyton::json
