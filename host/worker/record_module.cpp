#include "host/worker/record_module.h"

#include <memory>

#include "host/python/ref.h"
#include "host/worker/record.h"
#include "host/worker/record_list.h"
#include "host/worker/record_views.h"

namespace adyton::worker {

using python::Gil;
using python::Ref;

namespace {

constexpr const char* module_name = "adyton.record";

Types& types_of_module(PyObject* module) {
  return *static_cast<Types*>(PyModule_GetState(module));
}

// Makes a type and registers it with that class of collections.abc.
bool make_type(Gil&, PyObject* module, PyType_Spec& spec, const char* abstract,
               PyTypeObject*& type) {
  type = reinterpret_cast<PyTypeObject*>(PyType_FromModuleAndSpec(module, &spec, nullptr));
  if (type == nullptr) return false;
  const Ref classes = Ref::steal(PyImport_ImportModule("_collections_abc"));
  const Ref base = classes ? Ref::steal(PyObject_GetAttrString(classes.get(), abstract)) : Ref();
  const Ref done =
      base ? Ref::steal(PyObject_CallMethod(base.get(), "register", "O", type)) : Ref();
  return static_cast<bool>(done);
}

int execute(PyObject* module) {
  Gil gil = Gil::held_by_caller();
  Types& types = *std::construct_at(&types_of_module(module));
  types.key_cache = std::make_unique<json::KeyCache>();
  const bool made = make_type(gil, module, record_spec, "MutableMapping", types.record) &&
                    make_type(gil, module, record_list_spec, "MutableSequence", types.list) &&
                    make_type(gil, module, keys_spec, "KeysView", types.keys) &&
                    make_type(gil, module, values_spec, "ValuesView", types.values) &&
                    make_type(gil, module, items_spec, "ItemsView", types.items) &&
                    make_type(gil, module, iterator_spec, "Iterator", types.iterator);
  if (!made) return -1;
  if (PyModule_AddType(module, types.record) != 0) return -1;
  return PyModule_AddType(module, types.list);
}

int traverse(PyObject* module, visitproc visit, void* arg) {
  const Types& types = types_of_module(module);
  for (PyTypeObject* type :
       {types.record, types.list, types.keys, types.values, types.items, types.iterator}) {
    Py_VISIT(type);
  }
  return 0;
}

int clear(PyObject* module) {
  Types& types = types_of_module(module);
  for (PyTypeObject** type :
       {&types.record, &types.list, &types.keys, &types.values, &types.items, &types.iterator}) {
    Py_CLEAR(*type);
  }
  if (types.key_cache) types.key_cache->clear();
  return 0;
}

// The state of a module that was not executed is all zero: nothing to let go of.
void destroy(void* module) {
  clear(static_cast<PyObject*>(module));
  std::destroy_at(&types_of_module(static_cast<PyObject*>(module)));
}

PyDoc_STRVAR(module_doc,
             "JSON values read where they lie: what a Python step of a pipeline gets.\n"
             "\n"
             "    >>> from adyton.record import Record\n"
             "    >>> record = Record.from_json(b'{\"n\": 1.50, \"tags\": [\"a\"]}')\n"
             "    >>> record['tags'].append('b')\n"
             "    >>> record.to_json()\n"
             "    b'{\"n\": 1.50, \"tags\": [\"a\",\"b\"]}'");

PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void*>(execute)},
#if PY_VERSION_HEX >= 0x030C0000
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, nullptr},
};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    module_name,
    module_doc,
    sizeof(Types),
    nullptr,
    slots,
    traverse,
    clear,
    destroy,
};

}  // namespace

const Types* import_types(Gil&) {
  const Ref module = Ref::steal(PyImport_ImportModule(module_name));
  if (!module) return nullptr;
  if (PyModule_GetDef(module.get()) != &definition) {
    PyErr_Format(PyExc_ImportError, "%s is not the built-in module", module_name);
    return nullptr;
  }
  return &types_of_module(module.get());
}

}  // namespace adyton::worker

PyObject* PyInit_adyton_record() {
  return PyModuleDef_Init(&adyton::worker::definition);
}
