#include "modules/crypto/binding/keyring_type.h"

#include <memory>

#include "host/base/os.h"
#include "modules/crypto/binding/access_arguments.h"
#include "modules/crypto/binding/buffer.h"
#include "modules/crypto/binding/call.h"
#include "modules/crypto/binding/checked.h"
#include "modules/crypto/binding/state.h"
#include "modules/crypto/purpose.h"

namespace adyton::crypto {
namespace {

namespace py = pybind11;
using py::literals::operator""_a;
using KeyringClass = py::class_<Keyring>;

KeyType key_type_of(Gil& gil, py::handle argument) {
  const std::string_view name = checked(text(gil, argument.ptr(), "type"));
  if (const auto type = parse_key_type(name)) return *type;
  std::string known;
  for (const std::string_view each : key_type_names()) {
    known += cat(known.empty() ? "" : ", ", each);
  }
  throw py::value_error(cat("there is no key type ", in_quotes(name), "; the types are ", known));
}

// A str, bytes or os.PathLike as the bytes the operating system takes.
std::string path_of(py::handle argument) {
  PyObject* path = nullptr;
  if (PyUnicode_FSConverter(argument.ptr(), &path) == 0) throw ExceptionIsSet();
  return py::reinterpret_steal<py::bytes>(path);
}

std::unique_ptr<Keyring> boxed(Keyring keyring) {
  return std::make_unique<Keyring>(std::move(keyring));
}

std::unique_ptr<Keyring> generate(py::handle type) {
  Gil gil = Gil::held_by_caller();
  return boxed(Keyring::generate(key_type_of(gil, type)));
}

std::unique_ptr<Keyring> from_json(py::handle json) {
  Gil gil = Gil::held_by_caller();
  if (py::isinstance<py::str>(json)) {
    return boxed(checked(gil, Keyring::parse(checked(text(gil, json.ptr(), "text")))));
  }
  const Buffer buffer = checked(Buffer::of(gil, json.ptr(), "text"));
  return boxed(checked(gil, Keyring::parse(as_text(buffer.bytes()))));
}

std::unique_ptr<Keyring> load(py::handle path, py::handle identities, py::handle passphrase,
                              py::handle command, py::handle aead) {
  Gil gil = Gil::held_by_caller();
  const auto access = checked(KeyringAccessArguments::to_open(
      gil, {identities.ptr(), passphrase.ptr(), command.ptr(), aead.ptr()}));
  const std::string name = path_of(path);
  Result<Keyring> keyring = Error{};
  {
    // scrypt and commands take their time.
    const python::GilRelease released(gil);
    keyring = load_keyring(*make_os(), name, access.opener());
  }
  return boxed(checked(gil, std::move(keyring)));
}

void save(const Keyring& keyring, py::handle path, py::handle overwrite, py::handle recipients,
          py::handle passphrase, py::handle work_factor, py::handle command, py::handle aead) {
  Gil gil = Gil::held_by_caller();
  const int replaces = PyObject_IsTrue(overwrite.ptr());
  if (replaces < 0) throw ExceptionIsSet();
  const Existing existing = replaces != 0 ? Existing::replace : Existing::error;
  const auto access = checked(KeyringAccessArguments::to_seal(
      gil, {recipients.ptr(), passphrase.ptr(), work_factor.ptr(), command.ptr(), aead.ptr()}));
  const std::string name = path_of(path);
  Status saved;
  {
    const python::GilRelease released(gil);
    saved = save_keyring(*make_os(), name, keyring, existing, access.sealer());
  }
  checked(gil, saved);
}

std::unique_ptr<Keyring> public_keyring(const Keyring& keyring) {
  Gil gil = Gil::held_by_caller();
  return boxed(checked(gil, keyring.public_keyring()));
}

py::str to_json(const Keyring& keyring) {
  std::string json = keyring.to_json();
  const WipeAtExit wipe_json(json);
  return json;
}

std::uint32_t rotate(Keyring& keyring, py::handle type) {
  Gil gil = Gil::held_by_caller();
  const KeyType wanted = type.is_none() ? keyring.primary_type() : key_type_of(gil, type);
  if (!keyring.holds_secrets()) {
    throw py::value_error(
        "a keyring of public keys is not rotated; rotate the one that they come from");
  }
  if (key_purpose(wanted) != key_purpose(keyring.primary_type())) {
    throw py::value_error(cat("the keyring holds ", key_type_name(keyring.primary_type()),
                              " keys, and ", key_type_name(wanted),
                              " is for another purpose, which has a keyring of its own"));
  }
  return keyring.rotate(wanted);
}

// set_primary, enable, disable, destroy: a key id, nothing back.
template <Status (Keyring::*change)(std::uint32_t)>
void change_key(Keyring& keyring, py::handle key_id) {
  Gil gil = Gil::held_by_caller();
  const auto id = checked(number(gil, key_id.ptr(), "key_id", 0xffffffff));
  checked(gil, (keyring.*change)(static_cast<std::uint32_t>(id)));
}

py::list keys(const Keyring& keyring) {
  const py::object key_info = py::type::of<Keyring>().attr("_KeyInfo");
  py::list list;
  for (const KeyInfo& key : keyring.keys()) {
    const py::object type = key.type ? py::cast(key_type_name(*key.type)) : py::none();
    const char* const prefix = key.prefix == OutputPrefix::tink ? "tink" : "raw";
    list.append(key_info(py::make_tuple(key.id, type, key_status_name(key.status), prefix,
                                        key.primary, key_part_name(key.part))));
  }
  return list;
}

std::string represent(const Keyring& keyring) {
  std::string out;
  for (const KeyInfo& key : keyring.keys()) {
    out += cat(out.empty() ? "<Keyring " : ", ", key.id, ' ',
               key.type ? key_type_name(*key.type) : "unknown");
    if (key.status != KeyStatus::enabled) out += cat(' ', key_status_name(key.status));
    if (key.primary) out += " primary";
  }
  return out + ">";
}

void refuse_to_reduce(py::handle keyring) {
  refuse_pickling(keyring.ptr(), nullptr);
  throw ExceptionIsSet();
}

template <class Function, class... Parameters>
void factory(KeyringClass& type, const char* name, Function function, const char* docstring,
             const Parameters&... parameters) {
  type.def_static(name, function, docstring, parameters...);
  type.def_static(name, refuse_call(docstring));
}

template <class Function, class... Parameters>
void method(KeyringClass& type, const char* name, Function function, const char* docstring,
            const Parameters&... parameters) {
  type.def(name, function, docstring, parameters...);
  type.def(name, refuse_call(docstring));
}

constexpr const char* documentation =
    "A set of keys, one of them the primary, as a Tink keyset.\n"
    "\n"
    "Made by generate(), from_json() or load(). The key bytes lie in locked memory that core "
    "dumps\n"
    "leave out; only to_json() and save() give them away. Not for use by several threads while "
    "one\n"
    "changes it. Format: https://developers.google.com/tink/design/keysets";

void add_factories(KeyringClass& type) {
  factory(type, "generate", generate,
          "generate(type='x-aes-gcm')\n--\n\n"
          "A new keyring with one key, the primary.\n\n"
          "type: one of adyton.crypto.key_types. ValueError for another.",
          "type"_a = "x-aes-gcm");
  factory(type, "from_json", from_json,
          "from_json(text)\n--\n\n"
          "Reads a cleartext Tink keyset in JSON (str or bytes).\n\n"
          "ValueError, which names the key id, for anything else, and for key types, versions or\n"
          "output prefixes that Adyton does not have.",
          "text"_a);
  factory(
      type, "load", load,
      "load(path, *, identities=None, passphrase=None, command=None, aead=None)\n--\n\n"
      "Reads a keyring file, in the clear or sealed.\n\n"
      "identities, passphrase: as unseal()'s. command: a list of str, run with 'decrypt' as its\n"
      "last argument; it gets the sealed bytes on its standard input and prints the opened ones;\n"
      "no shell, one minute. aead: an Aead. At most one of them; what the file does not need is\n"
      "not used. OSError if it can't be read or the command fails. DecryptionError if it does\n"
      "not open. ValueError if it is no keyring, if it is a link or another user's, or if it is\n"
      "the user's own, in the clear, and group or others may read it (chmod 600 mends that).",
      "path"_a, py::kw_only(), "identities"_a = py::none(), "passphrase"_a = py::none(),
      "command"_a = py::none(), "aead"_a = py::none());
}

void add_output(KeyringClass& type) {
  method(
      type, "save", save,
      "save(self, path, *, overwrite=False, recipients=None, passphrase=None, work_factor=18, "
      "command=None, aead=None)\n--\n\n"
      "Writes a keyring file with mode 0600.\n\n"
      "Sealed to age recipients or by a passphrase (as seal()'s, with its work_factor), by a\n"
      "command (a list of str, run with 'encrypt' as its last argument: bytes in, bytes out) or "
      "by\n"
      "an Aead; in the clear without any of them. Formats: age v1, Tink's encrypted keyset. After\n"
      "a crash there is the old file or the new one, never a part. ValueError if the name is\n"
      "taken, unless overwrite is true.",
      "path"_a, py::kw_only(), "overwrite"_a = false, "recipients"_a = py::none(),
      "passphrase"_a = py::none(), "work_factor"_a = py::none(), "command"_a = py::none(),
      "aead"_a = py::none());
  method(type, "to_json", to_json,
         "to_json(self)\n--\n\n"
         "The keyring as a Tink keyset in JSON, a str with the keys in the clear.");
  method(type, "public", public_keyring,
         "public(self)\n--\n\n"
         "A keyring of the public halves, for those who verify: same ids, states and primary.\n\n"
         "ValueError for keys that do not sign.");
  type.def("__repr__", represent);
  type.def("__reduce__", refuse_to_reduce);
}

void add_changes(KeyringClass& type) {
  method(type, "rotate", rotate,
         "rotate(self, type=None)\n--\n\n"
         "Adds a new key, makes it the primary and returns its id; the old keys go on decrypting\n"
         "or verifying.\n\n"
         "type: one of key_types for the same purpose; the primary's if None. An Aead made before\n"
         "keeps the keys it was made with. ValueError for another purpose and for public keys.",
         "type"_a = py::none());
  method(type, "set_primary", change_key<&Keyring::set_primary>,
         "set_primary(self, key_id)\n--\n\nMakes an enabled key the one that encrypts.",
         "key_id"_a);
  method(type, "enable", change_key<&Keyring::enable>,
         "enable(self, key_id)\n--\n\nLets a disabled key decrypt again.", "key_id"_a);
  method(type, "disable", change_key<&Keyring::disable>,
         "disable(self, key_id)\n--\n\n"
         "Takes a key out of use, for the time being. ValueError for the primary.",
         "key_id"_a);
  method(type, "destroy", change_key<&Keyring::destroy>,
         "destroy(self, key_id)\n--\n\n"
         "Erases a key's bytes for good: what it encrypted is lost. ValueError for the primary.",
         "key_id"_a);
}

// A tuple with names, as typing.NamedTuple describes; collections.namedtuple would make the import
// of this module ten times as long.
py::object make_key_info_class() {
  PyStructSequence_Field fields[] = {
      {"id", "the key's id, 0 to 2**32 - 1"},
      {"type", "one of key_types, or None for a destroyed key whose type is forgotten"},
      {"status", "'enabled', 'disabled' or 'destroyed'"},
      {"output_prefix", "'tink' (01 and the key id stand before a ciphertext) or 'raw'"},
      {"primary", "whether this key encrypts, signs or hashes"},
      {"part", "'symmetric', 'private' or 'public'"},
      {nullptr, nullptr},
  };
  PyStructSequence_Desc description = {
      "adyton.crypto.KeyInfo", "What may be told about a key: all but its bytes.", fields, 6};
  auto type = py::reinterpret_steal<py::object>(
      reinterpret_cast<PyObject*>(PyStructSequence_NewType(&description)));
  if (!type) throw ExceptionIsSet();
  // Kept for good: such a tuple asks its class for its length when it goes, and the collector may
  // have emptied the class before, at the interpreter's end.
  type.inc_ref();
  // What repr() begins with.
  reinterpret_cast<PyTypeObject*>(type.ptr())->tp_name = "KeyInfo";
  return type;
}

py::object make_keyring_class(py::module_& module) {
  py::options options;
  options.disable_function_signatures();
  // Keyrings are made by the three functions that say where their keys come from.
  const py::custom_type_setup no_constructor(
      [](PyHeapTypeObject* type) { type->ht_type.tp_flags |= Py_TPFLAGS_DISALLOW_INSTANTIATION; });
  KeyringClass type(module, "Keyring", documentation, py::is_final(), no_constructor);
  add_factories(type);
  add_output(type);
  add_changes(type);
  type.def_property_readonly(
      "keys", keys,
      "The keys as a list of KeyInfo(id, type, status, output_prefix, primary, part).");
  type.def_property_readonly("primary_key_id", &Keyring::primary_key_id,
                             "The id of the key that encrypts.");
  type.attr("_KeyInfo") = make_key_info_class();
  reinterpret_cast<PyTypeObject*>(type.ptr())->tp_flags |= Py_TPFLAGS_IMMUTABLETYPE;
  return type;
}

// pybind11 knows one class for a C++ type in a process. A second import of the module, or one in a
// sub-interpreter, gets the same class as long as that lives.
py::object keyring_class(py::module_& module) {
  if (const py::handle known = py::detail::get_type_handle(typeid(Keyring), false)) {
    return py::reinterpret_borrow<py::object>(known);
  }
  return make_keyring_class(module);
}

}  // namespace

const Keyring* keyring_of(Gil&, PyObject* object, const char* function) {
  const py::handle handle(object);
  if (py::isinstance<Keyring>(handle)) return handle.cast<const Keyring*>();
  PyErr_Format(PyExc_TypeError, "%s() takes a Keyring, not %.100s; load one with Keyring.load()",
               function, Py_TYPE(object)->tp_name);
  return nullptr;
}

int add_keyring_type(Gil&, PyObject* object, State&) {
  auto module = py::reinterpret_borrow<py::module_>(object);
  const py::object type = keyring_class(module);
  module.attr("Keyring") = type;
  module.attr("KeyInfo") = type.attr("_KeyInfo");
  return 0;
}

}  // namespace adyton::crypto
