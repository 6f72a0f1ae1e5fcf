#include "host/python/finder.h"

#include "host/python/ref.h"

namespace adyton::python {

#if PY_VERSION_HEX >= 0x030C0000

int install_finder(Gil&) {
  return 0;
}

#else
namespace {

// DottedBuiltins.find_spec(fullname, path=None, target=None)
PyObject* find_spec(PyObject*, PyObject* args, PyObject* keywords) {
  const char* names[] = {"fullname", "path", "target", nullptr};
  PyObject* full_name = nullptr;
  PyObject* path = nullptr;
  PyObject* target = nullptr;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "U|OO:find_spec", const_cast<char**>(names),
                                   &full_name, &path, &target)) {
    return nullptr;
  }
  if (PyUnicode_FindChar(full_name, '.', 0, PyUnicode_GetLength(full_name), 1) < 0) Py_RETURN_NONE;
  const Ref importlib = Ref::steal(PyImport_ImportModule("_frozen_importlib"));
  if (!importlib) return nullptr;
  const Ref importer = Ref::steal(PyObject_GetAttrString(importlib.get(), "BuiltinImporter"));
  return importer ? PyObject_CallMethod(importer.get(), "find_spec", "O", full_name) : nullptr;
}

PyMethodDef methods[] = {
    {"find_spec", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(find_spec)),
     METH_VARARGS | METH_KEYWORDS | METH_STATIC,
     "The spec of a built-in module with a dotted name; None for every other name."},
    {nullptr, nullptr, 0, nullptr},
};

char type_doc[] = "Finds built-in modules that have a dotted name.";

PyType_Slot slots[] = {
    {Py_tp_doc, type_doc},
    {Py_tp_methods, methods},
    {0, nullptr},
};

PyType_Spec spec = {
    "adyton.DottedBuiltins",
    sizeof(PyObject),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    slots,
};

}  // namespace

int install_finder(Gil&) {
  PyObject* const meta_path = PySys_GetObject("meta_path");  // borrowed
  if (meta_path == nullptr || !PyList_Check(meta_path)) {
    PyErr_SetString(PyExc_ImportError, "sys.meta_path is not a list");
    return -1;
  }
  const Ref type = Ref::steal(PyType_FromSpec(&spec));
  return type ? PyList_Append(meta_path, type.get()) : -1;
}

#endif

}  // namespace adyton::python
