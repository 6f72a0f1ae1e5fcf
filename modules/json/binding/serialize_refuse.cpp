#include "modules/json/binding/serialize.h"
#include "modules/json/binding/state.h"

namespace adyton::json {
namespace {

using python::Ref;

/// object.__class__.__name__, or none with an exception set.
Ref class_name(PyObject* object) {
  const Ref type = Ref::steal(PyObject_GetAttrString(object, "__class__"));
  return Ref::steal(type ? PyObject_GetAttrString(type.get(), "__name__") : nullptr);
}

}  // namespace

bool Serializer::refuse_circle() {
  PyErr_SetString(PyExc_ValueError, "Circular reference detected");
  return false;
}

bool Serializer::refuse_change() noexcept {
  PyErr_SetString(PyExc_RuntimeError, "dictionary changed size during iteration");
  return false;
}

/// CPython's own encoder says which surrogate, and where.
bool Serializer::refuse_surrogate(PyObject* str) noexcept {
  Py_XDECREF(PyUnicode_AsUTF8String(str));
  return false;
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
  PyErr_Format(PyExc_TypeError, "Object of type %S is not JSON serializable%s", name.get(),
               natives().is_active() ? natives().advice(object) : "");
  return false;
}

}  // namespace adyton::json
