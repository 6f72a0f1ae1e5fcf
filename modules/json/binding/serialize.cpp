#include "modules/json/binding/serialize.h"

#include <cmath>
#include <span>

namespace adyton::json {
namespace {

using python::Ref;

/// Whether a dict of a derived type that turns out to have no members is written "{}" under an
/// indent too: before 3.13 the standard library has an empty line there.
#if PY_VERSION_HEX >= 0x030D0000
constexpr bool memberless_is_compact = true;
#else
constexpr bool memberless_is_compact = false;
#endif

/// object.__class__.__name__, or none with an exception set.
Ref class_name(PyObject* object) {
  const Ref type = Ref::steal(PyObject_GetAttrString(object, "__class__"));
  return Ref::steal(type ? PyObject_GetAttrString(type.get(), "__name__") : nullptr);
}

}  // namespace

bool Serializer::write(PyObject* object) {
  if (!put_value(object)) return false;
  while (!open_.empty()) {
    if (!advance()) return false;
  }
  return true;
}

/// Goes on with the innermost container until it ends or opens another.
bool Serializer::advance() {
  Open& open = open_.top();
  switch (open.kind) {
    case Open::Kind::list:
    case Open::Kind::tuple:
      return advance_sequence(open);
    case Open::Kind::dict:
      return advance_dict(open);
    case Open::Kind::pairs:
      return advance_pairs(open);
    case Open::Kind::substitute:
      open_.pop();
      return true;
  }
  return true;
}

bool Serializer::advance_sequence(Open& open) {
  PyObject* const walked = open.items != nullptr ? open.items : open.object;
  const bool is_list = open.kind == Open::Kind::list;
  // The size is read anew: `default` may have changed the list.
  while (open.index < Py_SIZE(walked)) {
    PyObject* const item =
        is_list ? PyList_GET_ITEM(walked, open.index) : PyTuple_GET_ITEM(walked, open.index);
    if (open.index++ > 0) writer_.separate();
    const Scalar scalar = put_scalar(item);
    if (scalar == Scalar::failed) return false;
    if (scalar == Scalar::not_scalar) return open_object(item);
  }
  end(']');
  return true;
}

bool Serializer::advance_dict(Open& open) {
  PyObject* key;
  PyObject* value;
  while (true) {
    if (PyDict_GET_SIZE(open.object) != open.size) {
      PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
      return false;
    }
    if (!PyDict_Next(open.object, &open.index, &key, &value)) break;
    const std::size_t depth = open_.size();
    if (!put_member(open, key, value)) return false;
    if (open_.size() != depth) return true;
  }
  end('}');
  return true;
}

bool Serializer::advance_pairs(Open& open) {
  while (open.index < PyList_GET_SIZE(open.items)) {
    PyObject* const pair = PyList_GET_ITEM(open.items, open.index);
    ++open.index;
    if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) {
      PyErr_SetString(PyExc_ValueError, "items must return 2-tuples");
      return false;
    }
    const std::size_t depth = open_.size();
    if (!put_member(open, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1))) return false;
    if (open_.size() != depth) return true;
  }
  end('}');
  return true;
}

/// A key and its value, which is written if it is a scalar and opened if not. No Python code runs
/// before the value is: the references may be borrowed.
bool Serializer::put_member(Open& open, PyObject* key, PyObject* value) {
  const bool is_string = PyUnicode_Check(key);
  if (!is_string && options_.other_keys == OtherKeys::skip && !PyLong_Check(key) &&
      !PyFloat_Check(key) && key != Py_None) {
    return true;
  }
  if (!open.first) writer_.separate();
  open.first = false;
  if (!(is_string ? put_string(key) : put_other_key(key))) return false;
  writer_.colon();
  return put_value(value);
}

bool Serializer::put_value(PyObject* object) {
  const Scalar scalar = put_scalar(object);
  if (scalar == Scalar::not_scalar) return open_object(object);
  return scalar == Scalar::written;
}

Serializer::Scalar Serializer::put_scalar(PyObject* object) {
  const auto result = [](bool written) { return written ? Scalar::written : Scalar::failed; };
  if (PyUnicode_Check(object)) return result(put_string(object));
  if (object == Py_None) return out_.put("null"), Scalar::written;
  if (object == Py_True) return out_.put("true"), Scalar::written;
  if (object == Py_False) return out_.put("false"), Scalar::written;
  if (PyLong_Check(object)) return result(put_int(object));
  if (PyFloat_Check(object)) return result(put_float(object));
  return Scalar::not_scalar;
}

namespace {

/// The characters of a str in its own kind, to put(span).
template <class Put>
auto with_characters(PyObject* str, Put put) {
  const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(str));
  const void* const data = PyUnicode_DATA(str);
  switch (PyUnicode_KIND(str)) {
    case PyUnicode_1BYTE_KIND:
      return put(std::span(static_cast<const std::uint8_t*>(data), size));
    case PyUnicode_2BYTE_KIND:
      return put(std::span(static_cast<const std::uint16_t*>(data), size));
    default:
      return put(std::span(static_cast<const std::uint32_t*>(data), size));
  }
}

}  // namespace

bool Serializer::put_string(PyObject* str) {
#if PY_VERSION_HEX < 0x030C0000
  if (PyUnicode_READY(str) < 0) return false;
#endif
  const bool put = with_characters(str, [this](auto characters) {
    if (options_.characters == Characters::utf8) {
      return put_string_utf8(out_, characters, options_.surrogates);
    }
    put_string_ascii(out_, characters);
    return true;
  });
  // CPython's own encoder says which surrogate, and where.
  if (!put) Py_XDECREF(PyUnicode_AsUTF8String(str));
  return put;
}

bool Serializer::put_int(PyObject* number) {
  int overflow = 0;
  const long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
  if (overflow == 0) {
    put_integer(out_, value);
    return true;
  }
  Ref text = Ref::steal(PyLong_Type.tp_repr(number));
  if (!text) return false;
  out_.put({reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(text.get())),
            static_cast<std::size_t>(PyUnicode_GET_LENGTH(text.get()))});
  return true;
}

bool Serializer::put_float(PyObject* number) {
  const double value = PyFloat_AS_DOUBLE(number);
  if (options_.non_finite == NonFinite::reject && !std::isfinite(value)) {
    return refuse_float(number);
  }
  put_real(out_, value);
  return true;
}

/// A key that is no str, in quotes, as the standard library spells it.
bool Serializer::put_other_key(PyObject* key) {
  const bool is_number = PyLong_Check(key) || PyFloat_Check(key);
  if (!is_number && key != Py_None) return refuse_key(key);
  out_.put('"');
  if (put_scalar(key) == Scalar::failed) return false;
  out_.put('"');
  return true;
}

bool Serializer::open_object(PyObject* object) {
  Ref current = Ref::borrow(object);
  while (true) {
    PyObject* const value = current.get();
    if (PyList_Check(value)) return open_sequence(value, Open::Kind::list);
    if (PyTuple_Check(value)) return open_sequence(value, Open::Kind::tuple);
    if (PyDict_Check(value)) return open_dict(value);
    if (!substitute(current)) return false;
    const Scalar scalar = put_scalar(current.get());
    if (scalar != Scalar::not_scalar) return scalar == Scalar::written;
  }
}

/// Replaces an object by what `default` makes of it; the object stays on the stack, as one that
/// must not come again inside.
bool Serializer::substitute(Ref& object) {
  if (!enter(object.get())) return false;
  if (options_.default_hook == nullptr) return refuse_object(object.get());
  open_.push({.kind = Open::Kind::substitute, .object = Py_NewRef(object.get())});
  object = Ref::steal(PyObject_CallOneArg(options_.default_hook, object.get()));
  return static_cast<bool>(object);
}

/// Whether one more container may be opened.
bool Serializer::enter(PyObject* object) {
  if (options_.circles == Circles::check && open_.contains(object)) {
    PyErr_SetString(PyExc_ValueError, "Circular reference detected");
    return false;
  }
  if (open_.size() < options_.max_depth) return true;
  PyErr_SetString(PyExc_RecursionError,
                  "maximum recursion depth exceeded while encoding a JSON object");
  return false;
}

bool Serializer::open_sequence(PyObject* sequence, Open::Kind kind) {
  if (!PyList_CheckExact(sequence) && !PyTuple_CheckExact(sequence)) return open_derived(sequence);
  if (Py_SIZE(sequence) == 0) return out_.put("[]"), true;
  return enter(sequence) && begin({.kind = kind, .object = sequence}, '[');
}

/// A list or tuple of a derived type is what its iterator says.
bool Serializer::open_derived(PyObject* sequence) {
  const bool by_truth = options_.model == Model::python_encoder;
  const int some = by_truth ? PyObject_IsTrue(sequence) : 1;
  if (some < 0) return false;
  Ref items = Ref::steal(some ? PySequence_List(sequence) : PyList_New(0));
  if (!items) return false;
  if (!some || (!by_truth && PyList_GET_SIZE(items.get()) == 0)) return out_.put("[]"), true;
  if (!enter(sequence)) return false;
  return begin({.kind = Open::Kind::list, .object = sequence, .items = items.release()}, '[');
}

bool Serializer::open_dict(PyObject* dict) {
  const bool exact = PyDict_CheckExact(dict);
  const int some = !exact && options_.model == Model::python_encoder ? PyObject_IsTrue(dict)
                                                                     : PyDict_GET_SIZE(dict) > 0;
  if (some < 0) return false;
  if (some == 0) return out_.put("{}"), true;
  if (!enter(dict)) return false;
  Open open{.kind = Open::Kind::dict, .object = dict, .size = PyDict_GET_SIZE(dict)};
  if (!exact || options_.key_order == KeyOrder::sorted) {
    Ref pairs = Ref::steal(PyMapping_Items(dict));
    if (!pairs) return false;
    if (options_.key_order == KeyOrder::sorted && PyList_Sort(pairs.get()) < 0) return false;
    if (memberless_is_compact && PyList_GET_SIZE(pairs.get()) == 0) return out_.put("{}"), true;
    open.kind = Open::Kind::pairs;
    open.items = pairs.release();
  }
  return begin(open, '{');
}

bool Serializer::begin(Open open, char bracket) {
  Py_INCREF(open.object);
  open_.push(open);
  writer_.open(bracket);
  return true;
}

void Serializer::end(char bracket) {
  open_.pop();
  writer_.close(bracket);
}

/// The standard library's own refusal, whose words differ between versions and encoders.
bool Serializer::refuse_float(PyObject* number) {
  Ref dumps = state_.standard(gil_, "dumps");
  Ref arguments = Ref::steal(dumps ? PyTuple_Pack(1, number) : nullptr);
  if (!arguments) return false;
  PyObject* const indent = options_.model == Model::python_encoder ? Py_True : Py_None;
  Ref keywords = Ref::steal(Py_BuildValue("{sOsO}", "allow_nan", Py_False, "indent", indent));
  if (keywords) Py_XDECREF(PyObject_Call(dumps.get(), arguments.get(), keywords.get()));
  return false;
}

bool Serializer::refuse_key(PyObject* key) {
  if (options_.model == Model::python_encoder) {
    const Ref name = class_name(key);
    if (!name) return false;
    PyErr_Format(PyExc_TypeError, "keys must be str, int, float, bool or None, not %S", name.get());
    return false;
  }
  PyErr_Format(PyExc_TypeError, "keys must be str, int, float, bool or None, not %.100s",
               Py_TYPE(key)->tp_name);
  return false;
}

bool Serializer::refuse_object(PyObject* object) {
  const Ref name = class_name(object);
  if (!name) return false;
  PyErr_Format(PyExc_TypeError, "Object of type %S is not JSON serializable", name.get());
  return false;
}

}  // namespace adyton::json
