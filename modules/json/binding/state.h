#pragma once

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/key_cache.h"

namespace adyton::json {

/// What one interpreter's `adyton.json` keeps between calls. Lives in the module object; every
/// function of it needs the GIL.
class State {
 public:
  /// The state of a module made by PyInit_adyton_json.
  static State& of(PyObject* module) { return *static_cast<State*>(PyModule_GetState(module)); }

  KeyCache& keys() { return keys_; }

  /// The standard library's json, imported when it is first needed: its errors are ours, and what
  /// is not done natively is done there. Null with an exception set if it cannot be imported.
  PyObject* standard(python::Gil&);

  /// An attribute of standard(), or none with an exception set.
  python::Ref standard(python::Gil& gil, const char* name);

  int traverse(visitproc visit, void* arg);
  void clear();

 private:
  KeyCache keys_;
  python::Ref standard_;
};

}  // namespace adyton::json
