#pragma once

#include <optional>
#include <string>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/crypto/age/file_key.h"
#include "modules/crypto/binding/call.h"

namespace adyton::crypto {

using IdentityBox = Box<age::Identity>;
using RecipientBox = Box<age::Recipient>;

/// Who shall be able to open: a Recipient, a str that is one, or an iterable of these; or a
/// passphrase (str or bytes-like) with its work factor. Slots that are null or None were not given.
/// nullopt with an exception set.
std::optional<age::Recipients> recipients_of(python::Gil& gil, PyObject* recipients,
                                             PyObject* passphrase, PyObject* work_factor);

/// What is opened with: an Identity or an iterable of them; or a passphrase, with the work factor
/// that it may take at most. nullopt with an exception set.
std::optional<age::Identities> identities_of(python::Gil& gil, PyObject* identities,
                                             PyObject* passphrase, PyObject* most_work);

/// A str, bytes or os.PathLike as the bytes the operating system takes; nullopt with an exception
/// set.
std::optional<std::string> path_argument(python::Gil& gil, PyObject* path);

inline bool is_given(PyObject* argument) {
  return argument != nullptr && argument != Py_None;
}

}  // namespace adyton::crypto
