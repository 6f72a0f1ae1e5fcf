#include "modules/crypto/binding/module.h"

#include <new>

#include "host/python/error.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/checked.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/digest.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {
namespace {

namespace py = pybind11;
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
    "ChaCha20Poly1305, XChaCha20Poly1305, AESSIV, cmac, hkdf, pbkdf2_hmac, scrypt, and hashes\n"
    "and HMACs as in hashlib and hmac: new, sha256, ..., hmac_new, hmac_digest, compare_digest).\n"
    "\n"
    "Files are sealed as age does (https://c2sp.org/age): seal(), unseal(), open_sealed(),\n"
    "create_sealed(), with an Identity, its Recipient, or a passphrase.\n"
    "\n"
    "Every function takes any bytes-like object. What can't be decrypted raises DecryptionError,\n"
    "which says nothing about why.";

constexpr const char* error_documentation =
    "A ciphertext was not made with this key and this associated data, or was changed.";

constexpr const char* verification_documentation =
    "A code or a signature is not that of the data under this keyring.";

// Lets this thread act in the first interpreter, where it has a state there.
class InFirstInterpreter {
 public:
  InFirstInterpreter() : own_(PyThreadState_Swap(PyGILState_GetThisThreadState())) {}
  ~InFirstInterpreter() { PyThreadState_Swap(own_); }
  InFirstInterpreter(const InFirstInterpreter&) = delete;
  InFirstInterpreter& operator=(const InFirstInterpreter&) = delete;

 private:
  PyThreadState* own_;
};

// At its first use in a process pybind11 makes its own classes, and takes the first interpreter's
// GIL for it: from another interpreter that waits for ever, as this thread holds the GIL already.
void prepare_pybind11(Gil&) {
  const InFirstInterpreter first;
  py::detail::get_internals();
}

void add_errors(py::module_& module, State& state) {
  state.decryption_error = Ref::steal(PyErr_NewExceptionWithDoc(
      "adyton.crypto.DecryptionError", error_documentation, PyExc_ValueError, nullptr));
  if (!state.decryption_error) throw ExceptionIsSet();
  const py::handle error(state.decryption_error.get());
  // Where the host's error mapping finds it.
  py::handle(PyInterpreterState_GetDict(PyInterpreterState_Get()))[python::decryption_error_key] =
      error;
  module.attr("DecryptionError") = error;
  state.verification_error = Ref::steal(PyErr_NewExceptionWithDoc(
      "adyton.crypto.VerificationError", verification_documentation, PyExc_ValueError, nullptr));
  if (!state.verification_error) throw ExceptionIsSet();
  module.attr("VerificationError") = py::handle(state.verification_error.get());
}

py::tuple tuple_of(std::span<const std::string_view> names) {
  py::list list;
  for (const std::string_view name : names) list.append(name);
  return list;
}

void fill(Gil& gil, py::module_ module) {
  State& state = *new (PyModule_GetState(module.ptr())) State;
  prepare_pybind11(gil);
  add_errors(module, state);
  for (const auto add :
       {add_keyring_type, add_aead_types, add_mac_type, add_signature_types, add_envelope_type,
        add_cipher_types, add_hash_type, add_digest_functions, add_kdf_types, add_fernet_types,
        add_functions, add_age_types, add_age_functions, add_age_files}) {
    if (add(gil, module.ptr(), state) != 0) throw ExceptionIsSet();
  }
  module.attr("key_types") = tuple_of(key_type_names());
  module.attr("algorithms_available") = tuple_of(hash_names());
}

int execute(PyObject* module) {
  Gil gil = Gil::held_by_caller();
  try {
    fill(gil, py::reinterpret_borrow<py::module_>(module));
    return 0;
  } catch (const ExceptionIsSet&) {
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_ImportError, error.what());
  }
  return -1;
}

int traverse(PyObject* module, visitproc visit, void* arg) {
  const State* const state = static_cast<State*>(PyModule_GetState(module));
  if (state == nullptr) return 0;
  Py_VISIT(state->decryption_error.get());
  Py_VISIT(state->verification_error.get());
  Py_VISIT(state->hash_type.get());
  Py_VISIT(state->identity_type.get());
  Py_VISIT(state->recipient_type.get());
  Py_VISIT(state->sealed_reader_type.get());
  Py_VISIT(state->sealed_writer_type.get());
  Py_VISIT(state->fernet_type.get());
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
