// Key derivation with the shape of cryptography's classes: one object derives or verifies once.
#include "host/python/error.h"
#include "modules/crypto/binding/batch.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/hash_argument.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/compare.h"
#include "modules/crypto/kdf.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {
namespace {

using python::GilRelease;
using python::Ref;

constexpr std::uint64_t longest_output = 1ULL << 32;
constexpr std::uint64_t scrypt_memory = 1ULL << 40;  // cryptography asks for no limit, either

constexpr const char* hkdf_parameters[] = {"algorithm", "length", "salt", "info"};
constexpr const char* pbkdf2_parameters[] = {"algorithm", "length", "salt", "iterations"};
constexpr const char* scrypt_parameters[] = {"salt", "length", "n", "r", "p"};
constexpr const char* derive_parameter[] = {"key_material"};
constexpr const char* verify_parameters[] = {"key_material", "expected_key"};

/// A hash's name: of a str, or of an object with a name, as cryptography's hashes.SHA256() has
/// ("sha3-256" and "sha512" are written so there).
std::optional<Hash> algorithm_of(Gil& gil, PyObject* object) {
  if (PyUnicode_Check(object)) return hash_of(gil, object, "algorithm");
  const Ref name = Ref::steal(PyObject_GetAttrString(object, "name"));
  if (!name || !PyUnicode_Check(name.get())) {
    PyErr_Format(PyExc_TypeError, "algorithm must be a hash's name, not %.100s",
                 Py_TYPE(object)->tp_name);
    return std::nullopt;
  }
  const Ref plain = Ref::steal(PyObject_CallMethod(name.get(), "replace", "ss", "-", "_"));
  return plain ? hash_of(gil, plain.get(), "algorithm") : std::nullopt;
}

std::string copied(Bytes bytes) {
  return std::string(as_text(bytes));
}

struct Hkdf {
  static constexpr const char* name = "HKDF";
  Hash hash;
  std::size_t length;
  std::string salt;
  std::string info;
  bool used = false;

  Result<std::string> derive(Bytes material) const {
    return hkdf(hash, material, as_bytes(salt), as_bytes(info), length);
  }
};

struct Pbkdf2 {
  static constexpr const char* name = "PBKDF2HMAC";
  Hash hash;
  std::size_t length;
  std::string salt;
  std::uint32_t iterations;
  bool used = false;

  Result<std::string> derive(Bytes material) const {
    return pbkdf2(hash, material, as_bytes(salt), iterations, length);
  }
};

struct Scrypt {
  static constexpr const char* name = "Scrypt";
  ScryptCost cost;
  std::size_t length;
  std::string salt;
  bool used = false;

  Result<std::string> derive(Bytes material) const {
    return scrypt(material, as_bytes(salt), cost, length, scrypt_memory);
  }
};

PyObject* new_hkdf(PyTypeObject* type, PyObject* tuple, PyObject* dict) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[4];
    if (!take(gil, {Hkdf::name, hkdf_parameters, 4, 4}, tuple, dict, slots)) return nullptr;
    const auto hash = algorithm_of(gil, slots[0]);
    if (!hash) return nullptr;
    const auto length = number(gil, slots[1], "length", longest_output);
    if (!length) return nullptr;
    const auto salt = OptionalBuffer::of(gil, slots[2], "salt");
    if (!salt) return nullptr;
    const auto info = OptionalBuffer::of(gil, slots[3], "info");
    if (!info) return nullptr;
    return Box<Hkdf>::make(type, {*hash, *length, copied(salt->bytes()), copied(info->bytes())});
  });
}

PyObject* new_pbkdf2(PyTypeObject* type, PyObject* tuple, PyObject* dict) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[4];
    if (!take(gil, {Pbkdf2::name, pbkdf2_parameters, 4, 4}, tuple, dict, slots)) return nullptr;
    const auto hash = algorithm_of(gil, slots[0]);
    if (!hash) return nullptr;
    const auto length = number(gil, slots[1], "length", longest_output);
    if (!length) return nullptr;
    const auto salt = Buffer::of(gil, slots[2], "salt");
    if (!salt) return nullptr;
    const auto iterations = number(gil, slots[3], "iterations", 0xffffffff);
    if (!iterations) return nullptr;
    return Box<Pbkdf2>::make(
        type, {*hash, *length, copied(salt->bytes()), static_cast<std::uint32_t>(*iterations)});
  });
}

PyObject* new_scrypt(PyTypeObject* type, PyObject* tuple, PyObject* dict) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[5];
    if (!take(gil, {Scrypt::name, scrypt_parameters, 5, 5}, tuple, dict, slots)) return nullptr;
    const auto salt = Buffer::of(gil, slots[0], "salt");
    if (!salt) return nullptr;
    const auto length = number(gil, slots[1], "length", longest_output);
    if (!length) return nullptr;
    const auto n = number(gil, slots[2], "n", 1ULL << 62);
    if (!n) return nullptr;
    const auto r = number(gil, slots[3], "r", 0x3fffffff);
    if (!r) return nullptr;
    const auto p = number(gil, slots[4], "p", 0x3fffffff);
    if (!p) return nullptr;
    return Box<Scrypt>::make(type,
                             {{*n, static_cast<std::uint32_t>(*r), static_cast<std::uint32_t>(*p)},
                              *length,
                              copied(salt->bytes())});
  });
}

// As cryptography's objects: a second use is a mistake, such as one key for two purposes.
template <class Kdf>
std::optional<std::string> derive_once(Gil& gil, PyObject* self, PyObject* object) {
  const auto material = Buffer::of(gil, object, "key_material");
  if (!material) return std::nullopt;
  Kdf& kdf = Box<Kdf>::of(self);
  if (kdf.used) {
    PyErr_Format(PyExc_ValueError, "a %s object derives or verifies once; make another", Kdf::name);
    return std::nullopt;
  }
  kdf.used = true;
  Result<std::string> key = [&] {
    const GilRelease released(gil);
    return kdf.derive(material->bytes());
  }();
  if (key) return *std::move(key);
  python::raise(gil, key.error());
  return std::nullopt;
}

template <class Kdf>
PyObject* derive(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"derive", derive_parameter, 1, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    auto key = derive_once<Kdf>(gil, self, slots[0]);
    if (!key) return nullptr;
    const WipeAtExit wipe_key(*key);
    return PyBytes_FromStringAndSize(key->data(), static_cast<Py_ssize_t>(key->size()));
  });
}

template <class Kdf>
PyObject* verify(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"verify", verify_parameters, 2, 2}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto expected = Buffer::of(gil, slots[1], "expected_key");
    if (!expected) return nullptr;
    auto key = derive_once<Kdf>(gil, self, slots[0]);
    if (!key) return nullptr;
    const WipeAtExit wipe_key(*key);
    if (constant_time_equal(as_bytes(*key), expected->bytes())) Py_RETURN_NONE;
    return refuse_verification(self);
  });
}

template <class Kdf>
PyMethodDef methods[] = {
    {"derive", fast(derive<Kdf>), fast_flags,
     "derive($self, key_material)\n--\n\n"
     "The key, bytes of the object's length. ValueError at a second use, and for parameters "
     "outside\n"
     "the function's limits."},
    {"verify", fast(verify<Kdf>), fast_flags,
     "verify($self, key_material, expected_key)\n--\n\n"
     "Returns if derive() would give expected_key, compared in constant time; else\n"
     "VerificationError. Counts as the object's use."},
    {"__reduce__", refuse_pickling, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

template <class Kdf>
int add_kdf(Gil& gil, PyObject* module, const char* name, const char* documentation, newfunc make) {
  PyType_Slot slots[] = {
      {Py_tp_doc, const_cast<char*>(documentation)},
      {Py_tp_methods, methods<Kdf>},
      {Py_tp_new, reinterpret_cast<void*>(make)},
      {Py_tp_dealloc, reinterpret_cast<void*>(Box<Kdf>::destroy)},
      {0, nullptr},
  };
  PyType_Spec spec = {
      .name = name,
      .basicsize = sizeof(Box<Kdf>),
      .itemsize = 0,
      .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
      .slots = slots,
  };
  return add_class(gil, module, spec) ? 0 : -1;
}

}  // namespace

int add_kdf_types(Gil& gil, PyObject* module, State&) {
  const bool added =
      add_kdf<Hkdf>(
          gil, module, "adyton.crypto.HKDF",
          "HKDF(algorithm, length, salt, info)\n--\n\n"
          "HKDF (RFC 5869), shaped as cryptography's: a key of length bytes from another\n"
          "key. algorithm: 'sha256', another of SHA-2 and SHA-3, or an object with such a\n"
          "name; salt and info: bytes-like or None. Not for passwords.",
          new_hkdf) == 0 &&
      add_kdf<Pbkdf2>(
          gil, module, "adyton.crypto.PBKDF2HMAC",
          "PBKDF2HMAC(algorithm, length, salt, iterations)\n--\n\n"
          "PBKDF2 with HMAC (RFC 8018), shaped as cryptography's: a key of length bytes\n"
          "from a password. algorithm: as HKDF's.",
          new_pbkdf2) == 0 &&
      add_kdf<Scrypt>(
          gil, module, "adyton.crypto.Scrypt",
          "Scrypt(salt, length, n, r, p)\n--\n\n"
          "scrypt (RFC 7914), shaped as cryptography's: a key of length bytes from a\n"
          "password, at the price of 128 * r * (n + p) bytes of memory. n: a power of 2\n"
          "greater than 1.",
          new_scrypt) == 0;
  return added ? 0 : -1;
}

}  // namespace adyton::crypto
