#include "modules/crypto/binding/access_arguments.h"

#include "host/python/ref.h"
#include "modules/crypto/binding/buffer.h"
#include "modules/crypto/binding/call.h"

namespace adyton::crypto {
namespace {

using python::Ref;

bool given(PyObject* object) {
  return object != nullptr && object != Py_None;
}

std::optional<std::string> passphrase_of(Gil& gil, PyObject* object) {
  if (PyUnicode_Check(object)) {
    const auto characters = text(gil, object, "passphrase");
    return characters ? std::optional(std::string(*characters)) : std::nullopt;
  }
  const auto bytes = Buffer::of(gil, object, "passphrase");
  return bytes ? std::optional(std::string(as_text(bytes->bytes()))) : std::nullopt;
}

bool add_path(std::vector<std::string>& paths, PyObject* object) {
  PyObject* path = nullptr;
  if (PyUnicode_FSConverter(object, &path) == 0) return false;
  const Ref owned = Ref::steal(path);
  paths.emplace_back(PyBytes_AS_STRING(path), static_cast<std::size_t>(PyBytes_GET_SIZE(path)));
  return true;
}

// One path, or a list or tuple of them.
bool add_paths(std::vector<std::string>& paths, PyObject* object) {
  if (!PyList_Check(object) && !PyTuple_Check(object)) return add_path(paths, object);
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
    if (!add_path(paths, PySequence_Fast_GET_ITEM(object, i))) return false;
  }
  return true;
}

}  // namespace

const Aead* find_aead(Gil&, PyObject* object) {
  // The class can't be derived from, and no other is destroyed so.
  return Py_TYPE(object)->tp_dealloc == Box<Aead>::destroy ? &Box<Aead>::of(object) : nullptr;
}

std::optional<std::vector<std::string>> strings_of(Gil& gil, PyObject* object, const char* name) {
  if (!PyList_Check(object) && !PyTuple_Check(object)) {
    PyErr_Format(PyExc_TypeError, "%s must be a list of str, not %.100s", name,
                 Py_TYPE(object)->tp_name);
    return std::nullopt;
  }
  std::vector<std::string> strings;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
    const auto each = text(gil, PySequence_Fast_GET_ITEM(object, i), name);
    if (!each) return std::nullopt;
    if (each->find('\0') != std::string_view::npos) {
      PyErr_Format(PyExc_ValueError, "%s: embedded null character", name);
      return std::nullopt;
    }
    strings.emplace_back(*each);
  }
  return strings;
}

std::optional<AccessArguments> access_arguments(Gil& gil, PyObject* passphrase,
                                                PyObject* identities, PyObject* recipients,
                                                PyObject* command, PyObject* aead) {
  AccessArguments all;
  if (given(passphrase)) {
    all.options.passphrase = passphrase_of(gil, passphrase);
    if (!all.options.passphrase) return std::nullopt;
  }
  if (given(identities) && !add_paths(all.options.identity_files, identities)) return std::nullopt;
  if (given(recipients)) {
    auto texts = strings_of(gil, recipients, "recipients");
    if (!texts) return std::nullopt;
    // Of nobody is no way to leave the keys in the clear.
    if (texts->empty()) {
      PyErr_SetString(PyExc_ValueError, "recipients is empty; name at least one, age1…");
      return std::nullopt;
    }
    all.options.recipients = *std::move(texts);
  }
  if (given(command)) {
    auto words = strings_of(gil, command, "command");
    if (!words) return std::nullopt;
    all.options.command = *std::move(words);
    if (all.options.command.empty()) {
      PyErr_SetString(PyExc_ValueError, "command is empty; its first word is a program");
      return std::nullopt;
    }
  }
  if (!given(aead)) return all;
  all.aead = find_aead(gil, aead);
  if (all.aead != nullptr) return all;
  PyErr_Format(PyExc_TypeError, "aead must be an Aead, not %.100s", Py_TYPE(aead)->tp_name);
  return std::nullopt;
}

}  // namespace adyton::crypto
