#include "modules/crypto/binding/module.h"

#include <new>

#include "host/python/error.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/digest.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {
namespace {

using python::Ref;

constexpr const char* documentation =
    "Encryption, digests and keys in native code.\n"
    "\n"
    "A Keyring holds keys as a Tink keyset; an Aead (randomised) or a Daead (deterministic) made\n"
    "from it encrypts in Tink's wire form, so that Tink opens what Adyton sealed and the reverse.\n"
    "Nobody handles a nonce:\n"
    "\n"
    "    keyring = Keyring.load('keys/pii.json')    # made by: adyton keys new keys/pii.json\n"
    "    sealed = Aead(keyring).encrypt(b'text', b'what it is bound to')\n"
    "\n"
    "Below them lie the algorithms with every parameter in the caller's hands (AESGCM, XAESGCM,\n"
    "ChaCha20Poly1305, XChaCha20Poly1305, AESSIV, cmac, hkdf, pbkdf2_hmac, scrypt, hmac_digest, "
    "and\n"
    "hashes as in hashlib).\n"
    "\n"
    "Every function takes any bytes-like object. What can't be decrypted raises DecryptionError,\n"
    "which says nothing about why.";

constexpr const char* error_documentation =
    "A ciphertext was not made with this key and this associated data, or was changed.";

int add_error(Gil&, PyObject* module, State& state) {
  state.decryption_error = Ref::steal(PyErr_NewExceptionWithDoc(
      "adyton.crypto.DecryptionError", error_documentation, PyExc_ValueError, nullptr));
  if (!state.decryption_error) return -1;
  // Where the host's error mapping finds it.
  PyObject* const shared = PyInterpreterState_GetDict(PyInterpreterState_Get());
  if (shared == nullptr || PyDict_SetItemString(shared, python::decryption_error_key,
                                                state.decryption_error.get()) != 0) {
    return -1;
  }
  return PyModule_AddObjectRef(module, "DecryptionError", state.decryption_error.get());
}

int add_names(PyObject* module, const char* name, std::span<const std::string_view> names) {
  const Ref tuple = Ref::steal(PyTuple_New(static_cast<Py_ssize_t>(names.size())));
  if (!tuple) return -1;
  for (std::size_t i = 0; i < names.size(); ++i) {
    PyObject* const text =
        PyUnicode_FromStringAndSize(names[i].data(), static_cast<Py_ssize_t>(names[i].size()));
    if (text == nullptr) return -1;
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), text);
  }
  return PyModule_AddObjectRef(module, name, tuple.get());
}

int execute(PyObject* module) {
  Gil gil = Gil::held_by_caller();
  State& state = *new (PyModule_GetState(module)) State;
  for (const auto add : {add_error, add_keyring_type, add_aead_types, add_cipher_types,
                         add_hash_type, add_functions}) {
    if (add(gil, module, state) != 0) return -1;
  }
  if (add_names(module, "key_types", key_type_names()) != 0) return -1;
  return add_names(module, "algorithms_available", hash_names());
}

int traverse(PyObject* module, visitproc visit, void* arg) {
  const State* const state = static_cast<State*>(PyModule_GetState(module));
  if (state == nullptr) return 0;
  Py_VISIT(state->decryption_error.get());
  Py_VISIT(state->keyring_type.get());
  Py_VISIT(state->key_info_type.get());
  Py_VISIT(state->hash_type.get());
  return 0;
}

int clear(PyObject* module) {
  State* const state = static_cast<State*>(PyModule_GetState(module));
  if (state != nullptr) *state = State();
  return 0;
}

void destroy(void* module) {
  clear(static_cast<PyObject*>(module));
}

PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void*>(execute)},
    {0, nullptr},
};

PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "adyton.crypto",
    .m_doc = documentation,
    .m_size = sizeof(State),
    .m_methods = nullptr,
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = destroy,
};

}  // namespace

Ref add_class(Gil&, PyObject* module, PyType_Spec& spec) {
  Ref type = Ref::steal(PyType_FromModuleAndSpec(module, &spec, nullptr));
  if (!type || PyModule_AddType(module, as_type(type)) != 0) return {};
  return type;
}

}  // namespace adyton::crypto

extern "C" PyObject* PyInit_adyton_crypto() {
  return PyModuleDef_Init(&adyton::crypto::definition);
}
