#include "modules/json/binding/pointers.h"

#include "host/base/text.h"
#include "host/python/error.h"
#include "modules/json/binding/arguments.h"
#include "modules/json/binding/document.h"
#include "modules/json/binding/guarded.h"
#include "modules/json/binding/scalar.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

enum class Structure { mapping, sequence, scalar };

/// What a value is to a pointer.
Structure structure_of(PyObject* value) {
  if (PyDict_Check(value)) return Structure::mapping;
  if (PyList_Check(value) || PyTuple_Check(value)) return Structure::sequence;
  if (is_document(value)) {
    const ValueKind kind = kind_of(as_document(value));
    if (kind == ValueKind::object) return Structure::mapping;
    return kind == ValueKind::array ? Structure::sequence : Structure::scalar;
  }
  if (PyUnicode_Check(value) || PyBytes_Check(value) || PyByteArray_Check(value)) {
    return Structure::scalar;
  }
  if (PyMapping_Check(value) != 0 && PyObject_HasAttrString(value, "keys") != 0) {
    return Structure::mapping;
  }
  // A class with __getitem__ alone may be anything.
  return PySequence_Check(value) != 0 && PyObject_HasAttrString(value, "index") != 0
             ? Structure::sequence
             : Structure::scalar;
}

/// `value` if there is one. Absence is no error.
Ref unless_absent(Ref value) {
  if (!value && PyErr_ExceptionMatches(PyExc_LookupError) != 0) PyErr_Clear();
  return value;
}

Ref member_of(Gil& gil, PyObject* mapping, std::string_view name) {
  const Ref key = make_name(gil, name);
  if (!key) return Ref();
  if (PyDict_CheckExact(mapping)) {
    return Ref::borrow(PyDict_GetItemWithError(mapping, key.get()));
  }
  return unless_absent(Ref::steal(PyObject_GetItem(mapping, key.get())));
}

Ref element_of(PyObject* sequence, std::size_t number) {
  const Py_ssize_t size = PyObject_Size(sequence);
  if (size < 0 || number >= static_cast<std::size_t>(size)) return Ref();
  return unless_absent(Ref::steal(PySequence_GetItem(sequence, static_cast<Py_ssize_t>(number))));
}

/// "the array at "/a/b"", "the whole document".
std::string place(std::string_view what, Tokens tokens) {
  if (tokens.empty()) return cat("the ", what, " that is the whole document");
  std::string pointer;
  for (const Pointer::Token& token : tokens) pointer += cat('/', written_token(token.key));
  return cat("the ", what, " at ", in_quotes(pointer));
}

void raise_absence(Gil& gil, State& state, const FollowedObject& at, Tokens tokens) {
  const std::string message = explain_absence(gil, at.value.get(), tokens, at.found);
  PyErr_SetString(state.documents().pointer_error.get(), message.c_str());
}

/// From a Document on, without making what lies in between.
FollowedObject follow_document(Gil& gil, PyObject* object, Tokens tokens) {
  Document& document = as_document(object);
  const Navigator::Followed at = document.root->navigator.follow(document.spot, tokens);
  if (at.found == 0) return {Ref::borrow(object), 0};
  return {make_value(gil, document, at.spot), at.found};
}

}  // namespace

std::optional<Pointer> parse_pointer(Gil& gil, PyObject* text) {
  if (!PyUnicode_Check(text)) {
    PyErr_Format(PyExc_TypeError, "a JSON Pointer is a str, not %.100s", Py_TYPE(text)->tp_name);
    return std::nullopt;
  }
  std::string buffer;
  std::string_view utf8;
  if (!read_name(gil, text, buffer, utf8)) return std::nullopt;
  auto pointer = Pointer::parse(utf8, Pointer::Stars::plain);
  if (pointer) return *std::move(pointer);
  python::raise(gil, pointer.error());
  return std::nullopt;
}

Ref child_of(Gil& gil, PyObject* value, const Pointer::Token& token) {
  if (is_document(value)) {
    FollowedObject at = follow_document(gil, value, {&token, 1});
    return at.found == 1 ? std::move(at.value) : Ref();
  }
  switch (structure_of(value)) {
    case Structure::mapping:
      return member_of(gil, value, token.key);
    case Structure::sequence:
      if (const auto number = array_index(token.key)) return element_of(value, *number);
      return Ref();
    case Structure::scalar:
      break;
  }
  return Ref();
}

FollowedObject follow(Gil& gil, PyObject* from, Tokens tokens) {
  FollowedObject at{Ref::borrow(from), 0};
  while (at.found < tokens.size()) {
    if (is_document(at.value.get())) {
      const FollowedObject more = follow_document(gil, at.value.get(), tokens.subspan(at.found));
      return {more.value, at.found + more.found};
    }
    Ref next = child_of(gil, at.value.get(), tokens[at.found]);
    if (!next) return PyErr_Occurred() != nullptr ? FollowedObject{} : at;
    at = {std::move(next), at.found + 1};
  }
  return at;
}

std::string explain_absence(Gil&, PyObject* value, Tokens tokens, std::size_t found) {
  const std::string key = in_quotes(tokens[found].key);
  const Tokens before = tokens.first(found);
  const Structure structure = structure_of(value);
  if (structure == Structure::mapping)
    return cat("no member ", key, " in ", place("object", before));
  if (structure == Structure::scalar) {
    return cat("no ", key, " in ", place("value", before), ", which is no object or array");
  }
  const Py_ssize_t size = PyObject_Size(value);
  PyErr_Clear();
  if (tokens[found].key == "-") {
    return cat("- is the place behind the last element of ", place("array", before),
               ", where nothing is");
  }
  if (!array_index(tokens[found].key)) {
    return cat(key, " is no index of ", place("array", before),
               ": an index is 0, or digits that do not begin with 0");
  }
  return cat("no element ", tokens[found].key, " in ", place("array", before), ", which has ",
             size);
}

Ref resolve_pointer(Gil& gil, State& state, PyObject* from, PyObject* pointer,
                    PyObject* otherwise) {
  const auto parsed = parse_pointer(gil, pointer);
  if (!parsed) return Ref();
  const Tokens tokens = parsed->tokens();
  FollowedObject at = follow(gil, from, tokens);
  if (!at.value || at.found == tokens.size()) return std::move(at.value);
  if (otherwise != nullptr) return Ref::borrow(otherwise);
  raise_absence(gil, state, at, tokens);
  return Ref();
}

PyObject* resolve(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                  PyObject* names) {
  Arguments arguments("resolve", values, positional, names);
  PyObject* object = nullptr;
  PyObject* pointer = nullptr;
  PyObject* otherwise = nullptr;
  const Arguments::Slot all[] = {{"obj", &object}, {"pointer", &pointer}, {"default", &otherwise}};
  const std::span slots(all);
  // The default is the one parameter that may be absent.
  const bool bound = positional > 2 ? arguments.bind(gil, slots, {})
                                    : arguments.bind(gil, slots.first(2), slots.last(1));
  if (!bound) return nullptr;
  if (arguments.unknown() != nullptr) {
    PyErr_Format(PyExc_TypeError, "resolve() got an unexpected keyword argument '%U'",
                 arguments.unknown());
    return nullptr;
  }
  return guarded<PyObject*>(nullptr, [&] {
    return resolve_pointer(gil, State::of(module), object, pointer, otherwise).release();
  });
}

}  // namespace adyton::json
