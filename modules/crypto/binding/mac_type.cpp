// Message authentication codes under a keyring, with the shape of Tink's primitive.
#include <array>

#include "host/python/error.h"
#include "modules/crypto/binding/batch.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/digest_many.h"
#include "modules/crypto/binding/keyring_type.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/mac.h"

namespace adyton::crypto {
namespace {

using python::Ref;
using MacBox = Box<Mac>;

constexpr const char* new_parameters[] = {"keyring", "key_id"};
constexpr const char* compute_parameters[] = {"data"};
constexpr const char* verify_parameters[] = {"mac", "data"};
constexpr const char* many_parameters[] = {"messages"};
constexpr const char* column_parameters[] = {"data", "offsets", "offset_width"};

PyObject* new_mac(PyTypeObject* type, PyObject* tuple, PyObject* dict) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"Mac", new_parameters, 1, 1}, tuple, dict, slots)) return nullptr;
    const Keyring* const keyring = keyring_of(gil, slots[0], "Mac");
    if (keyring == nullptr) return nullptr;
    std::uint64_t id = keyring->primary_key_id();
    if (slots[1] != nullptr && slots[1] != Py_None) {
      const auto given = number(gil, slots[1], "key_id", 0xffffffff);
      if (!given) return nullptr;
      id = *given;
    }
    Result<Mac> mac = Mac::create(*keyring, static_cast<std::uint32_t>(id));
    if (!mac) return python::raise(gil, mac.error());
    return MacBox::make(type, *std::move(mac));
  });
}

PyObject* compute_mac(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"compute_mac", compute_parameters, 1, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto data = Buffer::of(gil, slots[0], "data");
    if (!data) return nullptr;
    const Mac& mac = MacBox::of(self);
    Ref out = new_bytes(mac.size());
    if (!out) return nullptr;
    const Tagging tagging{data->bytes(), data_of(out)};
    release_if_worth(gil, tagging.message.size(), [&] { mac.compute_many({}, {&tagging, 1}); });
    return out.release();
  });
}

PyObject* verify_mac(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"verify_mac", verify_parameters, 2, 2}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto code = Buffer::of(gil, slots[0], "mac");
    if (!code) return nullptr;
    const auto data = Buffer::of(gil, slots[1], "data");
    if (!data) return nullptr;
    bool right = false;
    release_if_worth(gil, data->bytes().size(),
                     [&] { right = MacBox::of(self).verify(code->bytes(), data->bytes()); });
    if (right) Py_RETURN_NONE;
    return refuse_verification(self);
  });
}

// What the batches call.
DigestBatch codes_of(const Mac& mac) {
  return [&mac](std::span<const Tagging> part) { mac.compute_many({}, part); };
}

PyObject* mac_many(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"mac_many", many_parameters, 1, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    auto messages = PinnedList::over(gil, slots[0], "messages");
    if (!messages) return nullptr;
    const Mac& mac = MacBox::of(self);
    return digest_list(gil, *messages, mac.size(), codes_of(mac));
  });
}

PyObject* mac_column(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[3];
    if (!take(gil, {"mac_column", column_parameters, 2, 2}, {values, count, names}, slots)) {
      return nullptr;
    }
    std::optional<OffsetWidth> width;
    if (!take_width(gil, slots[2], width)) return nullptr;
    const auto column = Column::of(gil, slots[0], slots[1], width);
    if (!column) return nullptr;
    const Mac& mac = MacBox::of(self);
    return digest_column(gil, *column, mac.size(), codes_of(mac));
  });
}

PyObject* get_key_id(PyObject* self, void*) {
  return PyLong_FromUnsignedLong(MacBox::of(self).key_id());
}
PyObject* get_size(PyObject* self, void*) {
  return PyLong_FromSize_t(MacBox::of(self).size());
}

PyMethodDef methods[] = {
    {"compute_mac", fast(compute_mac), fast_flags,
     "compute_mac($self, data)\n--\n\n"
     "The code of data, bytes of length size, in Tink's wire form: 01, the key id (4 bytes, big\n"
     "endian), the tag (32 with hmac-sha256, 64 with hmac-sha512)."},
    {"verify_mac", fast(verify_mac), fast_flags,
     "verify_mac($self, mac, data)\n--\n\n"
     "Returns if mac is the code of data under an enabled key of the keyring, in constant time;\n"
     "else VerificationError."},
    {"mac_many", fast(mac_many), fast_flags,
     "mac_many($self, messages)\n--\n\n"
     "A list of what compute_mac() makes of each, computed on all cores without the GIL."},
    {"mac_column", fast(mac_column), fast_flags,
     "mac_column($self, data, offsets, *, offset_width=None)\n--\n\n"
     "The codes of a column's values one after the other, as one bytes object.\n\n"
     "The column is as Aead.encrypt_column()'s; the code of value i is\n"
     "result[i * size:(i + 1) * size]."},
    {"__reduce__", refuse_pickling, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef properties[] = {
    {"primary_key_id", get_key_id, nullptr, "The id of the key that computes.", nullptr},
    {"size", get_size, nullptr, "The length of a code in bytes.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot type_slots[] = {
    {Py_tp_doc,
     const_cast<char*>(
         "Mac(keyring, *, key_id=None)\n--\n\n"
         "Message authentication codes (HMAC, RFC 2104) under a keyring.\n"
         "\n"
         "key_id: the key that computes, if not the primary, so that a rotation does not change "
         "the\n"
         "codes. Holds copies of the keys; any number of threads may use one. ValueError for a\n"
         "keyring with an enabled key that is not for authentication codes.\n"
         "Format: https://developers.google.com/tink/wire-format")},
    {Py_tp_methods, methods},
    {Py_tp_getset, properties},
    {Py_tp_new, reinterpret_cast<void*>(new_mac)},
    {Py_tp_dealloc, reinterpret_cast<void*>(MacBox::destroy)},
    {0, nullptr},
};

PyType_Spec spec = {
    .name = "adyton.crypto.Mac",
    .basicsize = sizeof(MacBox),
    .itemsize = 0,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = type_slots,
};

}  // namespace

int add_mac_type(Gil& gil, PyObject* module, State&) {
  return add_class(gil, module, spec) ? 0 : -1;
}

}  // namespace adyton::crypto
