#include <memory>

#include "host/python/error.h"
#include "modules/crypto/binding/access_arguments.h"
#include "modules/crypto/binding/batch.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/envelope.h"

namespace adyton::crypto {
namespace {

using python::GilRelease;
using python::Ref;

constexpr const char* new_parameters[] = {"remote", "key_type"};
constexpr const char* encrypt_parameters[] = {"plaintext", "associated_data"};
constexpr const char* decrypt_parameters[] = {"ciphertext", "associated_data"};

// The envelope, and the object that its wrapper borrows from.
struct Envelope {
  EnvelopeAead aead;
  Ref remote;
};

/// The wrapper that `remote` names: an Aead, or a command. nullptr with an exception set.
std::shared_ptr<const KeyWrapper> wrapper_of(Gil& gil, PyObject* remote) {
  if (const Aead* const aead = Box<Aead>::find(remote)) {
    return std::make_shared<AeadWrapper>(*aead);
  }
  if (!PyList_Check(remote) && !PyTuple_Check(remote)) {
    PyErr_Format(PyExc_TypeError,
                 "remote must be an Aead, or a command as a list of str, not %.100s",
                 Py_TYPE(remote)->tp_name);
    return nullptr;
  }
  auto words = strings_of(gil, remote, "remote");
  if (!words) return nullptr;
  if (words->empty()) {
    PyErr_SetString(PyExc_ValueError, "remote is empty; its first word is a program");
    return nullptr;
  }
  return std::make_shared<CommandWrapper>(Command{*std::move(words)});
}

PyObject* make(PyTypeObject* type, PyObject* tuple, PyObject* dict) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"KmsEnvelopeAead", new_parameters, 1, 1}, tuple, dict, slots)) return nullptr;
    KeyType key_type = KeyType::aes256_gcm;
    if (slots[1] != nullptr) {
      const auto name = text(gil, slots[1], "key_type");
      if (!name) return nullptr;
      const auto known = parse_key_type(*name);
      if (!known) {
        return python::raise(gil,
                             {ErrorCode::invalid, cat("there is no key type ", in_quotes(*name))});
      }
      key_type = *known;
    }
    auto wrapper = wrapper_of(gil, slots[0]);
    if (!wrapper) return nullptr;
    auto envelope = EnvelopeAead::create(std::move(wrapper), key_type);
    if (!envelope) return python::raise(gil, envelope.error());
    return Box<Envelope>::make(type, {*std::move(envelope), Ref::borrow(slots[0])});
  });
}

using Direction = Result<std::string> (EnvelopeAead::*)(Bytes, Bytes) const;

PyObject* run(PyObject* self, const Signature& signature, const CallArguments& arguments,
              Direction direction) {
  return entry([&](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, signature, arguments, slots)) return nullptr;
    const auto message = Buffer::of(gil, slots[0], signature.names[0]);
    const auto data = OptionalBuffer::of(gil, slots[1], "associated_data");
    if (!message || !data) return nullptr;
    Result<std::string> result{std::string()};
    {
      const GilRelease released(gil);
      result = (Box<Envelope>::of(self).aead.*direction)(message->bytes(), data->bytes());
    }
    if (!result) return python::raise(gil, result.error());
    const WipeAtExit wipe_result(*result);
    return PyBytes_FromStringAndSize(result->data(), static_cast<Py_ssize_t>(result->size()));
  });
}

PyObject* encrypt(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return run(self, {"encrypt", encrypt_parameters, 1, 2}, {values, count, names},
             &EnvelopeAead::encrypt);
}

PyObject* decrypt(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return run(self, {"decrypt", decrypt_parameters, 1, 2}, {values, count, names},
             &EnvelopeAead::decrypt);
}

PyMethodDef methods[] = {
    {"encrypt", fast(encrypt), fast_flags,
     "encrypt($self, plaintext, associated_data=b'')\n--\n\n"
     "Encrypts under a new key, which the remote one seals.\n\n"
     "Returns bytes, Tink's wire form: the length of the sealed key (4 bytes, big endian), the\n"
     "sealed key, the nonce (12, or 24 with xchacha20-poly1305), the ciphertext, the tag (16).\n"
     "OSError if the command fails."},
    {"decrypt", fast(decrypt), fast_flags,
     "decrypt($self, ciphertext, associated_data=b'')\n--\n\n"
     "What encrypt() encrypted.\n\n"
     "DecryptionError if it was changed, or made with another remote key or other associated "
     "data.\n"
     "OSError if the command fails."},
    {"__reduce__", refuse_pickling, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

constexpr const char* documentation =
    "KmsEnvelopeAead(remote, *, key_type='aes256-gcm')\n--\n\n"
    "Envelope encryption: a key for each message, sealed by one that may lie in a KMS.\n"
    "\n"
    "remote: an Aead, or a command as a list of str, which is run with 'encrypt' or 'decrypt' as "
    "its\n"
    "last argument, gets the bytes on its standard input and prints the result; no shell, one\n"
    "minute. key_type: 'aes256-gcm', 'aes128-gcm' or 'xchacha20-poly1305'. Any number of threads "
    "may\n"
    "use one. Format: Tink's KmsEnvelopeAead.";

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char*>(documentation)},
    {Py_tp_methods, methods},
    {Py_tp_new, reinterpret_cast<void*>(make)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Box<Envelope>::destroy)},
    {0, nullptr},
};

PyType_Spec spec = {
    .name = "adyton.crypto.KmsEnvelopeAead",
    .basicsize = sizeof(Box<Envelope>),
    .itemsize = 0,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = slots,
};

}  // namespace

int add_envelope_type(Gil& gil, PyObject* module, State&) {
  return add_class(gil, module, spec) ? 0 : -1;
}

}  // namespace adyton::crypto
