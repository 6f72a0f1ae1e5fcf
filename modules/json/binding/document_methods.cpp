#include "modules/json/binding/document_methods.h"

#include "modules/json/binding/document.h"
#include "modules/json/binding/document_views.h"
#include "modules/json/binding/documentation.h"
#include "modules/json/binding/guarded.h"
#include "modules/json/binding/pointers.h"
#include "modules/json/binding/state.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

State& state_of(PyObject* self) {
  return *static_cast<State*>(PyType_GetModuleState(Py_TYPE(self)));
}

PyObject* bytes_of(std::string_view text) {
  return PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
}

bool check_count(const char* method, Py_ssize_t count) {
  if (count == 1 || count == 2) return true;
  PyErr_Format(PyExc_TypeError, "%s() takes 1 or 2 positional arguments but %zd were given", method,
               count);
  return false;
}

/// Only objects have keys.
bool check_object(PyObject* self, const char* method) {
  const ValueKind kind = kind_of(as_document(self));
  if (kind == ValueKind::object) return true;
  PyErr_Format(PyExc_TypeError, "%s() is for JSON objects, this is %s %s", method,
               kind == ValueKind::array ? "an" : "a", name_of(kind));
  return false;
}

template <Part part>
PyObject* view_of(PyObject* self, const char* method) {
  Gil gil = Gil::held_by_caller();
  if (!check_object(self, method)) return nullptr;
  const DocumentTypes& types = state_of(self).documents();
  const Ref& type =
      part == Part::keys ? types.keys : (part == Part::values ? types.values : types.items);
  return make_mapping_view(gil, reinterpret_cast<PyTypeObject*>(type.get()), self, part,
                           iterate_document);
}

PyObject* keys(PyObject* self, PyObject*) {
  return view_of<Part::keys>(self, "keys");
}
PyObject* values(PyObject* self, PyObject*) {
  return view_of<Part::values>(self, "values");
}
PyObject* items(PyObject* self, PyObject*) {
  return view_of<Part::items>(self, "items");
}

PyObject* get(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  Gil gil = Gil::held_by_caller();
  if (!check_count("get", count) || !check_object(self, "get")) return nullptr;
  return guarded<PyObject*>(nullptr, [&]() -> PyObject* {
    std::optional<Spot> spot;
    if (PyUnicode_Check(arguments[0])) {
      if (!find_member(gil, as_document(self), arguments[0], spot)) return nullptr;
    } else if (PyObject_Hash(arguments[0]) == -1) {
      return nullptr;
    }
    if (spot) return make_value(gil, as_document(self), *spot).release();
    return Py_NewRef(count == 2 ? arguments[1] : Py_None);
  });
}

PyObject* at(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  Gil gil = Gil::held_by_caller();
  if (!check_count("at", count)) return nullptr;
  PyObject* const otherwise = count == 2 ? arguments[1] : nullptr;
  return guarded<PyObject*>(nullptr, [&] {
    return resolve_pointer(gil, state_of(self), self, arguments[0], otherwise).release();
  });
}

PyObject* reversed(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  if (kind_of(as_document(self)) > ValueKind::array) {
    PyErr_Format(PyExc_TypeError, "a JSON %s has no items: to_python() gives its value",
                 name_of(kind_of(as_document(self))));
    return nullptr;
  }
  return guarded<PyObject*>(
      nullptr, [&] { return iterate_document(gil, self, Part::keys, Direction::backward); });
}

PyObject* plain(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  return guarded<PyObject*>(nullptr, [&] { return to_python(gil, as_document(self)).release(); });
}

PyObject* copy(PyObject* self, PyObject*) {
  return Py_NewRef(self);
}

PyObject* reduce(PyObject* self, PyObject*) {
  const Ref raw = Ref::steal(bytes_of(raw_text(as_document(self))));
  return raw ? Py_BuildValue("O(O)", Py_TYPE(self), raw.get()) : nullptr;
}

PyObject* size_of(PyObject* self, PyObject*) {
  std::size_t bytes = sizeof(Document);
  const DocumentRoot& root = *as_document(self).root;
  if (reinterpret_cast<const PyObject*>(&root) == self) {
    bytes =
        sizeof(DocumentRoot) + root.index.memory() + root.navigator.memory() + root.text.copied();
  }
  return PyLong_FromSize_t(bytes);
}

PyObject* raw(PyObject* self, void*) {
  return bytes_of(raw_text(as_document(self)));
}

PyObject* type(PyObject* self, void*) {
  return PyUnicode_InternFromString(name_of(kind_of(as_document(self))));
}

template <class Method>
PyCFunction method(Method* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

}  // namespace

PyMethodDef document_methods[] = {
    {"at", method(at), METH_FASTCALL, documentation::document_at},
    {"get", method(get), METH_FASTCALL, documentation::document_get},
    {"keys", keys, METH_NOARGS, documentation::document_keys},
    {"values", values, METH_NOARGS, documentation::document_values},
    {"items", items, METH_NOARGS, documentation::document_items},
    {"to_python", plain, METH_NOARGS, documentation::document_to_python},
    {"__reversed__", reversed, METH_NOARGS, "From the last to the first."},
    {"__copy__", copy, METH_NOARGS, "Itself: it never changes."},
    {"__deepcopy__", copy, METH_O, "Itself: it never changes."},
    {"__reduce__", reduce, METH_NOARGS, "Pickled as its text."},
    {"__sizeof__", size_of, METH_NOARGS, "Its memory in bytes, without the text if it was given."},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef document_attributes[] = {
    {"raw", raw, nullptr, documentation::document_raw, nullptr},
    {"type", type, nullptr, documentation::document_type, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

}  // namespace adyton::json
