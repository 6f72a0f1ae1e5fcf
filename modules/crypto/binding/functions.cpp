// MACs, key derivation, random bytes and comparison.
#include "host/python/error.h"
#include "modules/crypto/binding/batch.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/hash_argument.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/cmac.h"
#include "modules/crypto/compare.h"
#include "modules/crypto/kdf.h"
#include "modules/crypto/random.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {
namespace {

using python::GilRelease;
using python::Ref;

constexpr std::uint64_t longest_output = 1ULL << 32;

constexpr const char* hmac_parameters[] = {"key", "msg", "digest"};
constexpr const char* cmac_parameters[] = {"key", "data"};
constexpr const char* hkdf_parameters[] = {"key", "length", "salt", "info", "hash"};
constexpr const char* pbkdf2_parameters[] = {"hash_name", "password", "salt", "iterations",
                                             "dklen"};
constexpr const char* scrypt_parameters[] = {"password", "salt", "n", "r", "p", "maxmem", "dklen"};
constexpr const char* size_parameter[] = {"n"};
constexpr const char* compare_parameters[] = {"a", "b"};

PyObject* bytes_of(std::string_view text) {
  return PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
}

// A derived key as bytes; the core's copy is wiped.
PyObject* key_bytes(Gil& gil, Result<std::string> key) {
  if (!key) return python::raise(gil, key.error());
  const WipeAtExit wipe_key(*key);
  return bytes_of(*key);
}

PyObject* hmac_digest(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[3];
    if (!take(gil, {"hmac_digest", hmac_parameters, 3, 3}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto key = Buffer::of(gil, slots[0], "key");
    if (!key) return nullptr;
    const auto message = Buffer::of(gil, slots[1], "msg");
    if (!message) return nullptr;
    const auto hash = hmac_hash_of(gil, slots[2], "digest");
    if (!hash) return nullptr;
    if (!worth_releasing_gil(message->bytes().size())) {
      return bytes_of(hmac(*hash, key->bytes(), message->bytes()));
    }
    std::string tag;
    {
      const GilRelease released(gil);
      tag = hmac(*hash, key->bytes(), message->bytes());
    }
    return bytes_of(tag);
  });
}

PyObject* cmac(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"cmac", cmac_parameters, 2, 2}, {values, count, names}, slots)) return nullptr;
    const auto key = Buffer::of(gil, slots[0], "key");
    if (!key) return nullptr;
    const auto data = Buffer::of(gil, slots[1], "data");
    if (!data) return nullptr;
    const std::size_t size = key->bytes().size();
    if (size != 16 && size != 24 && size != 32) {
      PyErr_Format(PyExc_ValueError, "a key of AES-CMAC has 16, 24 or 32 bytes, not %zu", size);
      return nullptr;
    }
    std::array<std::uint8_t, AesCmac::tag_size> tag;
    AesCmac mac(key->bytes());
    mac.update(data->bytes());
    mac.finish(tag);
    return bytes_of(as_text(tag));
  });
}

PyObject* hkdf_function(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[5];
    if (!take(gil, {"hkdf", hkdf_parameters, 2, 2}, {values, count, names}, slots)) return nullptr;
    const auto key = Buffer::of(gil, slots[0], "key");
    if (!key) return nullptr;
    const auto length = number(gil, slots[1], "length", longest_output);
    if (!length) return nullptr;
    const auto salt = OptionalBuffer::of(gil, slots[2], "salt");
    if (!salt) return nullptr;
    const auto info = OptionalBuffer::of(gil, slots[3], "info");
    if (!info) return nullptr;
    const auto hash = slots[4] == nullptr ? Hash::sha256 : hash_of(gil, slots[4], "hash");
    if (!hash) return nullptr;
    return key_bytes(gil, hkdf(*hash, key->bytes(), salt->bytes(), info->bytes(), *length));
  });
}

PyObject* pbkdf2_function(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[5];
    if (!take(gil, {"pbkdf2_hmac", pbkdf2_parameters, 4, 5}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto hash = hash_of(gil, slots[0], "hash_name");
    if (!hash) return nullptr;
    const auto password = Buffer::of(gil, slots[1], "password");
    if (!password) return nullptr;
    const auto salt = Buffer::of(gil, slots[2], "salt");
    if (!salt) return nullptr;
    const auto iterations = number(gil, slots[3], "iterations", 0xffffffff);
    if (!iterations) return nullptr;
    std::optional<std::uint64_t> length = digest_size(*hash);
    if (slots[4] != nullptr && slots[4] != Py_None) {
      length = number(gil, slots[4], "dklen", longest_output);
    }
    if (!length) return nullptr;
    Result<std::string> key = [&] {
      const GilRelease released(gil);
      return pbkdf2(*hash, password->bytes(), salt->bytes(),
                    static_cast<std::uint32_t>(*iterations), *length);
    }();
    return key_bytes(gil, std::move(key));
  });
}

// scrypt's numbers, in the order of its parameters.
struct ScryptNumbers {
  ScryptCost cost;
  std::uint64_t memory_limit;
  std::uint64_t length;
};

std::optional<ScryptNumbers> scrypt_numbers(Gil& gil, std::span<PyObject* const> slots) {
  constexpr std::uint64_t default_memory = 32 << 20;
  const auto n = number(gil, slots[2], "n", 1ULL << 62);
  if (!n) return std::nullopt;
  const auto r = number(gil, slots[3], "r", 0x3fffffff);
  if (!r) return std::nullopt;
  const auto p = number(gil, slots[4], "p", 0x3fffffff);
  if (!p) return std::nullopt;
  auto memory = slots[5] == nullptr ? std::optional<std::uint64_t>(0)
                                    : number(gil, slots[5], "maxmem", 1ULL << 62);
  if (!memory) return std::nullopt;
  const auto length = slots[6] == nullptr ? std::optional<std::uint64_t>(64)
                                          : number(gil, slots[6], "dklen", longest_output);
  if (!length) return std::nullopt;
  if (*memory == 0) memory = default_memory;
  return ScryptNumbers{
      {*n, static_cast<std::uint32_t>(*r), static_cast<std::uint32_t>(*p)}, *memory, *length};
}

PyObject* scrypt_function(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[7];
    if (!take(gil, {"scrypt", scrypt_parameters, 5, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto password = Buffer::of(gil, slots[0], "password");
    if (!password) return nullptr;
    const auto salt = Buffer::of(gil, slots[1], "salt");
    if (!salt) return nullptr;
    const auto numbers = scrypt_numbers(gil, slots);
    if (!numbers) return nullptr;
    Result<std::string> key = [&] {
      const GilRelease released(gil);
      return scrypt(password->bytes(), salt->bytes(), numbers->cost, numbers->length,
                    numbers->memory_limit);
    }();
    return key_bytes(gil, std::move(key));
  });
}

PyObject* random_function(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"random_bytes", size_parameter, 1, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto size = number(gil, slots[0], "n", PY_SSIZE_T_MAX);
    if (!size) return nullptr;
    Ref out = new_bytes(*size);
    if (!out) return nullptr;
    fill_random({data_of(out), *size});
    return out.release();
  });
}

/// The characters of a str of ASCII; nullopt with TypeError set.
std::optional<Bytes> ascii_of(Gil& gil, PyObject* object, const char* name) {
  const auto characters = text(gil, object, name);
  const auto length = static_cast<std::size_t>(PyUnicode_GET_LENGTH(object));
  if (characters && characters->size() == length) return as_bytes(*characters);
  PyErr_Format(PyExc_TypeError, "%s has characters that are not ASCII; encode it first", name);
  return std::nullopt;
}

PyObject* compare(Bytes a, Bytes b) {
  return PyBool_FromLong(constant_time_equal(a, b));
}

PyObject* compare_texts(Gil& gil, PyObject* first, PyObject* second) {
  const auto a = ascii_of(gil, first, "a");
  if (!a) return nullptr;
  const auto b = ascii_of(gil, second, "b");
  return b ? compare(*a, *b) : nullptr;
}

PyObject* compare_function(PyObject*, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"compare_digest", compare_parameters, 2, 2}, {values, count, names}, slots)) {
      return nullptr;
    }
    if (PyUnicode_Check(slots[0]) && PyUnicode_Check(slots[1])) {
      return compare_texts(gil, slots[0], slots[1]);
    }
    const auto a = Buffer::of(gil, slots[0], "a");
    if (!a) return nullptr;
    const auto b = Buffer::of(gil, slots[1], "b");
    if (!b) return nullptr;
    return compare(a->bytes(), b->bytes());
  });
}

PyMethodDef functions[] = {
    {"hmac_digest", fast(hmac_digest), fast_flags,
     "hmac_digest(key, msg, digest)\n--\n\n"
     "HMAC (RFC 2104) of a message, bytes. digest: as hmac_new()'s digestmod."},
    {"cmac", fast(cmac), fast_flags,
     "cmac(key, data)\n--\n\nAES-CMAC (RFC 4493), 16 bytes. key: 16, 24 or 32 bytes."},
    {"hkdf", fast(hkdf_function), fast_flags,
     "hkdf(key, length, *, salt=b'', info=b'', hash='sha256')\n--\n\n"
     "HKDF (RFC 5869): a key of that many bytes from another key.\n\n"
     "ValueError for more than 255 digests. Not for passwords: use scrypt() or pbkdf2_hmac()."},
    {"pbkdf2_hmac", fast(pbkdf2_function), fast_flags,
     "pbkdf2_hmac(hash_name, password, salt, iterations, dklen=None)\n--\n\n"
     "PBKDF2 (RFC 8018) with HMAC: a key from a password. dklen: its length, by default the "
     "hash's."},
    {"scrypt", fast(scrypt_function), fast_flags,
     "scrypt(password, *, salt, n, r, p, maxmem=0, dklen=64)\n--\n\n"
     "scrypt (RFC 7914): a key from a password, at the price of 128 * r * (n + p) bytes.\n\n"
     "n: a power of 2 greater than 1. ValueError if it would take more than maxmem bytes (0: 32 "
     "MiB)."},
    {"random_bytes", fast(random_function), fast_flags,
     "random_bytes(n)\n--\n\nn bytes from the kernel's generator (getrandom(2))."},
    {"compare_digest", fast(compare_function), fast_flags,
     "compare_digest(a, b)\n--\n\n"
     "Whether two bytes-like objects, or two strings of ASCII, are equal, in a time that depends "
     "on\n"
     "their lengths alone."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

int add_functions(Gil&, PyObject* module, State&) {
  return PyModule_AddFunctions(module, functions);
}

}  // namespace adyton::crypto
