#include "modules/json/binding/type_lookup.h"

#include "host/python/ref.h"

namespace adyton::json {

using python::Gil;
using python::Ref;

#if defined(ADYTON_PUBLIC_PYTHON_API)

PyObject* look_up(Gil&, PyTypeObject* type, PyObject* name) {
  PyObject* const order = type->tp_mro;
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(order); ++i) {
    auto* const base = reinterpret_cast<PyTypeObject*>(PyTuple_GET_ITEM(order, i));
#if PY_VERSION_HEX >= 0x030C0000
    const Ref dict = Ref::steal(PyType_GetDict(base));
#else
    const Ref dict = Ref::borrow(base->tp_dict);
#endif
    // The type's dict keeps it alive.
    PyObject* const found = dict ? PyDict_GetItemWithError(dict.get(), name) : nullptr;
    if (found != nullptr) return found;
    PyErr_Clear();
  }
  return nullptr;
}

unsigned version_of(Gil&, PyTypeObject*) {
  return 0;
}

#else

PyObject* look_up(Gil&, PyTypeObject* type, PyObject* name) {
  return _PyType_Lookup(type, name);
}

#if PY_VERSION_HEX >= 0x030C0000

unsigned version_of(Gil&, PyTypeObject* type) {
  if (type->tp_version_tag != 0) return type->tp_version_tag;
  return PyUnstable_Type_AssignVersionTag(type) ? type->tp_version_tag : 0;
}

#else

unsigned version_of(Gil& gil, PyTypeObject* type) {
  const auto current = [type] {
    return (type->tp_flags & Py_TPFLAGS_VALID_VERSION_TAG) != 0 ? type->tp_version_tag : 0;
  };
  if (const unsigned version = current()) return version;
  // A look for any attribute gives it one.
  const Ref name = Ref::steal(PyUnicode_InternFromString("__dataclass_fields__"));
  if (name) look_up(gil, type, name.get());
  return current();
}

#endif
#endif

}  // namespace adyton::json
