// Fernet and MultiFernet, with the interface of cryptography's.
#include <ctime>
#include <vector>

#include "host/base/base64.h"
#include "host/python/error.h"
#include "modules/crypto/binding/batch.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/fernet.h"
#include "modules/crypto/random.h"

namespace adyton::crypto {
namespace {

using python::Ref;
using FernetBox = Box<Fernet>;

constexpr std::uint64_t latest = 1ULL << 62;
constexpr const char* key_parameter[] = {"key"};
constexpr const char* encrypt_parameters[] = {"data", "current_time"};
constexpr const char* decrypt_parameters[] = {"token", "ttl", "current_time"};
constexpr const char* token_parameter[] = {"token"};
constexpr const char* fernets_parameter[] = {"fernets"};

/// Fernet objects, all of which may decrypt; the first encrypts.
struct Fernets {
  Ref tuple;

  std::size_t size() const { return static_cast<std::size_t>(PyTuple_GET_SIZE(tuple.get())); }
  const Fernet& operator[](std::size_t i) const {
    return FernetBox::of(PyTuple_GET_ITEM(tuple.get(), static_cast<Py_ssize_t>(i)));
  }
};
using FernetsBox = Box<Fernets>;

std::uint64_t now() {
  return static_cast<std::uint64_t>(std::time(nullptr));
}

PyObject* bytes_of(std::string_view text) {
  return PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
}

/// A token or a key: bytes-like, or a str of ASCII. (Its own Ref keeps what was encoded.)
struct TextOrBytes {
  Ref encoded;
  std::optional<Buffer> buffer;

  static std::optional<TextOrBytes> of(Gil& gil, PyObject* object, const char* name) {
    TextOrBytes taken;
    if (PyUnicode_Check(object)) {
      taken.encoded = Ref::steal(PyUnicode_AsUTF8String(object));
      if (!taken.encoded) return std::nullopt;
      object = taken.encoded.get();
    }
    auto buffer = Buffer::of(gil, object, name);
    if (!buffer) return std::nullopt;
    taken.buffer.emplace(std::move(*buffer));
    return taken;
  }
  Bytes bytes() const { return buffer->bytes(); }
};

PyObject* new_fernet(PyTypeObject* type, PyObject* tuple, PyObject* dict) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"Fernet", key_parameter, 1, 1}, tuple, dict, slots)) return nullptr;
    const auto key = TextOrBytes::of(gil, slots[0], "key");
    if (!key) return nullptr;
    std::string_view text = as_text(key->bytes());
    if (text.size() % 4 == 0 && text.ends_with('=')) text.remove_suffix(1);
    auto decoded = base64::decode(text, base64::Alphabet::url);
    if (!decoded) {
      PyErr_SetString(PyExc_ValueError,
                      "a Fernet key is 32 bytes in base64url; Fernet.generate_key() makes one");
      return nullptr;
    }
    const WipeAtExit wipe_key(*decoded);
    Result<Fernet> fernet = Fernet::create(as_bytes(*decoded));
    if (!fernet) return python::raise(gil, fernet.error());
    return FernetBox::make(type, *std::move(fernet));
  });
}

PyObject* new_multi_fernet(PyTypeObject* type, PyObject* tuple, PyObject* dict) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"MultiFernet", fernets_parameter, 1, 1}, tuple, dict, slots)) return nullptr;
    Ref fernets = Ref::steal(PySequence_Tuple(slots[0]));
    if (!fernets) return nullptr;
    PyTypeObject* const wanted = as_type(state_of(PyType_GetModule(type)).fernet_type);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(fernets.get()); ++i) {
      if (Py_IS_TYPE(PyTuple_GET_ITEM(fernets.get(), i), wanted)) continue;
      PyErr_Format(PyExc_TypeError, "fernets[%zd] must be a Fernet, not %.100s", i,
                   Py_TYPE(PyTuple_GET_ITEM(fernets.get(), i))->tp_name);
      return nullptr;
    }
    if (PyTuple_GET_SIZE(fernets.get()) == 0) {
      PyErr_SetString(PyExc_ValueError, "a MultiFernet needs at least one Fernet");
      return nullptr;
    }
    return FernetsBox::make(type, {std::move(fernets)});
  });
}

PyObject* generate_key(PyObject*, PyObject*) {
  return entry([](Gil&) -> PyObject* {
    Secret key(32);
    fill_random(key.span());
    std::string text = base64::encode(key.bytes(), base64::Alphabet::url);
    const WipeAtExit wipe_text(text);
    return bytes_of(text += '=');
  });
}

const Fernet& first_of(PyObject* self, const FernetBox*) {
  return FernetBox::of(self);
}
const Fernet& first_of(PyObject* self, const FernetsBox*) {
  return FernetsBox::of(self)[0];
}

PyObject* seal(Gil& gil, const Fernet& fernet, Bytes data, std::uint64_t time) {
  std::string token;
  release_if_worth(gil, data.size(), [&] { token = fernet.encrypt(data, time); });
  return bytes_of(token);
}

template <class Self>
PyObject* encrypt(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"encrypt", {encrypt_parameters, 1}, 1, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto data = Buffer::of(gil, slots[0], "data");
    return data ? seal(gil, first_of(self, static_cast<Self*>(nullptr)), data->bytes(), now())
                : nullptr;
  });
}

template <class Self>
PyObject* encrypt_at_time(PyObject* self, PyObject* const* values, Py_ssize_t count,
                          PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"encrypt_at_time", encrypt_parameters, 2, 2}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto data = Buffer::of(gil, slots[0], "data");
    if (!data) return nullptr;
    const auto time = number(gil, slots[1], "current_time", latest);
    if (!time) return nullptr;
    return seal(gil, first_of(self, static_cast<Self*>(nullptr)), data->bytes(), *time);
  });
}

Result<std::string> open(const FernetBox*, PyObject* self, Bytes token,
                         std::optional<Fernet::Lifetime> lifetime) {
  return FernetBox::of(self).decrypt(token, lifetime);
}
Result<std::string> open(const FernetsBox*, PyObject* self, Bytes token,
                         std::optional<Fernet::Lifetime> lifetime) {
  const Fernets& fernets = FernetsBox::of(self);
  for (std::size_t i = 0; i + 1 < fernets.size(); ++i) {
    auto opened = fernets[i].decrypt(token, lifetime);
    if (opened) return opened;
  }
  return fernets[fernets.size() - 1].decrypt(token, lifetime);
}

template <class Self>
PyObject* open_token(Gil& gil, PyObject* self, PyObject* object,
                     std::optional<Fernet::Lifetime> lifetime) {
  const auto token = TextOrBytes::of(gil, object, "token");
  if (!token) return nullptr;
  std::optional<Result<std::string>> opened;
  release_if_worth(gil, token->bytes().size(), [&] {
    opened = open(static_cast<Self*>(nullptr), self, token->bytes(), lifetime);
  });
  if (!opened->ok()) return python::raise(gil, opened->error());
  const WipeAtExit wipe_text(**opened);
  return bytes_of(**opened);
}

template <class Self>
PyObject* decrypt(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"decrypt", {decrypt_parameters, 2}, 1, 2}, {values, count, names}, slots)) {
      return nullptr;
    }
    std::optional<Fernet::Lifetime> lifetime;
    if (slots[1] != nullptr && slots[1] != Py_None) {
      const auto seconds = number(gil, slots[1], "ttl", latest);
      if (!seconds) return nullptr;
      lifetime = {*seconds, now()};
    }
    return open_token<Self>(gil, self, slots[0], lifetime);
  });
}

template <class Self>
PyObject* decrypt_at_time(PyObject* self, PyObject* const* values, Py_ssize_t count,
                          PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[3];
    if (!take(gil, {"decrypt_at_time", decrypt_parameters, 3, 3}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto seconds = number(gil, slots[1], "ttl", latest);
    if (!seconds) return nullptr;
    const auto time = number(gil, slots[2], "current_time", latest);
    if (!time) return nullptr;
    return open_token<Self>(gil, self, slots[0], Fernet::Lifetime{*seconds, *time});
  });
}

PyObject* extract_timestamp(PyObject* self, PyObject* const* values, Py_ssize_t count,
                            PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"extract_timestamp", token_parameter, 1, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto token = TextOrBytes::of(gil, slots[0], "token");
    if (!token) return nullptr;
    const auto time = FernetBox::of(self).timestamp(token->bytes());
    return time ? PyLong_FromUnsignedLongLong(*time) : python::raise(gil, time.error());
  });
}

// The token keeps its time: what was about to expire still is.
PyObject* rotate(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"rotate", token_parameter, 1, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto token = TextOrBytes::of(gil, slots[0], "token");
    if (!token) return nullptr;
    const Fernets& fernets = FernetsBox::of(self);
    for (std::size_t i = 0; i < fernets.size(); ++i) {
      auto opened = fernets[i].decrypt(token->bytes(), std::nullopt);
      if (!opened) continue;
      const WipeAtExit wipe_text(*opened);
      return seal(gil, fernets[0], as_bytes(*opened), *fernets[i].timestamp(token->bytes()));
    }
    return python::raise(gil, {ErrorCode::crypto, "decryption failed"});
  });
}

constexpr const char* encrypt_documentation =
    "encrypt($self, data)\n--\n\nA token, bytes of base64url, made now under a random IV.";
constexpr const char* encrypt_at_time_documentation =
    "encrypt_at_time($self, data, current_time)\n--\n\n"
    "encrypt() as if it were current_time, in seconds since 1970.";
constexpr const char* decrypt_documentation =
    "decrypt($self, token, ttl=None)\n--\n\n"
    "The bytes in a token (bytes-like or str) that was made at most ttl seconds ago.\n\n"
    "DecryptionError, whatever the reason. With a ttl, a token from more than a minute in the "
    "future\n"
    "is refused, too.";
constexpr const char* decrypt_at_time_documentation =
    "decrypt_at_time($self, token, ttl, current_time)\n--\n\n"
    "decrypt() as if it were current_time, in seconds since 1970.";

PyMethodDef fernet_methods[] = {
    {"generate_key", generate_key, METH_NOARGS | METH_STATIC,
     "generate_key()\n--\n\nA random key: 32 bytes as 44 characters of base64url."},
    {"encrypt", fast(encrypt<FernetBox>), fast_flags, encrypt_documentation},
    {"encrypt_at_time", fast(encrypt_at_time<FernetBox>), fast_flags,
     encrypt_at_time_documentation},
    {"decrypt", fast(decrypt<FernetBox>), fast_flags, decrypt_documentation},
    {"decrypt_at_time", fast(decrypt_at_time<FernetBox>), fast_flags,
     decrypt_at_time_documentation},
    {"extract_timestamp", fast(extract_timestamp), fast_flags,
     "extract_timestamp($self, token)\n--\n\n"
     "When a token was made, in seconds since 1970. DecryptionError if it is not of this key."},
    {"__reduce__", refuse_pickling, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMethodDef multi_methods[] = {
    {"encrypt", fast(encrypt<FernetsBox>), fast_flags, encrypt_documentation},
    {"encrypt_at_time", fast(encrypt_at_time<FernetsBox>), fast_flags,
     encrypt_at_time_documentation},
    {"decrypt", fast(decrypt<FernetsBox>), fast_flags, decrypt_documentation},
    {"decrypt_at_time", fast(decrypt_at_time<FernetsBox>), fast_flags,
     decrypt_at_time_documentation},
    {"rotate", fast(rotate), fast_flags,
     "rotate($self, token)\n--\n\n"
     "The token's bytes under the first key, with the token's own time."},
    {"__reduce__", refuse_pickling, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot fernet_slots[] = {
    {Py_tp_doc,
     const_cast<char*>(
         "Fernet(key)\n--\n\n"
         "Fernet tokens, as cryptography's Fernet makes and reads them, for those who have\n"
         "them; an Aead is faster, binds associated data and rotates its keys. key: 32\n"
         "bytes in base64url. Any thread. Format: https://github.com/fernet/spec")},
    {Py_tp_methods, fernet_methods},
    {Py_tp_new, reinterpret_cast<void*>(new_fernet)},
    {Py_tp_dealloc, reinterpret_cast<void*>(FernetBox::destroy)},
    {0, nullptr},
};

PyType_Slot multi_slots[] = {
    {Py_tp_doc, const_cast<char*>("MultiFernet(fernets)\n--\n\n"
                                  "Several Fernet objects as one: the first encrypts, each may "
                                  "decrypt.")},
    {Py_tp_methods, multi_methods},
    {Py_tp_new, reinterpret_cast<void*>(new_multi_fernet)},
    {Py_tp_dealloc, reinterpret_cast<void*>(FernetsBox::destroy)},
    {0, nullptr},
};

PyType_Spec fernet_spec = {
    .name = "adyton.crypto.Fernet",
    .basicsize = sizeof(FernetBox),
    .itemsize = 0,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = fernet_slots,
};

PyType_Spec multi_spec = {
    .name = "adyton.crypto.MultiFernet",
    .basicsize = sizeof(FernetsBox),
    .itemsize = 0,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = multi_slots,
};

}  // namespace

int add_fernet_types(Gil& gil, PyObject* module, State& state) {
  state.fernet_type = add_class(gil, module, fernet_spec);
  return state.fernet_type && add_class(gil, module, multi_spec) ? 0 : -1;
}

}  // namespace adyton::crypto
