#include "modules/crypto/binding/access_arguments.h"

#include <algorithm>
#include <initializer_list>

#include "modules/crypto/binding/age_arguments.h"
#include "modules/crypto/binding/call.h"

namespace adyton::crypto {
namespace {

// False with ValueError set if more than one is given.
bool one_way(std::initializer_list<PyObject*> ways) {
  if (std::ranges::count_if(ways, is_given) <= 1) return true;
  PyErr_SetString(PyExc_ValueError,
                  "a keyring is sealed in one way: to recipients, whose identities open it, by a "
                  "passphrase, by a command, or by an Aead");
  return false;
}

}  // namespace

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

std::optional<KeyringAccessArguments> KeyringAccessArguments::to_open(
    Gil& gil, const OpeningArguments& arguments) {
  const auto& [identities, passphrase, command, aead] = arguments;
  KeyringAccessArguments all;
  if (!one_way({identities, passphrase, command, aead})) return std::nullopt;
  if (is_given(identities) || is_given(passphrase)) {
    all.identities_ = identities_of(gil, identities, passphrase, nullptr);
    if (!all.identities_) return std::nullopt;
  }
  if (!all.take_wrapper(gil, command, aead)) return std::nullopt;
  return all;
}

std::optional<KeyringAccessArguments> KeyringAccessArguments::to_seal(
    Gil& gil, const SealingArguments& arguments) {
  const auto& [recipients, passphrase, work_factor, command, aead] = arguments;
  KeyringAccessArguments all;
  if (!one_way({recipients, passphrase, command, aead})) return std::nullopt;
  if (is_given(recipients) || is_given(passphrase)) {
    all.recipients_ = recipients_of(gil, recipients, passphrase, work_factor);
    if (!all.recipients_) return std::nullopt;
  }
  if (!all.take_wrapper(gil, command, aead)) return std::nullopt;
  return all;
}

KeyringSealer KeyringAccessArguments::sealer() const {
  if (wrapper_) return wrapper_.get();
  return recipients_ ? KeyringSealer(&*recipients_) : KeyringSealer();
}

bool KeyringAccessArguments::take_wrapper(Gil& gil, PyObject* command, PyObject* aead) {
  if (is_given(command)) {
    auto words = strings_of(gil, command, "command");
    if (!words) return false;
    if (words->empty()) {
      PyErr_SetString(PyExc_ValueError, "command is empty; its first word is a program");
      return false;
    }
    wrapper_ = std::make_unique<CommandWrapper>(Command{*std::move(words)});
  }
  if (!is_given(aead)) return true;
  const Aead* const found = Box<Aead>::find(aead);
  if (found == nullptr) {
    PyErr_Format(PyExc_TypeError, "aead must be an Aead, not %.100s", Py_TYPE(aead)->tp_name);
    return false;
  }
  wrapper_ = std::make_unique<AeadWrapper>(*found);
  return true;
}

}  // namespace adyton::crypto
