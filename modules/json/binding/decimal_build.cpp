#include "modules/json/binding/decimal_build.h"

#include <string_view>

namespace adyton::json {

using python::Gil;
using python::Ref;

bool is_decimal_type(Gil&, PyObject* object) {
  if (!Py_IS_TYPE(object, &PyType_Type)) return false;
  const std::string_view name = reinterpret_cast<PyTypeObject*>(object)->tp_name;
  if (name != "decimal.Decimal") return false;
  Ref module_name = Ref::steal(PyUnicode_InternFromString("decimal"));
  Ref module = Ref::steal(module_name ? PyImport_GetModule(module_name.get()) : nullptr);
  if (!module) return false;
  Ref type = Ref::steal(PyObject_GetAttrString(module.get(), "Decimal"));
  if (!type) PyErr_Clear();
  return type.get() == object;
}

DecimalBuilder::DecimalBuilder(Gil& gil, KeyCache& keys, DuplicateKeys duplicates, PyObject* type)
    : Builder(gil, keys, duplicates),
      type_(reinterpret_cast<PyTypeObject*>(type)),
      make_(reinterpret_cast<newfunc>(PyType_GetSlot(type_, Py_tp_new))) {}

bool DecimalBuilder::number(std::string_view text, NumberToken::Kind) {
  PyObject* const str = new_ascii_str(text, false);
  if (str == nullptr) return false;
  if (!arguments_ || Py_REFCNT(arguments_.get()) != 1) {
    arguments_ = Ref::steal(PyTuple_Pack(1, str));
    Py_DECREF(str);
    if (!arguments_) return false;
  } else {
    PyObject* const former = PyTuple_GET_ITEM(arguments_.get(), 0);
    PyTuple_SET_ITEM(arguments_.get(), 0, str);
    Py_DECREF(former);
  }
  // Decimal has no __init__ of its own: this is all that calling it does.
  return push(make_(type_, arguments_.get(), nullptr));
}

}  // namespace adyton::json
