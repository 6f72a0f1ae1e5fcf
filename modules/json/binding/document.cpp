#include "modules/json/binding/document.h"

#include <new>
#include <string>
#include <utility>

#include "modules/json/binding/document_methods.h"
#include "modules/json/binding/document_views.h"
#include "modules/json/binding/documentation.h"
#include "modules/json/binding/guarded.h"
#include "modules/json/binding/keyed_hash.h"
#include "modules/json/binding/limits.h"
#include "modules/json/binding/loads.h"
#include "modules/json/binding/scalar.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

PyObject* as_object(DocumentRoot* root) {
  return reinterpret_cast<PyObject*>(root);
}

/// A new object, of the type's size or larger, of which the collector need not know.
template <class Object>
Object* allocate(PyTypeObject* type) {
  void* const memory = PyObject_Malloc(sizeof(Object));
  if (memory == nullptr) return PyErr_NoMemory(), nullptr;
  return reinterpret_cast<Object*>(PyObject_Init(static_cast<PyObject*>(memory), type));
}

DocumentRoot* make_root(Gil&, PyTypeObject* type) {
  auto* const root = allocate<DocumentRoot>(type);
  if (root == nullptr) return nullptr;
  root->base.root = root;
  root->base.spot = {};
  new (&root->text) DocumentText();
  new (&root->index) DocumentIndex();
  new (&root->navigator) Navigator(root->index, keyed_hash);
  return root;
}

PyObject* open(Gil& gil, PyTypeObject* type, PyObject* data) {
  PyObject* const module = PyType_GetModule(type);
  DocumentRoot* const root = make_root(gil, type);
  Ref owner = Ref::steal(as_object(root));
  if (module == nullptr || root == nullptr) return nullptr;
  try {
    if (!root->text.open(gil, module, data)) return nullptr;
    if (root->index.build(root->text.text(), nesting_limit())) {
      root->text.raise(gil, module, data);
      return nullptr;
    }
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
  root->text.settle();
  root->base.spot = root->index.root();
  return owner.release();
}

PyObject* call(PyObject* type, PyObject* const* values, std::size_t flags, PyObject* names) {
  Gil gil = Gil::held_by_caller();
  if (PyVectorcall_NARGS(flags) != 1 || (names != nullptr && PyTuple_GET_SIZE(names) > 0)) {
    PyErr_SetString(PyExc_TypeError, "Document() takes exactly one positional argument");
    return nullptr;
  }
  return open(gil, reinterpret_cast<PyTypeObject*>(type), values[0]);
}

/// Document.__new__, for who calls that.
PyObject* create(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  const auto count = static_cast<std::size_t>(PyTuple_GET_SIZE(arguments));
  if (keywords != nullptr && PyDict_GET_SIZE(keywords) > 0) {
    PyErr_SetString(PyExc_TypeError, "Document() takes exactly one positional argument");
    return nullptr;
  }
  PyObject* const data = count > 0 ? PyTuple_GET_ITEM(arguments, 0) : nullptr;
  return call(reinterpret_cast<PyObject*>(type), &data, count, nullptr);
}

void destroy(PyObject* object) {
  PyTypeObject* const type = Py_TYPE(object);
  DocumentRoot* const root = as_document(object).root;
  if (as_object(root) == object) {
    root->navigator.~Navigator();
    root->index.~DocumentIndex();
    root->text.~DocumentText();
  } else {
    Py_DECREF(as_object(root));
  }
  PyObject_Free(object);
  Py_DECREF(type);
}

/// Fails for a scalar, of which there is a Document only if it is a whole text.
bool refuse_scalar(const Document& document, const char* what) {
  PyErr_Format(PyExc_TypeError, "a JSON %s has no %s: to_python() gives its value",
               name_of(kind_of(document)), what);
  return false;
}

PyObject* no_member(PyObject* key) {
  // Made here, because a key that is a tuple would be taken for the arguments.
  const Ref error = Ref::steal(PyObject_CallOneArg(PyExc_KeyError, key));
  if (error) PyErr_SetObject(PyExc_KeyError, error.get());
  return nullptr;
}

PyObject* get_member(Gil& gil, Document& document, PyObject* key) {
  if (!PyUnicode_Check(key)) {
    // As a dict whose keys are str.
    return PyObject_Hash(key) == -1 ? nullptr : no_member(key);
  }
  std::optional<Spot> spot;
  if (!find_member(gil, document, key, spot)) return nullptr;
  return spot ? make_value(gil, document, *spot).release() : no_member(key);
}

PyObject* get_element(Gil& gil, Document& document, Py_ssize_t number) {
  Navigator& navigator = document.root->navigator;
  if (number < 0) number += static_cast<Py_ssize_t>(navigator.size(document.spot));
  const auto spot = number < 0 ? std::nullopt
                               : navigator.element(document.spot, static_cast<std::size_t>(number));
  if (spot) return make_value(gil, document, *spot).release();
  PyErr_SetString(PyExc_IndexError, "document index out of range");
  return nullptr;
}

PyObject* get_slice(Gil& gil, Document& document, PyObject* slice) {
  Py_ssize_t start = 0;
  Py_ssize_t stop = 0;
  Py_ssize_t step = 0;
  if (PySlice_Unpack(slice, &start, &stop, &step) < 0) return nullptr;
  const auto all = document.root->navigator.elements(document.spot);
  const Py_ssize_t size =
      PySlice_AdjustIndices(static_cast<Py_ssize_t>(all->size()), &start, &stop, step);
  Ref list = Ref::steal(PyList_New(size));
  if (!list) return nullptr;
  for (Py_ssize_t i = 0; i < size; ++i, start += step) {
    Ref value = make_value(gil, document, (*all)[static_cast<std::size_t>(start)]);
    if (!value) return nullptr;
    PyList_SET_ITEM(list.get(), i, value.release());
  }
  return list.release();
}

PyObject* get_item(Gil& gil, Document& document, PyObject* key) {
  if (kind_of(document) == ValueKind::object) return get_member(gil, document, key);
  if (kind_of(document) != ValueKind::array) return refuse_scalar(document, "items"), nullptr;
  if (PySlice_Check(key)) return get_slice(gil, document, key);
  if (PyIndex_Check(key) == 0) {
    PyErr_Format(PyExc_TypeError, "indices of a JSON array must be integers or slices, not %.100s",
                 Py_TYPE(key)->tp_name);
    return nullptr;
  }
  const Py_ssize_t number = PyNumber_AsSsize_t(key, PyExc_IndexError);
  if (number == -1 && PyErr_Occurred() != nullptr) return nullptr;
  return get_element(gil, document, number);
}

PyObject* subscript(PyObject* self, PyObject* key) {
  Gil gil = Gil::held_by_caller();
  return guarded<PyObject*>(nullptr, [&] { return get_item(gil, as_document(self), key); });
}

Py_ssize_t length(PyObject* self) {
  Document& document = as_document(self);
  if (kind_of(document) > ValueKind::array) return refuse_scalar(document, "length"), -1;
  return guarded<Py_ssize_t>(
      -1, [&] { return static_cast<Py_ssize_t>(document.root->navigator.size(document.spot)); });
}

int has_element(Gil& gil, Document& document, PyObject* value) {
  const auto all = document.root->navigator.elements(document.spot);
  for (const Spot spot : *all) {
    const Ref element = make_value(gil, document, spot);
    const int same = element ? PyObject_RichCompareBool(element.get(), value, Py_EQ) : -1;
    if (same != 0) return same;
  }
  return 0;
}

int has_member(Gil& gil, Document& document, PyObject* key) {
  if (!PyUnicode_Check(key)) return PyObject_Hash(key) == -1 ? -1 : 0;
  std::optional<Spot> spot;
  if (!find_member(gil, document, key, spot)) return -1;
  return spot ? 1 : 0;
}

int contains(PyObject* self, PyObject* value) {
  Gil gil = Gil::held_by_caller();
  Document& document = as_document(self);
  return guarded(-1, [&] {
    if (kind_of(document) == ValueKind::object) return has_member(gil, document, value);
    if (kind_of(document) == ValueKind::array) return has_element(gil, document, value);
    return refuse_scalar(document, "items"), -1;
  });
}

PyObject* iterate(PyObject* self) {
  Gil gil = Gil::held_by_caller();
  Document& document = as_document(self);
  if (kind_of(document) > ValueKind::array) return refuse_scalar(document, "items"), nullptr;
  return guarded<PyObject*>(
      nullptr, [&] { return iterate_document(gil, self, Part::keys, Direction::forward); });
}

int truth(PyObject* self) {
  Gil gil = Gil::held_by_caller();
  Document& document = as_document(self);
  if (kind_of(document) <= ValueKind::array) return is_empty(document) ? 0 : 1;
  const Ref value = make_value(gil, document, document.spot);
  return value ? PyObject_IsTrue(value.get()) : -1;
}

PyObject* represent(PyObject* self) {
  constexpr std::size_t shown = 60;
  const std::string_view raw = raw_text(as_document(self));
  const std::string_view start = raw.substr(0, shown);
  // The end may cut a character.
  const Ref text = Ref::steal(
      PyUnicode_DecodeUTF8(start.data(), static_cast<Py_ssize_t>(start.size()), "ignore"));
  if (!text || raw.size() == start.size()) {
    return text ? PyUnicode_FromFormat("Document(%R)", text.get()) : nullptr;
  }
  return PyUnicode_FromFormat("<Document of %zu bytes: %R...>", raw.size(), text.get());
}

/// Whether a Document can be equal to it other than by what the other says.
bool is_comparable(const Document& document, PyObject* other) {
  switch (kind_of(document)) {
    case ValueKind::object:
      return PyDict_Check(other);
    case ValueKind::array:
      return PyList_Check(other);
    default:
      return PyUnicode_Check(other) || PyLong_Check(other) || PyFloat_Check(other) ||
             other == Py_None;
  }
}

PyObject* compare(PyObject* self, PyObject* other, int operation) {
  Gil gil = Gil::held_by_caller();
  const bool both = is_document(other);
  if (operation != Py_EQ && operation != Py_NE) Py_RETURN_NOTIMPLEMENTED;
  if (!both && !is_comparable(as_document(self), other)) Py_RETURN_NOTIMPLEMENTED;
  if (both && raw_text(as_document(self)) == raw_text(as_document(other))) {
    return PyBool_FromLong(operation == Py_EQ);
  }
  if (both && kind_of(as_document(self)) != kind_of(as_document(other)) &&
      (kind_of(as_document(self)) <= ValueKind::array ||
       kind_of(as_document(other)) <= ValueKind::array)) {
    return PyBool_FromLong(operation == Py_NE);
  }
  const Ref mine = to_python(gil, as_document(self));
  const Ref theirs = both ? to_python(gil, as_document(other)) : Ref::borrow(other);
  return mine && theirs ? PyObject_RichCompare(mine.get(), theirs.get(), operation) : nullptr;
}

template <class Function>
void* slot(Function* function) {
  return reinterpret_cast<void*>(function);
}

PyType_Slot slots[] = {
    {Py_tp_new, slot(create)},
    {Py_tp_dealloc, slot(destroy)},
    {Py_tp_doc, const_cast<char*>(documentation::document)},
    {Py_tp_repr, slot(represent)},
    {Py_tp_hash, slot(PyObject_HashNotImplemented)},
    {Py_tp_richcompare, slot(compare)},
    {Py_tp_iter, slot(iterate)},
    {Py_tp_methods, document_methods},
    {Py_tp_getset, document_attributes},
    {Py_mp_subscript, slot(subscript)},
    {Py_mp_length, slot(length)},
    {Py_sq_contains, slot(contains)},
    {Py_nb_bool, slot(truth)},
    {0, nullptr},
};

PyType_Spec spec = {"adyton.json.Document", sizeof(Document), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, slots};

}  // namespace

const char* name_of(ValueKind kind) {
  constexpr const char* names[] = {"object", "array", "string", "number", "boolean", "null"};
  return names[static_cast<unsigned char>(kind)];
}

ValueKind kind_of(const Document& document) {
  switch (document.root->index.at(document.spot)) {
    case '{':
      return ValueKind::object;
    case '[':
      return ValueKind::array;
    case '"':
      return ValueKind::string;
    case 't':
    case 'f':
      return ValueKind::boolean;
    case 'n':
      return ValueKind::null;
    default:
      return ValueKind::number;
  }
}

bool is_empty(const Document& document) {
  const DocumentIndex& index = document.root->index;
  const char next = index.text()[skim_space(index.text(), document.spot.begin + 1)];
  return next == '}' || next == ']';
}

std::string_view raw_text(const Document& document) {
  return document.root->index.raw(document.spot);
}

Ref make_document_type(Gil&, PyObject* module) {
  Ref type = Ref::steal(PyType_FromModuleAndSpec(module, &spec, nullptr));
  if (type) reinterpret_cast<PyTypeObject*>(type.get())->tp_vectorcall = call;
  return type;
}

bool is_document(PyObject* object) {
  return Py_TYPE(object)->tp_dealloc == destroy;
}

Ref make_value(Gil& gil, Document& document, Spot spot) {
  const DocumentIndex& index = document.root->index;
  if (!index.is_container(spot)) return make_scalar(gil, index.raw(spot));
  auto* const view = allocate<Document>(Py_TYPE(reinterpret_cast<PyObject*>(&document)));
  if (view == nullptr) return Ref();
  Py_INCREF(as_object(document.root));
  view->root = document.root;
  view->spot = spot;
  return Ref::steal(reinterpret_cast<PyObject*>(view));
}

Ref to_python(Gil& gil, Document& document) {
  if (kind_of(document) > ValueKind::array) return make_value(gil, document, document.spot);
  const std::string_view raw = raw_text(document);
  const Ref bytes =
      Ref::steal(PyBytes_FromStringAndSize(raw.data(), static_cast<Py_ssize_t>(raw.size())));
  if (!bytes) return Ref();
  PyObject* const module = PyType_GetModule(Py_TYPE(reinterpret_cast<PyObject*>(&document)));
  PyObject* const arguments[] = {bytes.get()};
  return Ref::steal(loads(gil, module, arguments, 1, nullptr));
}

bool find_member(Gil& gil, Document& document, PyObject* name, std::optional<Spot>& spot) {
  std::string buffer;
  std::string_view text;
  if (!read_name(gil, name, buffer, text)) return false;
  spot = document.root->navigator.member(document.spot, text);
  return true;
}

}  // namespace adyton::json
