#pragma once

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"

namespace adyton::crypto {

/// What one instance of the module holds: the classes its functions make objects of. Constructed by
/// the module's exec, destroyed with the module.
struct State {
  python::Ref decryption_error;
  python::Ref keyring_type;
  python::Ref key_info_type;
  python::Ref hash_type;
};

inline State& state_of(PyObject* module) {
  return *static_cast<State*>(PyModule_GetState(module));
}

/// The module's state, from one of its classes (none of them can be subclassed).
inline State& state_of_class(PyTypeObject* type) {
  return state_of(PyType_GetModule(type));
}

inline PyTypeObject* as_type(const python::Ref& ref) {
  return reinterpret_cast<PyTypeObject*>(ref.get());
}

// Each adds its classes or functions to the module while it is executed; -1 with an exception set
// on failure.
int add_keyring_type(python::Gil& gil, PyObject* module, State& state);
int add_aead_types(python::Gil& gil, PyObject* module, State& state);
int add_cipher_types(python::Gil& gil, PyObject* module, State& state);
int add_hash_type(python::Gil& gil, PyObject* module, State& state);
int add_functions(python::Gil& gil, PyObject* module, State& state);

/// Makes the class of `spec` and adds it to the module.
python::Ref add_class(python::Gil& gil, PyObject* module, PyType_Spec& spec);

}  // namespace adyton::crypto
