#pragma once

#include <optional>
#include <span>
#include <string>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/state.h"
#include "modules/json/pointer.h"

namespace adyton::json {

using Tokens = std::span<const Pointer::Token>;

/// A pointer by RFC 6901: `text` must be a str. nullopt with TypeError or ValueError set.
std::optional<Pointer> parse_pointer(python::Gil& gil, PyObject* text);

/// What the token names in a value: a dict's or another mapping's member, a list's, a tuple's or
/// another sequence's element, or a part of a Document. Empty if it names nothing, or with an
/// exception set.
python::Ref child_of(python::Gil& gil, PyObject* value, const Pointer::Token& token);

/// Where tokens lead from `from`. `found` of them were followed: all, or those up to `value`, in
/// which the next one names nothing. Without a value an exception is set.
struct FollowedObject {
  python::Ref value;
  std::size_t found = 0;
};
FollowedObject follow(python::Gil& gil, PyObject* from, Tokens tokens);

/// Why `tokens[found]` names nothing in `value`, which tokens[0 … found) led to, in words.
std::string explain_absence(python::Gil& gil, PyObject* value, Tokens tokens, std::size_t found);

/// The value that `pointer`, a str, names within `from`; if there is none `otherwise`, where that
/// is not null. Empty with an exception set: PointerError if the pointer names nothing.
python::Ref resolve_pointer(python::Gil& gil, State& state, PyObject* from, PyObject* pointer,
                            PyObject* otherwise);

/// resolve(obj, pointer[, default]): `module` is adyton.json, the rest a vectorcall's arguments. A
/// new reference, or null with an exception set.
PyObject* resolve(python::Gil& gil, PyObject* module, PyObject* const* values,
                  Py_ssize_t positional, PyObject* names);

}  // namespace adyton::json
