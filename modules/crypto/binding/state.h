#pragma once

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"

namespace adyton::crypto {

/// What one instance of the module holds: the classes its functions make objects of. Constructed by
/// the module's exec, destroyed with the module.
struct State {
  python::Ref decryption_error;
  python::Ref verification_error;
  python::Ref hash_type;
  python::Ref identity_type;
  python::Ref recipient_type;
  python::Ref sealed_reader_type;
  python::Ref sealed_writer_type;
  python::Ref fernet_type;
};

inline State& state_of(PyObject* module) {
  return *static_cast<State*>(PyModule_GetState(module));
}

/// Of a method whose object does not verify what it was given, whatever the reason: nullptr with
/// VerificationError set.
inline PyObject* refuse_verification(PyObject* self) {
  PyErr_SetString(state_of(PyType_GetModule(Py_TYPE(self))).verification_error.get(),
                  "verification failed");
  return nullptr;
}

inline PyTypeObject* as_type(const python::Ref& ref) {
  return reinterpret_cast<PyTypeObject*>(ref.get());
}

// Each adds its classes or functions to the module while it is executed. On failure -1 with a
// Python exception set, or (those that use pybind11) a C++ exception, which the module's exec maps.
int add_keyring_type(python::Gil& gil, PyObject* module, State& state);
int add_aead_types(python::Gil& gil, PyObject* module, State& state);
int add_signature_types(python::Gil& gil, PyObject* module, State& state);
int add_envelope_type(python::Gil& gil, PyObject* module, State& state);
int add_cipher_types(python::Gil& gil, PyObject* module, State& state);
int add_hash_type(python::Gil& gil, PyObject* module, State& state);
int add_mac_type(python::Gil& gil, PyObject* module, State& state);
int add_digest_functions(python::Gil& gil, PyObject* module, State& state);
int add_kdf_types(python::Gil& gil, PyObject* module, State& state);
int add_fernet_types(python::Gil& gil, PyObject* module, State& state);
int add_functions(python::Gil& gil, PyObject* module, State& state);
int add_age_types(python::Gil& gil, PyObject* module, State& state);
int add_age_functions(python::Gil& gil, PyObject* module, State& state);
int add_age_files(python::Gil& gil, PyObject* module, State& state);

/// Makes the class of `spec` and adds it to the module.
python::Ref add_class(python::Gil& gil, PyObject* module, PyType_Spec& spec);

}  // namespace adyton::crypto
