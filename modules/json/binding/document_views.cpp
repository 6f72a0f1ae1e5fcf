#include "modules/json/binding/document_views.h"

#include <memory>
#include <new>
#include <optional>

#include "modules/json/binding/document.h"
#include "modules/json/binding/guarded.h"
#include "modules/json/binding/scalar.h"
#include "modules/json/binding/state.h"
#include "modules/json/children.h"
#include "modules/json/members.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

/// Where an iterator stands. An array is gone through forwards as it lies; an object by its
/// members, which must be known to tell repeated names.
struct Walk {
  Part part;
  Direction direction;
  std::shared_ptr<const Members> members;
  std::shared_ptr<const Elements> elements;
  std::optional<Children> children;
  std::size_t done = 0;  // members or elements given
};

struct Iterator {
  PyObject_HEAD PyObject* document;  // owned; null at the end
  Walk walk;
};

Iterator& as_iterator(PyObject* object) {
  return *reinterpret_cast<Iterator*>(object);
}

void destroy(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  Py_XDECREF(as_iterator(self).document);
  as_iterator(self).walk.~Walk();
  PyObject_Free(self);
  Py_DECREF(type);
}

/// The number of the next member or element of `size`; nullopt at the end.
std::optional<std::size_t> advance(Walk& walk, std::size_t size) {
  if (walk.done == size) return std::nullopt;
  const std::size_t before = walk.done++;
  return walk.direction == Direction::forward ? before : size - 1 - before;
}

Ref next_member(Gil& gil, Document& document, Walk& walk) {
  const auto number = advance(walk, walk.members->size());
  if (!number) return Ref();
  Ref name = walk.part == Part::values ? Ref() : make_name(gil, walk.members->name(*number));
  if (walk.part == Part::keys) return name;
  Ref value = make_value(gil, document, walk.members->value(*number));
  if (walk.part == Part::values) return value;
  return name && value ? Ref::steal(PyTuple_Pack(2, name.get(), value.get())) : Ref();
}

Ref next_element(Gil& gil, Document& document, Walk& walk) {
  if (walk.children) {
    return walk.children->next() ? make_value(gil, document, walk.children->value()) : Ref();
  }
  const auto number = advance(walk, walk.elements->size());
  return number ? make_value(gil, document, (*walk.elements)[*number]) : Ref();
}

PyObject* next(PyObject* self) {
  Gil gil = Gil::held_by_caller();
  Iterator& iterator = as_iterator(self);
  if (iterator.document == nullptr) return nullptr;
  Document& document = as_document(iterator.document);
  Ref value = iterator.walk.members ? next_member(gil, document, iterator.walk)
                                    : next_element(gil, document, iterator.walk);
  if (!value && PyErr_Occurred() == nullptr) Py_CLEAR(iterator.document);
  return value.release();
}

template <class Function>
void* slot(Function* function) {
  return reinterpret_cast<void*>(function);
}

PyType_Slot iterator_slots[] = {
    {Py_tp_dealloc, slot(destroy)},
    {Py_tp_iter, slot(PyObject_SelfIter)},
    {Py_tp_iternext, slot(next)},
    {0, nullptr},
};

PyType_Spec iterator_spec = {
    "adyton.json.DocumentIterator", sizeof(Iterator), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    iterator_slots};

PyType_Spec keys_spec = {"adyton.json.DocumentKeys", mapping_view_size, 0, mapping_view_flags,
                         keys_view_slots};
PyType_Spec values_spec = {"adyton.json.DocumentValues", mapping_view_size, 0, mapping_view_flags,
                           values_view_slots};
PyType_Spec items_spec = {"adyton.json.DocumentItems", mapping_view_size, 0, mapping_view_flags,
                          items_view_slots};

}  // namespace

Ref make_document_view_type(Gil&, PyObject* module, Part part) {
  PyType_Spec* const spec =
      part == Part::keys ? &keys_spec : (part == Part::values ? &values_spec : &items_spec);
  return Ref::steal(PyType_FromModuleAndSpec(module, spec, nullptr));
}

Ref make_document_iterator_type(Gil&, PyObject* module) {
  return Ref::steal(PyType_FromModuleAndSpec(module, &iterator_spec, nullptr));
}

PyObject* iterate_document(Gil&, PyObject* document, Part part, Direction direction) {
  DocumentRoot& root = *as_document(document).root;
  const Spot spot = as_document(document).spot;
  Walk walk{part, direction, {}, {}, {}};
  if (root.index.at(spot) == '{') {
    walk.members = root.navigator.members(spot);
  } else if (direction == Direction::forward) {
    walk.children.emplace(root.index, spot);
  } else {
    walk.elements = root.navigator.elements(spot);
  }
  State& state = *static_cast<State*>(PyType_GetModuleState(Py_TYPE(document)));
  void* const memory = PyObject_Malloc(sizeof(Iterator));
  if (memory == nullptr) return PyErr_NoMemory();
  auto* const type = reinterpret_cast<PyTypeObject*>(state.documents().iterator.get());
  PyObject* const iterator = PyObject_Init(static_cast<PyObject*>(memory), type);
  as_iterator(iterator).document = Py_NewRef(document);
  new (&as_iterator(iterator).walk) Walk(std::move(walk));
  return iterator;
}

}  // namespace adyton::json
