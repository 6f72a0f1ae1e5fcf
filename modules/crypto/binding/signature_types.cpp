#include <cstring>

#include "host/python/error.h"
#include "modules/crypto/binding/batch.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/keyring_type.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/prf.h"
#include "modules/crypto/signature.h"

namespace adyton::crypto {
namespace {

using python::GilRelease;
using python::Ref;

constexpr const char* keyring_parameter[] = {"keyring"};
constexpr const char* sign_parameters[] = {"data"};
constexpr const char* verify_parameters[] = {"signature", "data"};
constexpr const char* compute_primary_parameters[] = {"data", "length"};
constexpr const char* compute_parameters[] = {"key_id", "data", "length"};

// A length in Python is a positive number; what a key can give is the key's to say.
constexpr std::uint64_t longest_output = 1 << 20;

PyObject* bytes_of(std::string_view text) {
  return PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
}

// tp_new of a class that is made of a keyring alone.
template <class Primitive>
PyObject* make(PyTypeObject* type, PyObject* tuple, PyObject* dict) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    const char* const name = std::strrchr(type->tp_name, '.') + 1;
    if (!take(gil, {name, keyring_parameter, 1, 1}, tuple, dict, slots)) return nullptr;
    const Keyring* const keyring = keyring_of(gil, slots[0], name);
    if (keyring == nullptr) return nullptr;
    Result<Primitive> primitive = Primitive::create(*keyring);
    if (!primitive) return python::raise(gil, primitive.error());
    return Box<Primitive>::make(type, *std::move(primitive));
  });
}

PyObject* sign(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"sign", sign_parameters, 1, 1}, {values, count, names}, slots)) return nullptr;
    const auto data = Buffer::of(gil, slots[0], "data");
    if (!data) return nullptr;
    std::string signature;
    {
      const GilRelease released(gil);
      signature = Box<Signer>::of(self).sign(data->bytes());
    }
    return bytes_of(signature);
  });
}

PyObject* verify(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"verify", verify_parameters, 2, 2}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto signature = Buffer::of(gil, slots[0], "signature");
    const auto data = Buffer::of(gil, slots[1], "data");
    if (!signature || !data) return nullptr;
    bool right = false;
    {
      const GilRelease released(gil);
      right = Box<Verifier>::of(self).verify(signature->bytes(), data->bytes());
    }
    if (right) Py_RETURN_NONE;
    return refuse_verification(self);
  });
}

PyObject* output_of(Gil& gil, Result<std::string> output) {
  if (!output) return python::raise(gil, output.error());
  const WipeAtExit wipe_output(*output);
  return bytes_of(*output);
}

PyObject* compute_primary(PyObject* self, PyObject* const* values, Py_ssize_t count,
                          PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"compute_primary", compute_primary_parameters, 2, 2}, {values, count, names},
              slots)) {
      return nullptr;
    }
    const auto data = Buffer::of(gil, slots[0], "data");
    const auto length = number(gil, slots[1], "length", longest_output);
    if (!data || !length) return nullptr;
    return output_of(
        gil, Box<Prf>::of(self).compute_primary(data->bytes(), static_cast<std::size_t>(*length)));
  });
}

PyObject* compute(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[3];
    if (!take(gil, {"compute", compute_parameters, 3, 3}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto id = number(gil, slots[0], "key_id", 0xffffffff);
    const auto data = Buffer::of(gil, slots[1], "data");
    const auto length = number(gil, slots[2], "length", longest_output);
    if (!id || !data || !length) return nullptr;
    return output_of(gil, Box<Prf>::of(self).compute(static_cast<std::uint32_t>(*id), data->bytes(),
                                                     static_cast<std::size_t>(*length)));
  });
}

PyObject* signer_key_id(PyObject* self, void*) {
  return PyLong_FromUnsignedLong(Box<Signer>::of(self).key_id());
}
PyObject* verifier_key_id(PyObject* self, void*) {
  return PyLong_FromUnsignedLong(Box<Verifier>::of(self).primary_key_id());
}
PyObject* prf_key_id(PyObject* self, void*) {
  return PyLong_FromUnsignedLong(Box<Prf>::of(self).primary_key_id());
}

PyObject* prf_key_ids(PyObject* self, void*) {
  return entry([=](Gil&) -> PyObject* {
    const auto ids = Box<Prf>::of(self).key_ids();
    Ref tuple = Ref::steal(PyTuple_New(static_cast<Py_ssize_t>(ids.size())));
    for (std::size_t i = 0; tuple && i < ids.size(); ++i) {
      PyObject* const id = PyLong_FromUnsignedLong(ids[i]);
      if (id == nullptr) return nullptr;
      PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i), id);
    }
    return tuple.release();
  });
}

PyMethodDef signer_methods[] = {
    {"sign", fast(sign), fast_flags,
     "sign($self, data)\n--\n\n"
     "Signs with the primary key; the same data has the same signature.\n\n"
     "Returns bytes, Tink's wire form: 01, the key id (4 bytes, big endian), then 64 bytes "
     "(ed25519,\n"
     "RFC 8032; ecdsa-p256-ieee-p1363) or DER (ecdsa-p256; nonces as in RFC 6979)."},
    {"__reduce__", refuse_pickling, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMethodDef verifier_methods[] = {
    {"verify", fast(verify), fast_flags,
     "verify($self, signature, data)\n--\n\n"
     "Returns None if an enabled key of the keyring made that signature of the data.\n\n"
     "VerificationError if not, whatever the reason."},
    {"__reduce__", refuse_pickling, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMethodDef prf_methods[] = {
    {"compute_primary", fast(compute_primary), fast_flags,
     "compute_primary($self, data, length)\n--\n\n"
     "The first `length` bytes of the primary key's function of the data.\n\n"
     "The shorter result begins the longer one. ValueError for a length that the key's type does\n"
     "not have: 1 to 8160 bytes (hkdf-sha256), 32 (hmac-sha256-prf), 64 (hmac-sha512-prf), 16\n"
     "(aes-cmac-prf)."},
    {"compute", fast(compute), fast_flags,
     "compute($self, key_id, data, length)\n--\n\n"
     "The same under another enabled key, so that a rotation does not change the results.\n\n"
     "ValueError if the keyring has no such key."},
    {"__reduce__", refuse_pickling, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef signer_properties[] = {
    {"primary_key_id", signer_key_id, nullptr, "The id of the key that signs.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};
PyGetSetDef verifier_properties[] = {
    {"primary_key_id", verifier_key_id, nullptr, "The id of the keyring's primary.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};
PyGetSetDef prf_properties[] = {
    {"primary_key_id", prf_key_id, nullptr, "The id of the key that compute_primary() uses.",
     nullptr},
    {"key_ids", prf_key_ids, nullptr, "The ids of the enabled keys, a tuple.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

constexpr const char* signer_documentation =
    "Signer(keyring)\n--\n\n"
    "Signs under a keyring of type ed25519, ecdsa-p256 or ecdsa-p256-ieee-p1363.\n"
    "\n"
    "Holds a copy of the primary key: later changes of the keyring don't reach it. Any number of\n"
    "threads may use one. ValueError for a keyring with an enabled key of another purpose, and "
    "for\n"
    "one of public keys.";

constexpr const char* verifier_documentation =
    "Verifier(keyring)\n--\n\n"
    "Verifies what a Signer made, with the keyring itself or with what Keyring.public() gives.\n"
    "\n"
    "Holds copies of the keys. Any number of threads may use one. ValueError for a keyring with "
    "an\n"
    "enabled key of another purpose.";

constexpr const char* prf_documentation =
    "Prf(keyring)\n--\n\n"
    "Pseudorandom bytes that a key and some data determine, as Tink's PrfSet gives them.\n"
    "\n"
    "For tokens that are never turned back, and for keys made of one key. Key types: hkdf-sha256,\n"
    "hmac-sha256-prf, hmac-sha512-prf, aes-cmac-prf. Holds copies of the keys. Any number of "
    "threads\n"
    "may use one. ValueError for a keyring with an enabled key of another purpose or with a "
    "prefix.";

template <class Primitive>
struct Face;
template <>
struct Face<Signer> {
  static constexpr const char* name = "adyton.crypto.Signer";
  static constexpr const char* documentation = signer_documentation;
  static constexpr PyMethodDef* methods = signer_methods;
  static constexpr PyGetSetDef* properties = signer_properties;
};
template <>
struct Face<Verifier> {
  static constexpr const char* name = "adyton.crypto.Verifier";
  static constexpr const char* documentation = verifier_documentation;
  static constexpr PyMethodDef* methods = verifier_methods;
  static constexpr PyGetSetDef* properties = verifier_properties;
};
template <>
struct Face<Prf> {
  static constexpr const char* name = "adyton.crypto.Prf";
  static constexpr const char* documentation = prf_documentation;
  static constexpr PyMethodDef* methods = prf_methods;
  static constexpr PyGetSetDef* properties = prf_properties;
};

template <class Primitive>
PyType_Slot type_slots[] = {
    {Py_tp_doc, const_cast<char*>(Face<Primitive>::documentation)},
    {Py_tp_methods, Face<Primitive>::methods},
    {Py_tp_getset, Face<Primitive>::properties},
    {Py_tp_new, reinterpret_cast<void*>(make<Primitive>)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Box<Primitive>::destroy)},
    {0, nullptr},
};

template <class Primitive>
PyType_Spec spec = {
    .name = Face<Primitive>::name,
    .basicsize = sizeof(Box<Primitive>),
    .itemsize = 0,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = type_slots<Primitive>,
};

}  // namespace

int add_signature_types(Gil& gil, PyObject* module, State&) {
  const bool added = add_class(gil, module, spec<Signer>) &&
                     add_class(gil, module, spec<Verifier>) && add_class(gil, module, spec<Prf>);
  return added ? 0 : -1;
}

}  // namespace adyton::crypto
