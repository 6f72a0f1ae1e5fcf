#include "modules/json/binding/module.h"

#include <new>
#include <string_view>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/canonical_text.h"
#include "modules/json/binding/documentation.h"
#include "modules/json/binding/dumps.h"
#include "modules/json/binding/fragment.h"
#include "modules/json/binding/lines_reader.h"
#include "modules/json/binding/lines_writer.h"
#include "modules/json/binding/loads.h"
#include "modules/json/binding/patch.h"
#include "modules/json/binding/pointers.h"
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

// What is the standard library's own.
constexpr const char* borrowed_names[] = {"JSONDecodeError", "JSONDecoder", "JSONEncoder"};

/// Sets them, and the error that derives from one of them. At once, though it imports json: a
/// module with a __getattr__ would let every json.loads() of a script search for the function anew.
bool add_errors(Gil& gil, PyObject* module) {
  for (const char* name : borrowed_names) {
    const Ref value = State::of(module).standard(gil, name);
    if (!value || PyModule_AddObjectRef(module, name, value.get()) < 0) return false;
  }
  return PyModule_AddObjectRef(module, "LineError", line_error_type(gil, module)) == 0;
}

template <Function function>
PyMethodDef method(const char* name, const char* documentation) {
  return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&enter<function>)),
          METH_FASTCALL | METH_KEYWORDS, documentation};
}

PyMethodDef methods[] = {
    method<loads>("loads", documentation::loads),
    method<load>("load", documentation::load),
    method<dumps>("dumps", documentation::dumps),
    method<dump>("dump", documentation::dump),
    method<dumpb>("dumpb", documentation::dumpb),
    method<loads_lines>("loads_lines", documentation::loads_lines),
    method<dumps_lines>("dumps_lines", documentation::dumps_lines),
    method<dumpb_lines>("dumpb_lines", documentation::dumpb_lines),
    method<dump_lines>("dump_lines", documentation::dump_lines),
    method<resolve>("resolve", documentation::resolve),
    method<apply_patch>("apply_patch", documentation::apply_patch),
    method<merge_patch>("merge_patch", documentation::merge_patch),
    method<canonical>("canonical", documentation::canonical),
    {nullptr, nullptr, 0, nullptr},
};

constexpr const char* public_names[] = {
    "dump_lines",  "dumpb_lines",     "dumps_lines", "loads_lines", "LineError",
    "apply_patch", "canonical",       "dump",        "dumpb",       "dumps",
    "load",        "loads",           "merge_patch", "resolve",     "Document",
    "JSONDecoder", "JSONDecodeError", "JSONEncoder", "PatchError",  "PointerError",
    "Fragment",
};

/// Sets __all__.
bool add_public_names(PyObject* module) {
  const Ref all = Ref::steal(PyList_New(0));
  for (const char* name : public_names) {
    const Ref text = Ref::steal(all ? PyUnicode_InternFromString(name) : nullptr);
    if (!text || PyList_Append(all.get(), text.get()) < 0) return false;
  }
  return PyModule_AddObjectRef(module, "__all__", all.get()) == 0;
}

int execute(PyObject* module) {
  Gil gil = Gil::held_by_caller();
  State& state = *new (PyModule_GetState(module)) State();
  Ref fragment = make_fragment_type(gil, module);
  if (!fragment || PyModule_AddObjectRef(module, "Fragment", fragment.get()) < 0) return -1;
  state.native_types().set_fragment_type(std::move(fragment));
  const bool added =
      state.documents().make(gil, module) && add_errors(gil, module) && add_public_names(module);
  return added ? 0 : -1;
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
