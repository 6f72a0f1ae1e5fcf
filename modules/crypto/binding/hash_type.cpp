// Hash objects with hashlib's interface, and the functions that make them.
#include "modules/crypto/binding/batch.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/hash_argument.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/digest.h"

namespace adyton::crypto {
namespace {

using python::GilRelease;
using python::Ref;
using HashBox = Box<Digest>;

constexpr const char* new_parameters[] = {"name", "data"};
constexpr const char* hmac_parameters[] = {"key", "msg", "digestmod"};
constexpr const char* data_parameter[] = {"data"};
constexpr const char* blake2b_parameters[] = {"data", "digest_size", "key"};

// The GIL is kept: an object that two threads feed at once must not be torn. Long data is fed to a
// clone without it, which then takes the object's place.
void feed(Gil& gil, Digest& digest, Bytes data) {
  if (!worth_releasing_gil(data.size())) return digest.update(data);
  Digest fed = digest.clone();
  {
    const GilRelease released(gil);
    fed.update(data);
  }
  digest = std::move(fed);
}

PyObject* make_hash(Gil& gil, PyObject* module, Digest digest, PyObject* data,
                    const char* name = "data") {
  const auto buffer = OptionalBuffer::of(gil, data, name);
  if (!buffer) return nullptr;
  feed(gil, digest, buffer->bytes());
  return HashBox::make(as_type(state_of(module).hash_type), std::move(digest));
}

PyObject* new_hash(PyObject* module, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"new", new_parameters, 1, 2}, {values, count, names}, slots)) return nullptr;
    const auto hash = hash_of(gil, slots[0], "name");
    return hash ? make_hash(gil, module, Digest(*hash), slots[1]) : nullptr;
  });
}

PyObject* new_hmac(PyObject* module, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[3];
    if (!take(gil, {"hmac_new", hmac_parameters, 1, 3}, {values, count, names}, slots)) {
      return nullptr;
    }
    if (slots[2] == nullptr) {
      PyErr_SetString(PyExc_TypeError, "hmac_new() is missing the argument 'digestmod'");
      return nullptr;
    }
    const auto key = Buffer::of(gil, slots[0], "key");
    if (!key) return nullptr;
    const auto hash = hmac_hash_of(gil, slots[2], "digestmod");
    if (!hash) return nullptr;
    return make_hash(gil, module, Digest::hmac(*hash, key->bytes()), slots[1], "msg");
  });
}

template <Hash hash>
PyObject* new_named(PyObject* module, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    const char* const name = hash_name(hash).data();
    if (!take(gil, {name, data_parameter, 0, 1}, {values, count, names}, slots)) return nullptr;
    return make_hash(gil, module, Digest(hash), slots[0]);
  });
}

PyObject* new_blake2b(PyObject* module, PyObject* const* values, Py_ssize_t count,
                      PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[3];
    if (!take(gil, {"blake2b", blake2b_parameters, 0, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    std::uint64_t size = 64;
    if (slots[1] != nullptr) {
      const auto given = number(gil, slots[1], "digest_size", 64);
      if (!given) return nullptr;
      size = *given;
    }
    const auto key = OptionalBuffer::of(gil, slots[2], "key");
    if (!key) return nullptr;
    if (size == 0 || key->bytes().size() > 64) {
      PyErr_SetString(PyExc_ValueError,
                      "blake2b has a digest_size of 1 to 64 and a key of at most 64 bytes");
      return nullptr;
    }
    return make_hash(gil, module, Digest::blake2b(size, key->bytes()), slots[0]);
  });
}

PyObject* hash_update(PyObject* self, PyObject* data) {
  return entry([=](Gil& gil) -> PyObject* {
    const auto buffer = Buffer::of(gil, data, "data");
    if (!buffer) return nullptr;
    feed(gil, HashBox::of(self), buffer->bytes());
    Py_RETURN_NONE;
  });
}

PyObject* hash_digest(PyObject* self, PyObject*) {
  return entry([=](Gil&) -> PyObject* {
    const std::string value = HashBox::of(self).value();
    return PyBytes_FromStringAndSize(value.data(), static_cast<Py_ssize_t>(value.size()));
  });
}

PyObject* hash_hexdigest(PyObject* self, PyObject*) {
  return entry([=](Gil&) -> PyObject* {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    const std::string value = HashBox::of(self).value();
    for (const std::uint8_t byte : as_bytes(value)) {
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
    return PyUnicode_FromStringAndSize(out.data(), static_cast<Py_ssize_t>(out.size()));
  });
}

PyObject* hash_copy(PyObject* self, PyObject*) {
  return entry([=](Gil&) { return HashBox::make(Py_TYPE(self), HashBox::of(self).clone()); });
}

// Without it, pickle's first two protocols make something that can't be read again.
PyObject* hash_reduce(PyObject* self, PyObject*) {
  PyErr_Format(PyExc_TypeError, "cannot pickle '%.100s' object", Py_TYPE(self)->tp_name);
  return nullptr;
}

PyObject* hash_repr(PyObject* self) {
  return PyUnicode_FromFormat("<%s Hash object>", HashBox::of(self).name().c_str());
}

PyObject* get_name(PyObject* self, void*) {
  return PyUnicode_FromString(HashBox::of(self).name().c_str());
}
PyObject* get_digest_size(PyObject* self, void*) {
  return PyLong_FromSize_t(HashBox::of(self).size());
}
PyObject* get_block_size(PyObject* self, void*) {
  return PyLong_FromSize_t(block_size(HashBox::of(self).hash()));
}

PyMethodDef methods[] = {
    {"update", hash_update, METH_O, "update($self, data, /)\n--\n\nTakes more bytes in."},
    {"digest", hash_digest, METH_NOARGS,
     "digest($self)\n--\n\nThe digest of everything so far, bytes; more may follow."},
    {"hexdigest", hash_hexdigest, METH_NOARGS,
     "hexdigest($self)\n--\n\nThe digest as hexadecimal digits."},
    {"copy", hash_copy, METH_NOARGS,
     "copy($self)\n--\n\nAn independent object that has taken in the same bytes."},
    {"__reduce__", hash_reduce, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef properties[] = {
    {"name", get_name, nullptr, "The name that new() takes; of an HMAC 'hmac-' and that name.",
     nullptr},
    {"digest_size", get_digest_size, nullptr, "The length of the digest in bytes.", nullptr},
    {"block_size", get_block_size, nullptr, "The hash's internal block in bytes.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot type_slots[] = {
    {Py_tp_doc,
     const_cast<char*>("A running digest or HMAC, with the interface of hashlib's and hmac's "
                       "objects.")},
    {Py_tp_methods, methods},
    {Py_tp_getset, properties},
    {Py_tp_repr, reinterpret_cast<void*>(hash_repr)},
    {Py_tp_dealloc, reinterpret_cast<void*>(HashBox::destroy)},
    {0, nullptr},
};

PyType_Spec spec = {
    .name = "adyton.crypto.Hash",
    .basicsize = sizeof(HashBox),
    .itemsize = 0,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = type_slots,
};

PyMethodDef functions[] = {
    {"new", fast(new_hash), fast_flags,
     "new(name, data=b'')\n--\n\n"
     "A hash object by name, one of algorithms_available. ValueError for another."},
    {"hmac_new", fast(new_hmac), fast_flags,
     "hmac_new(key, msg=None, digestmod='')\n--\n\n"
     "A running HMAC (RFC 2104), as hmac.new() makes it.\n\n"
     "digestmod, which must be given: 'sha256' or another of SHA-2 and SHA-3, or what makes such "
     "hash\n"
     "objects: hashlib.sha256. For one message hmac_digest() is faster. Compare codes with\n"
     "compare_digest()."},
    {"sha224", fast(new_named<Hash::sha224>), fast_flags,
     "sha224(data=b'')\n--\n\nSHA-224 (FIPS 180-4)."},
    {"sha256", fast(new_named<Hash::sha256>), fast_flags,
     "sha256(data=b'')\n--\n\nSHA-256 (FIPS 180-4)."},
    {"sha384", fast(new_named<Hash::sha384>), fast_flags,
     "sha384(data=b'')\n--\n\nSHA-384 (FIPS 180-4)."},
    {"sha512", fast(new_named<Hash::sha512>), fast_flags,
     "sha512(data=b'')\n--\n\nSHA-512 (FIPS 180-4)."},
    {"sha3_224", fast(new_named<Hash::sha3_224>), fast_flags,
     "sha3_224(data=b'')\n--\n\nSHA3-224 (FIPS 202)."},
    {"sha3_256", fast(new_named<Hash::sha3_256>), fast_flags,
     "sha3_256(data=b'')\n--\n\nSHA3-256 (FIPS 202)."},
    {"sha3_384", fast(new_named<Hash::sha3_384>), fast_flags,
     "sha3_384(data=b'')\n--\n\nSHA3-384 (FIPS 202)."},
    {"sha3_512", fast(new_named<Hash::sha3_512>), fast_flags,
     "sha3_512(data=b'')\n--\n\nSHA3-512 (FIPS 202)."},
    {"blake2b", fast(new_blake2b), fast_flags,
     "blake2b(data=b'', *, digest_size=64, key=b'')\n--\n\n"
     "BLAKE2b (RFC 7693), keyed if a key of 1 to 64 bytes is given. digest_size: 1 to 64."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_hash_type(Gil& gil, PyObject* module, State& state) {
  state.hash_type = add_class(gil, module, spec);
  return state.hash_type ? PyModule_AddFunctions(module, functions) : -1;
}

}  // namespace adyton::crypto
