#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <Python.h>

#include "host/python/gil.h"
#include "modules/crypto/keyring_store.h"

namespace adyton::crypto {

/// The strs of a list or tuple; nullopt with TypeError set for anything else. A lone str is
/// refused, too: its characters are no words.
std::optional<std::vector<std::string>> strings_of(python::Gil& gil, PyObject* object,
                                                   const char* name);

/// The keyword arguments of Keyring.load(); null or None where they were not given.
struct OpeningArguments {
  PyObject* identities;
  PyObject* passphrase;
  PyObject* command;
  PyObject* aead;
};

/// Those of Keyring.save().
struct SealingArguments {
  PyObject* recipients;
  PyObject* passphrase;
  PyObject* work_factor;
  PyObject* command;
  PyObject* aead;
};

/// What opens a keyring file, or seals one. Moves; what opener() and sealer() give is valid as long
/// as it and the arguments' objects stay where they are. nullopt with an exception set.
class KeyringAccessArguments {
 public:
  static std::optional<KeyringAccessArguments> to_open(python::Gil& gil,
                                                       const OpeningArguments& arguments);
  static std::optional<KeyringAccessArguments> to_seal(python::Gil& gil,
                                                       const SealingArguments& arguments);

  KeyringOpener opener() const { return {wrapper_.get(), identities_ ? &*identities_ : nullptr}; }
  KeyringSealer sealer() const;

 private:
  bool take_wrapper(python::Gil& gil, PyObject* command, PyObject* aead);

  std::unique_ptr<KeyWrapper> wrapper_;
  std::optional<age::Identities> identities_;
  std::optional<age::Recipients> recipients_;
};

}  // namespace adyton::crypto
