#pragma once

#include <string_view>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/key_cache.h"
#include "modules/json/binding/text.h"
#include "modules/json/parse.h"

namespace adyton::json {

/// Makes Python objects of a document. Finished values wait on one flat stack until their container
/// ends, which is then made at its final size. Everything on the stack is owned. The GIL is held
/// for the builder's whole life; a function returns false with a Python exception set.
class Builder {
 public:
  static constexpr NumberForm number_form = NumberForm::value;

  Builder(python::Gil& gil, KeyCache& keys) : gil_(gil), keys_(keys) {}
  ~Builder();
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  /// The document's value, after a parse without a fault.
  python::Ref take() { return python::Ref::steal(values_.pop()); }

  bool null() { return push(Py_NewRef(Py_None)); }
  bool boolean(bool value) { return push(PyBool_FromLong(value)); }
  bool integer(std::int64_t value) { return push(PyLong_FromLongLong(value)); }
  bool big_integer(std::string_view text) { return push(make_int(text)); }
  bool real(double value) { return push(PyFloat_FromDouble(value)); }
  bool number(std::string_view text, NumberToken::Kind kind);
  bool constant(Constant constant);
  bool string(const StringToken& token) { return push(make_str(gil_, token)); }
  bool key(const StringToken& token) { return push(keys_.get(gil_, token)); }
  bool begin_array() { return true; }
  bool end_array(std::size_t count);
  bool begin_object() { return true; }
  bool end_object(std::size_t count);

 protected:
  bool push(PyObject* owned) {
    if (owned == nullptr) return false;
    values_.push(owned);
    return true;
  }

  /// An int of decimal text; refuses more digits than sys.set_int_max_str_digits() allows.
  static PyObject* make_int(std::string_view text);

  python::Gil& gil_;
  KeyCache& keys_;
  ParseStack<PyObject*, 256> values_;
};

}  // namespace adyton::json
