#include "host/base/os.h"
#include "host/python/error.h"
#include "modules/crypto/binding/buffer.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {
namespace {

using python::Ref;
using KeyringBox = Box<Keyring>;

constexpr const char* type_parameter[] = {"type"};
constexpr const char* key_id_parameter[] = {"key_id"};
constexpr const char* path_parameter[] = {"path"};
constexpr const char* text_parameter[] = {"text"};
constexpr const char* save_parameters[] = {"path", "overwrite"};

PyObject* unicode(std::string_view text) {
  return PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
}

// "x-aes-gcm" where the argument is left out; nullopt with an exception set.
std::optional<KeyType> key_type_of(Gil& gil, PyObject* object) {
  if (object == nullptr) return KeyType::x_aes_gcm;
  const auto name = text(gil, object, "type");
  if (!name) return std::nullopt;
  if (const auto type = parse_key_type(*name)) return type;
  std::string known;
  for (const std::string_view each : key_type_names()) {
    known += cat(known.empty() ? "" : ", ", each);
  }
  python::raise(gil, {ErrorCode::invalid,
                      cat("there is no key type ", in_quotes(*name), "; the types are ", known)});
  return std::nullopt;
}

// A str, bytes or os.PathLike as the bytes the operating system takes.
Ref path_of(PyObject* object) {
  PyObject* path = nullptr;
  if (PyUnicode_FSConverter(object, &path) == 0) return {};
  return Ref::steal(path);
}

PyObject* keyring_generate(PyObject* type, PyObject* const* values, Py_ssize_t count,
                           PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"generate", type_parameter, 0, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto key_type = key_type_of(gil, slots[0]);
    if (!key_type) return nullptr;
    return KeyringBox::make(reinterpret_cast<PyTypeObject*>(type), Keyring::generate(*key_type));
  });
}

PyObject* keyring_from_json(PyObject* type, PyObject* const* values, Py_ssize_t count,
                            PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"from_json", text_parameter, 1, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    std::optional<Buffer> buffer;
    std::optional<std::string_view> json;
    if (PyUnicode_Check(slots[0])) {
      json = text(gil, slots[0], "text");
    } else if (auto pinned = Buffer::of(gil, slots[0], "text")) {
      buffer.emplace(std::move(*pinned));
      json = as_text(buffer->bytes());
    }
    if (!json) return nullptr;
    Result<Keyring> keyring = Keyring::parse(*json);
    if (!keyring) return python::raise(gil, keyring.error());
    return KeyringBox::make(reinterpret_cast<PyTypeObject*>(type), *std::move(keyring));
  });
}

PyObject* keyring_load(PyObject* type, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"load", path_parameter, 1, 1}, {values, count, names}, slots)) return nullptr;
    const Ref path = path_of(slots[0]);
    if (!path) return nullptr;
    const auto os = make_os();
    Result<Keyring> keyring = load_keyring(*os, PyBytes_AS_STRING(path.get()));
    if (!keyring) return python::raise(gil, keyring.error());
    return KeyringBox::make(reinterpret_cast<PyTypeObject*>(type), *std::move(keyring));
  });
}

PyObject* keyring_save(PyObject* self, PyObject* const* values, Py_ssize_t count, PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[2];
    if (!take(gil, {"save", save_parameters, 1, 1}, {values, count, names}, slots)) return nullptr;
    const Ref path = path_of(slots[0]);
    if (!path) return nullptr;
    const int overwrite = slots[1] == nullptr ? 0 : PyObject_IsTrue(slots[1]);
    if (overwrite < 0) return nullptr;
    const auto os = make_os();
    const Status saved = save_keyring(*os, PyBytes_AS_STRING(path.get()), KeyringBox::of(self),
                                      overwrite != 0 ? Existing::replace : Existing::error);
    if (!saved) return python::raise(gil, saved.error());
    Py_RETURN_NONE;
  });
}

PyObject* keyring_to_json(PyObject* self, PyObject*) {
  return entry([=](Gil&) -> PyObject* {
    std::string json = KeyringBox::of(self).to_json();
    const WipeAtExit wipe_json(json);
    return unicode(json);
  });
}

PyObject* keyring_rotate(PyObject* self, PyObject* const* values, Py_ssize_t count,
                         PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"rotate", type_parameter, 0, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto key_type = key_type_of(gil, slots[0]);
    if (!key_type) return nullptr;
    return PyLong_FromUnsignedLong(KeyringBox::of(self).rotate(*key_type));
  });
}

// set_primary, enable, disable, destroy: a key id, nothing back.
template <Status (Keyring::*change)(std::uint32_t)>
PyObject* keyring_change(PyObject* self, PyObject* const* values, Py_ssize_t count,
                         PyObject* names) {
  return entry([=](Gil& gil) -> PyObject* {
    PyObject* slots[1];
    if (!take(gil, {"Keyring method", key_id_parameter, 1, 1}, {values, count, names}, slots)) {
      return nullptr;
    }
    const auto id = number(gil, slots[0], "key_id", 0xffffffff);
    if (!id) return nullptr;
    const Status changed = (KeyringBox::of(self).*change)(static_cast<std::uint32_t>(*id));
    if (!changed) return python::raise(gil, changed.error());
    Py_RETURN_NONE;
  });
}

PyObject* key_info(State& state, const KeyInfo& info) {
  Ref tuple = Ref::steal(PyStructSequence_New(as_type(state.key_info_type)));
  if (!tuple) return nullptr;
  PyObject* const fields[] = {
      PyLong_FromUnsignedLong(info.id),
      info.type ? unicode(key_type_name(*info.type)) : Py_NewRef(Py_None),
      unicode(key_status_name(info.status)),
      unicode(info.prefix == OutputPrefix::tink ? "tink" : "raw"),
      PyBool_FromLong(info.primary),
  };
  for (Py_ssize_t i = 0; i < 5; ++i) PyStructSequence_SetItem(tuple.get(), i, fields[i]);
  return PyErr_Occurred() != nullptr ? nullptr : tuple.release();
}

PyObject* keyring_keys(PyObject* self, void*) {
  return entry([=](Gil&) -> PyObject* {
    State& state = state_of_class(Py_TYPE(self));
    Ref list = Ref::steal(PyList_New(0));
    if (!list) return nullptr;
    for (const KeyInfo& info : KeyringBox::of(self).keys()) {
      const Ref item = Ref::steal(key_info(state, info));
      if (!item || PyList_Append(list.get(), item.get()) != 0) return nullptr;
    }
    return list.release();
  });
}

PyObject* keyring_primary(PyObject* self, void*) {
  return PyLong_FromUnsignedLong(KeyringBox::of(self).primary_key_id());
}

PyObject* keyring_repr(PyObject* self) {
  return entry([=](Gil&) -> PyObject* {
    std::string out = "<Keyring";
    for (const KeyInfo& info : KeyringBox::of(self).keys()) {
      out += cat(out.size() > 8 ? ", " : " ", info.id, ' ',
                 info.type ? key_type_name(*info.type) : "unknown");
      if (info.status != KeyStatus::enabled) out += cat(' ', key_status_name(info.status));
      if (info.primary) out += " primary";
    }
    return unicode(out + ">");
  });
}

PyMethodDef methods[] = {
    {"generate", fast(keyring_generate), fast_flags | METH_CLASS,
     "generate($type, type='x-aes-gcm')\n--\n\n"
     "A new keyring with one key, the primary.\n\n"
     "type: one of adyton.crypto.key_types. ValueError for another."},
    {"from_json", fast(keyring_from_json), fast_flags | METH_CLASS,
     "from_json($type, text)\n--\n\n"
     "Reads a cleartext Tink keyset in JSON (str or bytes).\n\n"
     "ValueError, which names the key id, for anything else, and for key types, versions or\n"
     "output prefixes that Adyton does not have."},
    {"load", fast(keyring_load), fast_flags | METH_CLASS,
     "load($type, path)\n--\n\n"
     "Reads a keyring file.\n\n"
     "OSError if it can't be read. ValueError if it is no keyring, or if it is the user's own and\n"
     "group or others may read it (chmod 600 mends that)."},
    {"save", fast(keyring_save), fast_flags,
     "save($self, path, *, overwrite=False)\n--\n\n"
     "Writes a keyring file with mode 0600, the keys in the clear.\n\n"
     "After a crash there is the old file or the new one, never a part. ValueError if the name is\n"
     "taken, unless overwrite is true."},
    {"to_json", keyring_to_json, METH_NOARGS,
     "to_json($self)\n--\n\n"
     "The keyring as a Tink keyset in JSON, a str with the keys in the clear."},
    {"rotate", fast(keyring_rotate), fast_flags,
     "rotate($self, type='x-aes-gcm')\n--\n\n"
     "Adds a new key, makes it the primary and returns its id; the old keys go on decrypting.\n\n"
     "An Aead or Daead made before keeps the keys it was made with."},
    {"set_primary", fast(keyring_change<&Keyring::set_primary>), fast_flags,
     "set_primary($self, key_id)\n--\n\nMakes an enabled key the one that encrypts."},
    {"enable", fast(keyring_change<&Keyring::enable>), fast_flags,
     "enable($self, key_id)\n--\n\nLets a disabled key decrypt again."},
    {"disable", fast(keyring_change<&Keyring::disable>), fast_flags,
     "disable($self, key_id)\n--\n\n"
     "Takes a key out of use, for the time being. ValueError for the primary."},
    {"destroy", fast(keyring_change<&Keyring::destroy>), fast_flags,
     "destroy($self, key_id)\n--\n\n"
     "Erases a key's bytes for good: what it encrypted is lost. ValueError for the primary."},
    {"__reduce__", refuse_pickling, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef properties[] = {
    {"keys", keyring_keys, nullptr,
     "The keys as a list of KeyInfo(id, type, status, output_prefix, primary).", nullptr},
    {"primary_key_id", keyring_primary, nullptr, "The id of the key that encrypts.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

constexpr const char* documentation =
    "A set of keys, one of them the primary, as a Tink keyset.\n"
    "\n"
    "Made by generate(), from_json() or load(). The key bytes lie in locked memory that core "
    "dumps\n"
    "leave out; only to_json() and save() give them away. Not for use by several threads while "
    "one\n"
    "changes it. Format: https://developers.google.com/tink/design/keysets";

PyType_Slot type_slots[] = {
    {Py_tp_doc, const_cast<char*>(documentation)},
    {Py_tp_methods, methods},
    {Py_tp_getset, properties},
    {Py_tp_repr, reinterpret_cast<void*>(keyring_repr)},
    {Py_tp_dealloc, reinterpret_cast<void*>(KeyringBox::destroy)},
    {0, nullptr},
};

PyType_Spec spec = {
    .name = "adyton.crypto.Keyring",
    .basicsize = sizeof(KeyringBox),
    .itemsize = 0,
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = type_slots,
};

PyStructSequence_Field info_fields[] = {
    {"id", "the key's id, 0 to 2**32 - 1"},
    {"type", "one of key_types, or None for a destroyed key whose type is forgotten"},
    {"status", "'enabled', 'disabled' or 'destroyed'"},
    {"output_prefix", "'tink' (01 and the key id stand before a ciphertext) or 'raw'"},
    {"primary", "whether this key encrypts"},
    {nullptr, nullptr},
};

PyStructSequence_Desc info_description = {
    "adyton.crypto.KeyInfo", "What may be told about a key: all but its bytes.", info_fields, 5};

}  // namespace

int add_keyring_type(Gil& gil, PyObject* module, State& state) {
  state.key_info_type =
      Ref::steal(reinterpret_cast<PyObject*>(PyStructSequence_NewType(&info_description)));
  if (!state.key_info_type ||
      PyModule_AddObjectRef(module, "KeyInfo", state.key_info_type.get()) != 0) {
    return -1;
  }
  state.keyring_type = add_class(gil, module, spec);
  return state.keyring_type ? 0 : -1;
}

}  // namespace adyton::crypto
