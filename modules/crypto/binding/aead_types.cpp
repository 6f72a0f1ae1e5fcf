#include <algorithm>
#include <array>
#include <vector>

#include "host/python/error.h"
#include "modules/crypto/aead.h"
#include "modules/crypto/binding/aead_columns.h"
#include "modules/crypto/binding/batch.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/keyring_type.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/daead.h"

namespace adyton::crypto {
namespace {

using python::Ref;

constexpr const char* encrypt_parameters[] = {"plaintext", "associated_data"};
constexpr const char* decrypt_parameters[] = {"ciphertext", "associated_data"};
constexpr const char* encrypt_many_parameters[] = {"plaintexts", "associated_data"};
constexpr const char* decrypt_many_parameters[] = {"ciphertexts", "associated_data"};
constexpr const char* aead_parameters[] = {"keyring"};
constexpr const char* daead_parameters[] = {"keyring", "key_id"};

// The four methods, for a Primitive that is Aead or Daead.
template <class Primitive>
struct Methods {
  using Self = Box<Primitive>;

  static PyObject* encrypt(PyObject* self, PyObject* const* values, Py_ssize_t count,
                           PyObject* names) {
    return entry([=](Gil& gil) -> PyObject* {
      PyObject* slots[2];
      if (!take(gil, {"encrypt", encrypt_parameters, 1, 2}, {values, count, names}, slots)) {
        return nullptr;
      }
      const auto plaintext = Buffer::of(gil, slots[0], "plaintext");
      const auto data = OptionalBuffer::of(gil, slots[1], "associated_data");
      if (!plaintext || !data || !check_length(plaintext->bytes())) return nullptr;
      const Primitive& primitive = Self::of(self);
      Ref out = new_bytes(primitive.ciphertext_size(plaintext->bytes().size()));
      if (!out) return nullptr;
      const Sealing message{plaintext->bytes(), data->bytes(), data_of(out)};
      release_if_worth(gil, message.plaintext.size(), [&] {
        primitive.encrypt_many({&message, 1});
      });
      return out.release();
    });
  }

  static PyObject* decrypt(PyObject* self, PyObject* const* values, Py_ssize_t count,
                           PyObject* names) {
    return entry([=](Gil& gil) -> PyObject* {
      PyObject* slots[2];
      if (!take(gil, {"decrypt", decrypt_parameters, 1, 2}, {values, count, names}, slots)) {
        return nullptr;
      }
      const auto ciphertext = Buffer::of(gil, slots[0], "ciphertext");
      const auto data = OptionalBuffer::of(gil, slots[1], "associated_data");
      if (!ciphertext || !data) return nullptr;
      // As long as the plaintext where that is known.
      const auto overhead = Self::of(self).overhead();
      const std::size_t size = ciphertext->bytes().size();
      if (overhead && size < *overhead) return refuse(gil);
      Ref out = new_bytes(size - overhead.value_or(0));
      if (!out) return nullptr;
      Opening message{ciphertext->bytes(), data->bytes(), data_of(out)};
      release_if_worth(gil, message.ciphertext.size(), [&] {
        Self::of(self).decrypt_many({&message, 1});
      });
      if (!message.ok) return refuse(gil);
      if (overhead) return out.release();
      PyObject* shrunk = out.release();
      _PyBytes_Resize(&shrunk, static_cast<Py_ssize_t>(message.size));
      return shrunk;
    });
  }

  static PyObject* encrypt_many(PyObject* self, PyObject* const* values, Py_ssize_t count,
                                PyObject* names) {
    return entry([=](Gil& gil) -> PyObject* {
      PyObject* slots[2];
      if (!take(gil, {"encrypt_many", encrypt_many_parameters, 1, 2}, {values, count, names},
                slots)) {
        return nullptr;
      }
      auto plaintexts = PinnedList::over(gil, slots[0], "plaintexts");
      if (!plaintexts) return nullptr;
      const auto data = OptionalBuffer::of(gil, slots[1], "associated_data");
      if (!data) return nullptr;
      return seal_all(gil, Self::of(self), *plaintexts, data->bytes());
    });
  }

  static PyObject* decrypt_many(PyObject* self, PyObject* const* values, Py_ssize_t count,
                                PyObject* names) {
    return entry([=](Gil& gil) -> PyObject* {
      PyObject* slots[2];
      if (!take(gil, {"decrypt_many", decrypt_many_parameters, 1, 2}, {values, count, names},
                slots)) {
        return nullptr;
      }
      auto ciphertexts = PinnedList::over(gil, slots[0], "ciphertexts");
      if (!ciphertexts) return nullptr;
      const auto data = OptionalBuffer::of(gil, slots[1], "associated_data");
      if (!data) return nullptr;
      return open_all(gil, Self::of(self), *ciphertexts, data->bytes());
    });
  }

  static PyObject* primary_key_id(PyObject* self, void*) {
    return PyLong_FromUnsignedLong(Self::of(self).primary_key_id());
  }

 private:
  // The results are written where they will stay: into bytes objects that nobody else has seen.
  static PyObject* seal_all(Gil& gil, const Primitive& primitive, PinnedList& plaintexts,
                            Bytes data) {
    Ref results = new_hidden_list(plaintexts.size());
    if (!results) return nullptr;
    const std::size_t overhead = primitive.ciphertext_size(0);
    const auto make = [&](std::size_t i) -> PyObject* {
      if (!check_length(plaintexts[i])) return nullptr;
      return new_bytes(plaintexts[i].size() + overhead).release();
    };
    const auto write = [&](std::size_t begin, std::size_t end) {
      seal_items(primitive, plaintexts, data, results, begin, end);
    };
    const bool made = fill(gil, plaintexts, results, make, write);
    return made ? show(std::move(results)) : nullptr;
  }

  static void seal_items(const Primitive& primitive, const PinnedList& plaintexts, Bytes data,
                         const Ref& results, std::size_t begin, std::size_t end) {
    std::array<Sealing, messages_at_once> messages;
    while (begin < end) {
      const std::size_t count = std::min(end - begin, messages.size());
      for (std::size_t i = 0; i < count; ++i) {
        messages[i] = {plaintexts[begin + i], data, item_data(results, begin + i)};
      }
      primitive.encrypt_many(std::span(messages).first(count));
      begin += count;
    }
  }

  static PyObject* refuse(Gil& gil) {
    return python::raise(gil, {ErrorCode::crypto, "decryption failed"});
  }
  static PyObject* refuse(Gil& gil, std::size_t item) {
    return python::raise(gil, {ErrorCode::crypto, cat("decryption failed (item ", item, ")")});
  }

  static PyObject* open_all(Gil& gil, const Primitive& primitive, PinnedList& ciphertexts,
                            Bytes data) {
    const auto overhead = primitive.overhead();
    return overhead ? open_in_place(gil, primitive, ciphertexts, data, *overhead)
                    : open_in_arena(gil, primitive, ciphertexts, data);
  }

  // What had been opened when another was refused is wiped.
  struct WipedUnlessShown {
    const Ref& list;
    ~WipedUnlessShown() {
      const Py_ssize_t count = list ? PyList_GET_SIZE(list.get()) : 0;
      for (Py_ssize_t i = 0; i < count; ++i) {
        PyObject* const item = PyList_GET_ITEM(list.get(), i);
        if (item == nullptr) return;
        wipe(PyBytes_AS_STRING(item), static_cast<std::size_t>(PyBytes_GET_SIZE(item)));
      }
    }
  };

  // How long each plaintext is, is known: as seal_all.
  static PyObject* open_in_place(Gil& gil, const Primitive& primitive, PinnedList& ciphertexts,
                                 Bytes data, std::size_t overhead) {
    Ref results = new_hidden_list(ciphertexts.size());
    if (!results) return nullptr;
    const WipedUnlessShown opened{results};
    const auto make = [&](std::size_t i) -> PyObject* {
      if (ciphertexts[i].size() < overhead) return refuse(gil, i);
      return new_bytes(ciphertexts[i].size() - overhead).release();
    };
    FirstFailure failure;
    const auto write = [&](std::size_t begin, std::size_t end) {
      open_items(primitive, ciphertexts, data, results, begin, end, failure);
    };
    if (!fill(gil, ciphertexts, results, make, write)) return nullptr;
    return failure.any() ? refuse(gil, failure.item()) : show(std::move(results));
  }

  static void open_items(const Primitive& primitive, const PinnedList& ciphertexts, Bytes data,
                         const Ref& results, std::size_t begin, std::size_t end,
                         FirstFailure& failure) {
    std::array<Opening, messages_at_once> messages;
    while (begin < end) {
      const std::size_t count = std::min(end - begin, messages.size());
      for (std::size_t i = 0; i < count; ++i) {
        messages[i] = {ciphertexts[begin + i], data, item_data(results, begin + i)};
      }
      primitive.decrypt_many(std::span(messages).first(count));
      for (std::size_t i = 0; i < count; ++i) {
        if (!messages[i].ok) failure.at(begin + i);
      }
      begin += count;
    }
  }

  // How long a plaintext is shows only afterwards: they go through one piece of wiped memory, and
  // out of it only if none was refused.
  static PyObject* open_in_arena(Gil& gil, const Primitive& primitive, PinnedList& ciphertexts,
                                 Bytes data) {
    if (!ciphertexts.pin_all(gil)) return nullptr;
    Secret arena(ciphertexts.total());
    std::vector<Opening> messages;
    messages.reserve(ciphertexts.size());
    std::uint8_t* out = arena.data();
    for (std::size_t i = 0; i < ciphertexts.size(); ++i) {
      messages.push_back({ciphertexts[i], data, out});
      out += ciphertexts[i].size();
    }
    for_each_part(gil, messages.size(), ciphertexts.total(),
                  [&](std::size_t begin, std::size_t end) {
                    primitive.decrypt_many(std::span(messages).subspan(begin, end - begin));
                  });
    const auto refused = std::ranges::find(messages, false, &Opening::ok);
    if (refused != messages.end()) {
      return refuse(gil, static_cast<std::size_t>(refused - messages.begin()));
    }
    Ref results = new_hidden_list(messages.size());
    if (!results) return nullptr;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      PyObject* const text =
          PyBytes_FromStringAndSize(reinterpret_cast<const char*>(messages[i].out),
                                    static_cast<Py_ssize_t>(messages[i].size));
      if (text == nullptr) return nullptr;
      PyList_SET_ITEM(results.get(), static_cast<Py_ssize_t>(i), text);
    }
    return show(std::move(results));
  }
};

PyObject* new_aead(PyTypeObject* type, PyObject* tuple, PyObject* dict) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"Aead", aead_parameters, 1, 1}, tuple, dict, slots)) return nullptr;
    const Keyring* const keyring = keyring_of(gil, slots[0], "Aead");
    if (keyring == nullptr) return nullptr;
    Result<Aead> aead = Aead::create(*keyring);
    if (!aead) return python::raise(gil, aead.error());
    return Box<Aead>::make(type, *std::move(aead));
  });
}

PyObject* new_daead(PyTypeObject* type, PyObject* tuple, PyObject* dict) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"Daead", daead_parameters, 1, 1}, tuple, dict, slots)) return nullptr;
    const Keyring* const keyring = keyring_of(gil, slots[0], "Daead");
    if (keyring == nullptr) return nullptr;
    std::uint64_t id = keyring->primary_key_id();
    if (slots[1] != nullptr && slots[1] != Py_None) {
      const auto given = number(gil, slots[1], "key_id", 0xffffffff);
      if (!given) return nullptr;
      id = *given;
    }
    Result<Daead> daead = Daead::create(*keyring, static_cast<std::uint32_t>(id));
    if (!daead) return python::raise(gil, daead.error());
    return Box<Daead>::make(type, *std::move(daead));
  });
}

constexpr const char* encrypt_column_documentation =
    "encrypt_column($self, data, offsets, associated_data=b'', *, offset_width=None)\n--\n\n"
    "Encrypts each value of a column in Arrow's layout, with no Python object for a value.\n\n"
    "Value i is data[offsets[i]:offsets[i + 1]]. data: a bytes-like object; offsets: a contiguous\n"
    "buffer of n + 1 native int32 or int64 (of numpy, array, ...), or of bytes (as pyarrow's "
    "are),\n"
    "which are int32 unless offset_width says 8. Returns (data, offsets): bytes, and a memoryview "
    "of\n"
    "n + 1 integers as wide as the given ones, the first of which is 0. An empty value, and with "
    "it a\n"
    "null, is encrypted like any other. On all cores without the GIL. ValueError for offsets that\n"
    "fall or leave the data, OverflowError for a result that 32 bits don't reach.";
constexpr const char* decrypt_column_documentation =
    "decrypt_column($self, data, offsets, associated_data=b'', *, offset_width=None)\n--\n\n"
    "The column of plaintexts of what encrypt_column() gave; the same arguments and results.\n\n"
    "DecryptionError, and no result, if one of them can't be decrypted.";
constexpr const char* encrypt_column_into_documentation =
    "encrypt_column_into($self, data, offsets, out, out_offsets, associated_data=b'', *, "
    "offset_width=None)\n--\n\n"
    "encrypt_column() into two buffers of the caller's; returns the bytes written to out.\n\n"
    "out_offsets gets n + 1 integers as wide as those of offsets. ValueError, and nothing is "
    "written,\n"
    "if a buffer is too small (it says how much is needed) or overlaps another.";
constexpr const char* decrypt_column_into_documentation =
    "decrypt_column_into($self, data, offsets, out, out_offsets, associated_data=b'', *, "
    "offset_width=None)\n--\n\n"
    "decrypt_column() into two buffers of the caller's; returns the bytes written to out.\n\n"
    "As encrypt_column_into(); where the keyring's keys are of several kinds, out must be as long "
    "as\n"
    "the ciphertexts. After DecryptionError out is wiped as far as plaintexts would have gone.";
constexpr const char* encrypt_into_documentation =
    "encrypt_into($self, plaintext, out, associated_data=b'')\n--\n\n"
    "Encrypts into a buffer of the caller's; returns the length of the ciphertext.\n\n"
    "ValueError, and nothing is written, if out is too small (it says how much is needed) or "
    "overlaps\n"
    "the plaintext.";
constexpr const char* decrypt_into_documentation =
    "decrypt_into($self, ciphertext, out, associated_data=b'')\n--\n\n"
    "Decrypts into a buffer of the caller's; returns the length of the plaintext.\n\n"
    "As encrypt_into(); where the keyring's keys are of several kinds, out must be as long as the\n"
    "ciphertext. After DecryptionError out is wiped as far as the plaintext would have gone.";

template <class Primitive>
PyMethodDef column_methods[] = {
    {"encrypt_column", fast(ColumnMethods<Primitive>::encrypt_column), fast_flags,
     encrypt_column_documentation},
    {"decrypt_column", fast(ColumnMethods<Primitive>::decrypt_column), fast_flags,
     decrypt_column_documentation},
    {"encrypt_column_into", fast(ColumnMethods<Primitive>::encrypt_column_into), fast_flags,
     encrypt_column_into_documentation},
    {"decrypt_column_into", fast(ColumnMethods<Primitive>::decrypt_column_into), fast_flags,
     decrypt_column_into_documentation},
    {"encrypt_into", fast(ColumnMethods<Primitive>::encrypt_into), fast_flags,
     encrypt_into_documentation},
    {"decrypt_into", fast(ColumnMethods<Primitive>::decrypt_into), fast_flags,
     decrypt_into_documentation},
};

PyMethodDef aead_methods[] = {
    {"encrypt", fast(Methods<Aead>::encrypt), fast_flags,
     "encrypt($self, plaintext, associated_data=b'')\n--\n\n"
     "Encrypts with the primary key under a fresh nonce.\n\n"
     "The associated data is not in the result: decrypt() must get the same. Returns bytes, "
     "Tink's\n"
     "wire form: 01, the key id (4 bytes, big endian), the nonce (24 bytes with X-AES-GCM and\n"
     "XChaCha20-Poly1305, else 12), the ciphertext, the tag (16)."},
    {"decrypt", fast(Methods<Aead>::decrypt), fast_flags,
     "decrypt($self, ciphertext, associated_data=b'')\n--\n\n"
     "Decrypts with the enabled key that the ciphertext names, then with the raw ones.\n\n"
     "DecryptionError if no key opens it with this associated data."},
    {"encrypt_many", fast(Methods<Aead>::encrypt_many), fast_flags,
     "encrypt_many($self, plaintexts, associated_data=b'')\n--\n\n"
     "A list of what encrypt() makes of each, computed on all cores without the GIL."},
    {"decrypt_many", fast(Methods<Aead>::decrypt_many), fast_flags,
     "decrypt_many($self, ciphertexts, associated_data=b'')\n--\n\n"
     "A list of what decrypt() makes of each, computed on all cores without the GIL.\n\n"
     "DecryptionError, and no result, if one of them can't be decrypted."},
    column_methods<Aead>[0],
    column_methods<Aead>[1],
    column_methods<Aead>[2],
    column_methods<Aead>[3],
    column_methods<Aead>[4],
    column_methods<Aead>[5],
    { "__reduce__", refuse_pickling, METH_NOARGS, nullptr },
    { nullptr, nullptr, 0, nullptr },
};

PyMethodDef daead_methods[] = {
    {"encrypt_deterministically", fast(Methods<Daead>::encrypt), fast_flags,
     "encrypt_deterministically($self, plaintext, associated_data=b'')\n--\n\n"
     "Encrypts so that equal plaintexts under equal associated data give equal results.\n\n"
     "Returns bytes, Tink's wire form: 01, the key id (4 bytes, big endian), the synthetic IV "
     "(16),\n"
     "the ciphertext."},
    {"decrypt_deterministically", fast(Methods<Daead>::decrypt), fast_flags,
     "decrypt_deterministically($self, ciphertext, associated_data=b'')\n--\n\n"
     "Decrypts with the enabled key that the ciphertext names, then with the raw ones.\n\n"
     "DecryptionError if no key opens it with this associated data."},
    {"encrypt_many", fast(Methods<Daead>::encrypt_many), fast_flags,
     "encrypt_many($self, plaintexts, associated_data=b'')\n--\n\n"
     "A list of what encrypt_deterministically() makes of each, computed on all cores without the\n"
     "GIL."},
    {"decrypt_many", fast(Methods<Daead>::decrypt_many), fast_flags,
     "decrypt_many($self, ciphertexts, associated_data=b'')\n--\n\n"
     "A list of what decrypt_deterministically() makes of each, computed on all cores without the\n"
     "GIL. DecryptionError, and no result, if one of them can't be decrypted."},
    column_methods<Daead>[0],
    column_methods<Daead>[1],
    column_methods<Daead>[2],
    column_methods<Daead>[3],
    column_methods<Daead>[4],
    column_methods<Daead>[5],
    { "__reduce__", refuse_pickling, METH_NOARGS, nullptr },
    { nullptr, nullptr, 0, nullptr },
};

template <class Primitive>
PyGetSetDef properties[] = {
    {"primary_key_id", Methods<Primitive>::primary_key_id, nullptr,
     "The id of the key that encrypts.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

constexpr const char* aead_documentation =
    "Aead(keyring)\n--\n\n"
    "Authenticated encryption under a keyring, with nonces chosen for the caller.\n"
    "\n"
    "Holds copies of the keys: later changes of the keyring don't reach it. Any number of threads\n"
    "may use one. ValueError for a keyring with an enabled deterministic key.\n"
    "Format: https://developers.google.com/tink/wire-format";

constexpr const char* daead_documentation =
    "Daead(keyring, *, key_id=None)\n--\n\n"
    "Deterministic authenticated encryption (AES-SIV, RFC 5297) under a keyring.\n"
    "\n"
    "Shows who reads the results which plaintexts are equal, and nothing else. key_id: the key "
    "that\n"
    "encrypts, if not the primary, so that a rotation does not change the tokens. Holds copies of\n"
    "the keys; any number of threads may use one. ValueError for a keyring with an enabled key of\n"
    "another type.";

template <class Primitive>
PyType_Slot type_slots[] = {
    {Py_tp_doc,
     const_cast<char*>(std::is_same_v<Primitive, Aead> ? aead_documentation : daead_documentation)},
    {Py_tp_methods, std::is_same_v<Primitive, Aead> ? aead_methods : daead_methods},
    {Py_tp_getset, properties<Primitive>},
    {Py_tp_new, reinterpret_cast<void*>(std::is_same_v<Primitive, Aead> ? new_aead : new_daead)},
    {Py_tp_dealloc, reinterpret_cast<void*>(Box<Primitive>::destroy)},
    {0, nullptr},
};

template <class Primitive>
PyType_Spec spec = {
    .name = std::is_same_v<Primitive, Aead> ? "adyton.crypto.Aead" : "adyton.crypto.Daead",
    .basicsize = sizeof(Box<Primitive>),
    .itemsize = 0,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = type_slots<Primitive>,
};

}  // namespace

int add_aead_types(Gil& gil, PyObject* module, State&) {
  return add_class(gil, module, spec<Aead>) && add_class(gil, module, spec<Daead>) ? 0 : -1;
}

}  // namespace adyton::crypto
