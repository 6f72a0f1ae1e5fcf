// The low-level ciphers, with the shape of cryptography's hazmat.primitives.ciphers.aead classes.
#include <memory>

#include "host/python/error.h"
#include "modules/crypto/aes_gcm.h"
#include "modules/crypto/aes_siv.h"
#include "modules/crypto/binding/batch.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/chacha_poly.h"
#include "modules/crypto/random.h"
#include "modules/crypto/secret.h"
#include "modules/crypto/worker_pool.h"
#include "modules/crypto/xaes_gcm.h"

namespace adyton::crypto {
namespace {

using python::Ref;

constexpr const char* key_parameter[] = {"key"};
constexpr const char* bit_length_parameter[] = {"bit_length"};
constexpr const char* nonce_parameters[] = {"nonce", "data", "associated_data"};
constexpr const char* siv_parameters[] = {"data", "associated_data"};

// What one Python class is about.
template <class Cipher>
struct Traits;

template <>
struct Traits<AesGcm> {
  static constexpr const char* name = "AESGCM";
  static constexpr std::size_t nonce = 0;  // any
  static constexpr const char* key_sizes = "16, 24 or 32";
  static bool takes_key(std::size_t size) { return size == 16 || size == 24 || size == 32; }
};

template <>
struct Traits<XAesGcm> {
  static constexpr const char* name = "XAESGCM";
  static constexpr std::size_t nonce = 24;
  static constexpr const char* key_sizes = "32";
  static bool takes_key(std::size_t size) { return size == 32; }
};

template <>
struct Traits<ChaCha20Poly1305> {
  static constexpr const char* name = "ChaCha20Poly1305";
  static constexpr std::size_t nonce = 12;
  static constexpr const char* key_sizes = "32";
  static bool takes_key(std::size_t size) { return size == 32; }
};

template <>
struct Traits<XChaCha20Poly1305> {
  static constexpr const char* name = "XChaCha20Poly1305";
  static constexpr std::size_t nonce = 24;
  static constexpr const char* key_sizes = "32";
  static bool takes_key(std::size_t size) { return size == 32; }
};

template <>
struct Traits<AesSiv> {
  static constexpr const char* name = "AESSIV";
  static constexpr std::size_t nonce = 0;
  static constexpr const char* key_sizes = "32, 48 or 64";
  static bool takes_key(std::size_t size) { return size == 32 || size == 48 || size == 64; }
};

// A key and its ciphers, one for each thread that is at work.
template <class Cipher>
struct Keyed {
  Secret key;
  std::unique_ptr<WorkerPool<Cipher>> workers = std::make_unique<WorkerPool<Cipher>>();

  auto lease() {
    return workers->lease([this] { return std::make_unique<Cipher>(key.bytes()); });
  }
};

bool check_length(Bytes data) {
  if (data.size() <= AeadCipher::longest_plaintext) return true;
  PyErr_SetString(PyExc_ValueError, "data has at most 2**36 - 32 bytes; split it");
  return false;
}

template <class Cipher>
PyObject* new_cipher(PyTypeObject* type, PyObject* tuple, PyObject* dict) {
  return entry([=](Gil& gil) -> PyObject* {
    using T = Traits<Cipher>;
    PyObject* slots[1];
    if (!take(gil, {T::name, key_parameter, 1, 1}, tuple, dict, slots)) return nullptr;
    const auto key = Buffer::of(gil, slots[0], "key");
    if (!key) return nullptr;
    if (!T::takes_key(key->bytes().size())) {
      PyErr_Format(PyExc_ValueError,
                   "a key of %s has %s bytes, not %zu; %s.generate_key() makes one", T::name,
                   T::key_sizes, key->bytes().size(), T::name);
      return nullptr;
    }
    return Box<Keyed<Cipher>>::make(type, {Secret(key->bytes())});
  });
}

PyObject* random_key(std::size_t size) {
  Ref out = new_bytes(size);
  if (!out) return nullptr;
  fill_random({data_of(out), size});
  return out.release();
}

template <class Cipher>
PyObject* generate_key(PyObject*, PyObject*) {
  return entry([](Gil&) { return random_key(Cipher::key_size); });
}

template <class Cipher>
PyObject* generate_key_of_size(PyObject*, PyObject* const* values, Py_ssize_t count,
                               PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"generate_key", bit_length_parameter, 1, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto bits = number(gil, slots[0], "bit_length", 4096);
    if (!bits) return nullptr;
    if (*bits % 8 != 0 || !Traits<Cipher>::takes_key(*bits / 8)) {
      PyErr_Format(PyExc_ValueError, "a key of %s has %s bytes, not %llu bits",
                   Traits<Cipher>::name, Traits<Cipher>::key_sizes,
                   static_cast<unsigned long long>(*bits));
      return nullptr;
    }
    return random_key(*bits / 8);
  });
}

template <class Cipher>
bool check_nonce(Bytes nonce) {
  constexpr std::size_t size = Traits<Cipher>::nonce;
  if (size == 0 ? !nonce.empty() : nonce.size() == size) return true;
  if (size == 0) {
    PyErr_Format(PyExc_ValueError, "a nonce of %s has at least 1 byte; use 12",
                 Traits<Cipher>::name);
  } else {
    PyErr_Format(PyExc_ValueError, "a nonce of %s has %zu bytes, not %zu", Traits<Cipher>::name,
                 size, nonce.size());
  }
  return false;
}

// The arguments that encrypt and decrypt have in common.
struct NonceCall {
  Buffer nonce;
  Buffer data;
  OptionalBuffer associated_data;
};

template <class Cipher>
std::optional<NonceCall> take_nonce_call(Gil& gil, const char* function,
                                         const CallArguments& arguments) {
  PyObject* slots[3];
  if (!take(gil, {function, nonce_parameters, 2, 3}, arguments, slots)) return std::nullopt;
  auto nonce = Buffer::of(gil, slots[0], "nonce");
  if (!nonce || !check_nonce<Cipher>(nonce->bytes())) return std::nullopt;
  auto data = Buffer::of(gil, slots[1], "data");
  if (!data || !check_length(data->bytes())) return std::nullopt;
  auto associated_data = OptionalBuffer::of(gil, slots[2], "associated_data");
  if (!associated_data) return std::nullopt;
  return NonceCall{std::move(*nonce), std::move(*data), std::move(*associated_data)};
}

template <class Cipher>
PyObject* encrypt(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    const auto call = take_nonce_call<Cipher>(gil, "encrypt", {values, count, names});
    if (!call) return nullptr;
    const Bytes data = call->data.bytes();
    Ref out = new_bytes(data.size() + AeadCipher::tag_size);
    if (!out) return nullptr;
    release_if_worth(gil, data.size(), [&] {
      Box<Keyed<Cipher>>::of(self).lease()->seal(call->nonce.bytes(), call->associated_data.bytes(),
                                                 data, data_of(out));
    });
    return out.release();
  });
}

PyObject* refuse(Gil& gil) {
  wipe_frames();
  return python::raise(gil, {ErrorCode::crypto, "decryption failed"});
}

template <class Cipher>
PyObject* decrypt(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    const auto call = take_nonce_call<Cipher>(gil, "decrypt", {values, count, names});
    if (!call) return nullptr;
    const Bytes data = call->data.bytes();
    if (data.size() < AeadCipher::tag_size) return refuse(gil);
    Ref out = new_bytes(data.size() - AeadCipher::tag_size);
    if (!out) return nullptr;
    bool ok = false;
    release_if_worth(gil, data.size(), [&] {
      ok = Box<Keyed<Cipher>>::of(self).lease()->open(
          call->nonce.bytes(), call->associated_data.bytes(), data, data_of(out));
    });
    return ok ? out.release() : refuse(gil);
  });
}

// AES-SIV's associated data is a list of strings, or none.
struct SivCall {
  Buffer data;
  PinnedList list;
  std::vector<Bytes> associated_data;
};

std::optional<PinnedList> take_components(Gil& gil, PyObject* list) {
  if (list == nullptr || list == Py_None) return PinnedList();
  if (PyObject_CheckBuffer(list)) {
    PyErr_SetString(PyExc_TypeError,
                    "associated_data must be a list of bytes-like objects; put it in brackets");
    return std::nullopt;
  }
  return PinnedList::of(gil, list, "associated_data");
}

std::optional<SivCall> take_siv_call(Gil& gil, const char* function,
                                     const CallArguments& arguments) {
  PyObject* slots[2];
  if (!take(gil, {function, siv_parameters, 1, 2}, arguments, slots)) return std::nullopt;
  auto data = Buffer::of(gil, slots[0], "data");
  if (!data || !check_length(data->bytes())) return std::nullopt;
  auto list = take_components(gil, slots[1]);
  if (!list) return std::nullopt;
  if (list->size() > AesSiv::most_components) {
    PyErr_Format(PyExc_ValueError, "associated_data has at most %zu items, not %zu",
                 AesSiv::most_components, list->size());
    return std::nullopt;
  }
  SivCall call{std::move(*data), std::move(*list), {}};
  for (std::size_t i = 0; i < call.list.size(); ++i) call.associated_data.push_back(call.list[i]);
  return call;
}

PyObject* siv_encrypt(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    const auto call = take_siv_call(gil, "encrypt", {values, count, names});
    if (!call) return nullptr;
    const Bytes data = call->data.bytes();
    Ref out = new_bytes(data.size() + AesSiv::siv_size);
    if (!out) return nullptr;
    release_if_worth(gil, data.size(), [&] {
      Box<Keyed<AesSiv>>::of(self).lease()->seal(call->associated_data, data, data_of(out));
    });
    return out.release();
  });
}

PyObject* siv_decrypt(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    const auto call = take_siv_call(gil, "decrypt", {values, count, names});
    if (!call) return nullptr;
    const Bytes data = call->data.bytes();
    if (data.size() < AesSiv::siv_size) return refuse(gil);
    Ref out = new_bytes(data.size() - AesSiv::siv_size);
    if (!out) return nullptr;
    bool ok = false;
    release_if_worth(gil, data.size(), [&] {
      ok = Box<Keyed<AesSiv>>::of(self).lease()->open(call->associated_data, data, data_of(out));
    });
    return ok ? out.release() : refuse(gil);
  });
}

constexpr const char* encrypt_documentation =
    "encrypt($self, nonce, data, associated_data=None)\n--\n\n"
    "The ciphertext followed by the 16-byte tag.\n\n"
    "Never use a nonce twice under one key: that gives the plaintexts away.";
constexpr const char* decrypt_documentation =
    "decrypt($self, nonce, data, associated_data=None)\n--\n\n"
    "The plaintext of what encrypt() gave. DecryptionError if anything differs.";

template <class Cipher>
PyMethodDef fixed_key_methods[] = {
    {"generate_key", generate_key<Cipher>, METH_NOARGS | METH_STATIC,
     "generate_key()\n--\n\n32 random bytes."},
    {"encrypt", fast(encrypt<Cipher>), fast_flags, encrypt_documentation},
    {"decrypt", fast(decrypt<Cipher>), fast_flags, decrypt_documentation},
    {"__reduce__", refuse_pickling, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMethodDef gcm_methods[] = {
    {"generate_key", fast(generate_key_of_size<AesGcm>), fast_flags | METH_STATIC,
     "generate_key(bit_length)\n--\n\nA random key of 128, 192 or 256 bits."},
    {"encrypt", fast(encrypt<AesGcm>), fast_flags, encrypt_documentation},
    {"decrypt", fast(decrypt<AesGcm>), fast_flags, decrypt_documentation},
    {"__reduce__", refuse_pickling, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMethodDef siv_methods[] = {
    {"generate_key", fast(generate_key_of_size<AesSiv>), fast_flags | METH_STATIC,
     "generate_key(bit_length)\n--\n\nA random key of 256, 384 or 512 bits."},
    {"encrypt", fast(siv_encrypt), fast_flags,
     "encrypt($self, data, associated_data=None)\n--\n\n"
     "The 16-byte synthetic IV followed by the ciphertext.\n\n"
     "associated_data: a list of at most 126 bytes-like objects."},
    {"decrypt", fast(siv_decrypt), fast_flags,
     "decrypt($self, data, associated_data=None)\n--\n\n"
     "The plaintext of what encrypt() gave. DecryptionError if anything differs."},
    {"__reduce__", refuse_pickling, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

template <class Cipher>
int add_cipher(Gil& gil, PyObject* module, const char* name, const char* documentation,
               PyMethodDef* methods) {
  PyType_Slot slots[] = {
      {Py_tp_doc, const_cast<char*>(documentation)},
      {Py_tp_methods, methods},
      {Py_tp_new, reinterpret_cast<void*>(new_cipher<Cipher>)},
      {Py_tp_dealloc, reinterpret_cast<void*>(Box<Keyed<Cipher>>::destroy)},
      {0, nullptr},
  };
  PyType_Spec spec = {
      .name = name,
      .basicsize = sizeof(Box<Keyed<Cipher>>),
      .itemsize = 0,
      .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
      .slots = slots,
  };
  return add_class(gil, module, spec) ? 0 : -1;
}

}  // namespace

int add_cipher_types(Gil& gil, PyObject* module, State&) {
  if (add_cipher<AesGcm>(
          gil, module, "adyton.crypto.AESGCM",
          "AESGCM(key)\n--\n\n"
          "AES-GCM (NIST SP 800-38D), 16-byte tag. key: 16, 24 or 32 bytes; a nonce\n"
          "has at least 1 byte, 12 by custom. Random nonces: at most 2**32 messages\n"
          "under one key. Any thread.",
          gcm_methods) != 0 ||
      add_cipher<XAesGcm>(
          gil, module, "adyton.crypto.XAESGCM",
          "XAESGCM(key)\n--\n\n"
          "XAES-256-GCM (https://c2sp.org/XAES-256-GCM), 16-byte tag. key: 32 bytes;\n"
          "a nonce has 24, and may be random. Any thread.",
          fixed_key_methods<XAesGcm>) != 0) {
    return -1;
  }
  if (add_cipher<ChaCha20Poly1305>(
          gil, module, "adyton.crypto.ChaCha20Poly1305",
          "ChaCha20Poly1305(key)\n--\n\n"
          "ChaCha20-Poly1305 (RFC 8439), 16-byte tag. key: 32 bytes; a nonce\n"
          "has 12. Any thread.",
          fixed_key_methods<ChaCha20Poly1305>) != 0 ||
      add_cipher<XChaCha20Poly1305>(
          gil, module, "adyton.crypto.XChaCha20Poly1305",
          "XChaCha20Poly1305(key)\n--\n\n"
          "XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), 16-byte tag.\n"
          "key: 32 bytes; a nonce has 24, and may be random. Any thread.",
          fixed_key_methods<XChaCha20Poly1305>) != 0) {
    return -1;
  }
  return add_cipher<AesSiv>(
      gil, module, "adyton.crypto.AESSIV",
      "AESSIV(key)\n--\n\n"
      "AES-SIV (RFC 5297), deterministic. key: 32, 48 or 64 bytes. Any thread.",
      siv_methods);
}

}  // namespace adyton::crypto
