#include "modules/json/binding/module.h"

#include <new>
#include <string_view>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/documentation.h"
#include "modules/json/binding/dumps.h"
#include "modules/json/binding/loads.h"
#include "modules/json/binding/state.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

using Function = PyObject* (*)(Gil&, PyObject*, PyObject* const*, Py_ssize_t, PyObject*);

/// Where CPython enters: the GIL is held by contract.
template <Function function>
PyObject* enter(PyObject* module, PyObject* const* values, Py_ssize_t positional, PyObject* names) {
  Gil gil = Gil::held_by_caller();
  return function(gil, module, values, positional, names);
}

// What is the standard library's own, and imported when it is first asked for.
constexpr const char* borrowed_names[] = {"JSONDecodeError", "JSONDecoder", "JSONEncoder"};

/// The module's __getattr__ (PEP 562).
PyObject* get_attribute(PyObject* module, PyObject* name) {
  Gil gil = Gil::held_by_caller();
  for (const char* borrowed : borrowed_names) {
    if (!PyUnicode_Check(name) || PyUnicode_CompareWithASCIIString(name, borrowed) != 0) continue;
    Ref value = State::of(module).standard(gil, borrowed);
    if (!value || PyObject_SetAttr(module, name, value.get()) < 0) return nullptr;
    return value.release();
  }
  PyErr_Format(PyExc_AttributeError, "module 'adyton.json' has no attribute %R", name);
  return nullptr;
}

PyObject* list_names(PyObject* module, PyObject*) {
  Ref names = Ref::steal(PyMapping_Keys(PyModule_GetDict(module)));
  for (const char* borrowed : borrowed_names) {
    Ref name = Ref::steal(names ? PyUnicode_InternFromString(borrowed) : nullptr);
    if (!name) return nullptr;
    const int present = PySequence_Contains(names.get(), name.get());
    if (present < 0 || (present == 0 && PyList_Append(names.get(), name.get()) < 0)) return nullptr;
  }
  return names.release();
}

template <Function function>
PyMethodDef method(const char* name, const char* documentation) {
  return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&enter<function>)),
          METH_FASTCALL | METH_KEYWORDS, documentation};
}

PyMethodDef methods[] = {
    method<loads>("loads", documentation::loads),  method<load>("load", documentation::load),
    method<dumps>("dumps", documentation::dumps),  method<dump>("dump", documentation::dump),
    method<dumpb>("dumpb", documentation::dumpb),  {"__getattr__", get_attribute, METH_O, nullptr},
    {"__dir__", list_names, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr},
};

int execute(PyObject* module) {
  new (PyModule_GetState(module)) State();
  Ref all = Ref::steal(Py_BuildValue("[ssssssss]", "dump", "dumpb", "dumps", "load", "loads",
                                     "JSONDecoder", "JSONDecodeError", "JSONEncoder"));
  return all && PyModule_AddObjectRef(module, "__all__", all.get()) == 0 ? 0 : -1;
}

int traverse(PyObject* module, visitproc visit, void* arg) {
  return State::of(module).traverse(visit, arg);
}

int clear(PyObject* module) {
  State::of(module).clear();
  return 0;
}

void destroy(void* module) {
  State::of(static_cast<PyObject*>(module)).~State();
}

PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void*>(&execute)},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, nullptr},
};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "adyton.json",
    documentation::module,
    sizeof(State),
    methods,
    slots,
    traverse,
    clear,
    destroy,
};

}  // namespace
}  // namespace adyton::json

extern "C" PyObject* PyInit_adyton_json() {
  return PyModuleDef_Init(&adyton::json::definition);
}
