#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Python.h>

#include "host/python/gil.h"
#include "modules/crypto/aead.h"
#include "modules/crypto/keyring_access.h"

namespace adyton::crypto {

/// The Aead in a Python object of that class; nullptr if it is something else.
const Aead* find_aead(python::Gil& gil, PyObject* object);

/// The strs of a list or tuple; nullopt with TypeError set for anything else. A lone str is
/// refused, too: its characters are no words.
std::optional<std::vector<std::string>> strings_of(python::Gil& gil, PyObject* object,
                                                   const char* name);

/// What the keyword arguments of Keyring.load() and save() say. Wiped when it goes.
struct AccessArguments {
  KeyringAccessOptions options;
  const Aead* aead = nullptr;

  AccessArguments() = default;
  AccessArguments(AccessArguments&&) = default;
  AccessArguments& operator=(AccessArguments&&) = delete;
  ~AccessArguments() {
    if (options.passphrase) wipe(*options.passphrase);
  }
};

/// Each is nullptr or None where it was not given. nullopt with an exception set for a wrong type.
std::optional<AccessArguments> access_arguments(python::Gil& gil, PyObject* passphrase,
                                                PyObject* identities, PyObject* recipients,
                                                PyObject* command, PyObject* aead);

}  // namespace adyton::crypto
