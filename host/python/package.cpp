#include "host/python/package.h"

#include <cstring>

#include "host/python/finder.h"
#include "host/python/gil.h"
#include "host/python/ref.h"

namespace adyton::python {
namespace {

constexpr const char* package_name = "adyton";

PyDoc_STRVAR(
    package_doc,
    "Adyton: a native host for Python batch work on JSON and encrypted data.\n"
    "\n"
    "The modules below are built into the interpreter and load when they are imported:\n"
    "\n"
    "    adyton.json      the standard library's json, faster, and dumpb for bytes\n"
    "    adyton.crypto    authenticated encryption, keyrings, hashes, key derivation\n"
    "    adyton.record    the records that the Python steps of a job are given\n"
    "\n"
    "__all__ lists those that this executable has. adyton.Record is adyton.record.Record.");

// "json" for "adyton.json"; nullptr if `name` is no child of the package.
const char* child_of_package(const char* name) {
  const std::size_t length = std::strlen(package_name);
  return std::strncmp(name, package_name, length) == 0 && name[length] == '.' ? name + length + 1
                                                                              : nullptr;
}

// The names of the built-in modules under the package, sorted.
Ref children(Gil&) {
  Ref names = Ref::steal(PyList_New(0));
  PyObject* const built_in = PySys_GetObject("builtin_module_names");  // borrowed
  if (!names || built_in == nullptr) return {};
  for (Py_ssize_t i = 0; i < PyTuple_Size(built_in); ++i) {
    const char* const name = PyUnicode_AsUTF8(PyTuple_GetItem(built_in, i));
    if (name == nullptr) return {};
    const char* const child = child_of_package(name);
    if (child == nullptr) continue;
    const Ref text = Ref::steal(PyUnicode_FromString(child));
    if (!text || PyList_Append(names.get(), text.get()) != 0) return {};
  }
  if (PyList_Sort(names.get()) != 0) return {};
  return names;
}

int add(PyObject* module, const char* name, const Ref& value) {
  return value ? PyModule_AddObjectRef(module, name, value.get()) : -1;
}

int execute(PyObject* module) {
  Gil gil = Gil::held_by_caller();
  // An empty __path__ makes it a package, whose children the finder finds and no folder can shadow.
  if (add(module, "__path__", Ref::steal(PyList_New(0))) != 0) return -1;
  if (add(module, "__version__", Ref::steal(PyUnicode_FromString(ADYTON_VERSION))) != 0) return -1;
  if (add(module, "__all__", children(gil)) != 0) return -1;
  return install_finder(gil);
}

// adyton.Record is the package's own name for that type.
PyObject* import_record(PyObject* name) {
  const Ref module = Ref::steal(PyImport_ImportModule("adyton.record"));
  return module ? PyObject_GetAttr(module.get(), name) : nullptr;
}

// adyton.__getattr__ (PEP 562): called only for names that the package does not have yet.
PyObject* get_attribute(PyObject* module, PyObject* name) {
  if (PyUnicode_CompareWithASCIIString(name, "Record") == 0) return import_record(name);
  // Straight from the dict: while the module is being set up __all__ is itself a missing name.
  PyObject* const names = PyDict_GetItemString(PyModule_GetDict(module), "__all__");
  const int known = names ? PySequence_Contains(names, name) : 0;
  if (known < 0) return nullptr;
  if (known == 0) {
    PyErr_Format(PyExc_AttributeError, "module '%s' has no attribute %R", package_name, name);
    return nullptr;
  }
  const Ref full_name = Ref::steal(PyUnicode_FromFormat("%s.%U", package_name, name));
  return full_name ? PyImport_Import(full_name.get()) : nullptr;
}

PyMethodDef methods[] = {
    {"__getattr__", get_attribute, METH_O, "Loads the built-in module of that name."},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void*>(execute)},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, nullptr},
};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, package_name, package_doc, 0, methods, slots, nullptr, nullptr, nullptr,
};

}  // namespace
}  // namespace adyton::python

PyObject* PyInit_adyton() {
  return PyModuleDef_Init(&adyton::python::definition);
}
