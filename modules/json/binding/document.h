#pragma once

#include <optional>
#include <string_view>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/document_text.h"
#include "modules/json/document_index.h"
#include "modules/json/navigator.h"

namespace adyton::json {

struct DocumentRoot;

/// A Document: the whole of a text, or an object or array in it. Immutable. Refers to no Python
/// object but the whole's, which refers to none that could refer to it: it is never part of a
/// cycle.
struct Document {
  PyObject_HEAD DocumentRoot* root;  // owned; itself if it is the whole
  Spot spot;
};

/// The Document of a whole text, which owns what all its parts look into.
struct DocumentRoot {
  Document base;
  DocumentText text;
  DocumentIndex index;
  Navigator navigator;
};

inline Document& as_document(PyObject* object) {
  return *reinterpret_cast<Document*>(object);
}

/// What kind of value it is by its first byte.
enum class ValueKind : unsigned char { object, array, string, number, boolean, null };
ValueKind kind_of(const Document& document);
const char* name_of(ValueKind kind);

/// Precondition: an object or array.
bool is_empty(const Document& document);

/// The value's text, without white space around it. Lives as long as the Document.
std::string_view raw_text(const Document& document);

/// The type adyton.json.Document. None with an exception set.
python::Ref make_document_type(python::Gil& gil, PyObject* module);

/// Whether it is a Document of any interpreter.
bool is_document(PyObject* object);

/// A value of a document: a Document of an object or array, else the scalar, as loads makes it.
/// Empty with an exception set.
python::Ref make_value(python::Gil& gil, Document& document, Spot spot);

/// The value with everything in it, as loads makes it. Empty with an exception set.
python::Ref to_python(python::Gil& gil, Document& document);

/// The value of that name in an object, if it has it. False with an exception set if the name, a
/// str, cannot be read.
bool find_member(python::Gil& gil, Document& document, PyObject* name, std::optional<Spot>& spot);

}  // namespace adyton::json
