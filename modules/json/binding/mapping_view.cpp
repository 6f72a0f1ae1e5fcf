#include "modules/json/binding/mapping_view.h"

#include "host/python/ref.h"

namespace adyton::json {

using python::Gil;
using python::Ref;

namespace {

MappingView& as_view(PyObject* object) {
  return *reinterpret_cast<MappingView*>(object);
}

void deallocate(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  Py_CLEAR(as_view(self).mapping);
  PyObject_GC_Del(self);
  Py_DECREF(type);
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(as_view(self).mapping);
  return 0;
}

Py_ssize_t length(PyObject* self) {
  return PyObject_Size(as_view(self).mapping);
}

PyObject* iterate(PyObject* self) {
  Gil gil = Gil::held_by_caller();
  MappingView& view = as_view(self);
  return view.iterate(gil, view.mapping, view.part, Direction::forward);
}

PyObject* reversed(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  MappingView& view = as_view(self);
  return view.iterate(gil, view.mapping, view.part, Direction::backward);
}

int contains_key(PyObject* self, PyObject* key) {
  return PySequence_Contains(as_view(self).mapping, key);
}

int contains_item(PyObject* self, PyObject* pair) {
  if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) return 0;
  PyObject* const mapping = as_view(self).mapping;
  const int has = PySequence_Contains(mapping, PyTuple_GET_ITEM(pair, 0));
  if (has != 1) return has;
  const Ref value = Ref::steal(PyObject_GetItem(mapping, PyTuple_GET_ITEM(pair, 0)));
  return value ? PyObject_RichCompareBool(value.get(), PyTuple_GET_ITEM(pair, 1), Py_EQ) : -1;
}

PyObject* represent(PyObject* self) {
  const Ref list = Ref::steal(PySequence_List(self));
  if (!list) return nullptr;
  const Ref name = Ref::steal(PyType_GetName(Py_TYPE(self)));
  return name ? PyUnicode_FromFormat("%U(%R)", name.get(), list.get()) : nullptr;
}

bool is_set_like(PyObject* other) {
  if (PyAnySet_Check(other) || PyDictKeys_Check(other) || PyDictItems_Check(other)) return true;
  return Py_TYPE(other)->tp_traverse == traverse && as_view(other).part != Part::values;
}

// 1 if every element of `part` is in `whole`; -1 on an exception.
int all_in(PyObject* part, PyObject* whole) {
  const Ref iterator = Ref::steal(PyObject_GetIter(part));
  if (!iterator) return -1;
  while (const Ref one = Ref::steal(PyIter_Next(iterator.get()))) {
    const int has = PySequence_Contains(whole, one.get());
    if (has != 1) return has;
  }
  return PyErr_Occurred() != nullptr ? -1 : 1;
}

PyObject* compare(PyObject* self, PyObject* other, int operation) {
  if (!is_set_like(other)) Py_RETURN_NOTIMPLEMENTED;
  const Py_ssize_t mine = PyObject_Size(self);
  const Py_ssize_t theirs = PyObject_Size(other);
  if (mine < 0 || theirs < 0) return nullptr;
  int result = 0;
  switch (operation) {
    case Py_EQ:
    case Py_NE:
      result = mine == theirs ? all_in(self, other) : 0;
      if (result >= 0 && operation == Py_NE) result = 1 - result;
      break;
    case Py_LT:
      result = mine < theirs ? all_in(self, other) : 0;
      break;
    case Py_LE:
      result = mine <= theirs ? all_in(self, other) : 0;
      break;
    case Py_GT:
      result = mine > theirs ? all_in(other, self) : 0;
      break;
    case Py_GE:
      result = mine >= theirs ? all_in(other, self) : 0;
      break;
    default:
      break;
  }
  return result < 0 ? nullptr : PyBool_FromLong(result);
}

// The operators of sets, on sets of the elements.
template <PyObject* (*operation)(PyObject*, PyObject*)>
PyObject* combine(PyObject* left, PyObject* right) {
  const Ref a = Ref::steal(PySet_New(left));
  const Ref b = a ? Ref::steal(PySet_New(right)) : Ref();
  return b ? operation(a.get(), b.get()) : nullptr;
}

PyObject* is_disjoint(PyObject* self, PyObject* other) {
  const Ref iterator = Ref::steal(PyObject_GetIter(other));
  if (!iterator) return nullptr;
  while (const Ref one = Ref::steal(PyIter_Next(iterator.get()))) {
    const int has = PySequence_Contains(self, one.get());
    if (has != 0) return has < 0 ? nullptr : Py_NewRef(Py_False);
  }
  return PyErr_Occurred() != nullptr ? nullptr : Py_NewRef(Py_True);
}

PyMethodDef set_methods[] = {
    {"__reversed__", reversed, METH_NOARGS, "From the last to the first."},
    {"isdisjoint", is_disjoint, METH_O,
     "isdisjoint($self, other, /)\n--\n\nTrue if none of the other's elements is in the view."},
    {nullptr, nullptr, 0, nullptr},
};

PyMethodDef values_methods[] = {
    {"__reversed__", reversed, METH_NOARGS, "From the last to the first."},
    {nullptr, nullptr, 0, nullptr},
};

template <class Function>
void* slot(Function* function) {
  return reinterpret_cast<void*>(function);
}

#define ADYTON_SET_SLOTS                                                                  \
  {Py_tp_hash, slot(PyObject_HashNotImplemented)}, {Py_tp_richcompare, slot(compare)},    \
      {Py_tp_methods, set_methods}, {Py_nb_and, slot(combine<PyNumber_And>)},             \
      {Py_nb_or, slot(combine<PyNumber_Or>)}, {Py_nb_xor, slot(combine<PyNumber_Xor>)}, { \
    Py_nb_subtract, slot(combine<PyNumber_Subtract>)                                      \
  }

#define ADYTON_VIEW_SLOTS                                              \
  {Py_tp_dealloc, slot(deallocate)}, {Py_tp_traverse, slot(traverse)}, \
      {Py_tp_repr, slot(represent)}, {Py_tp_iter, slot(iterate)}, {    \
    Py_sq_length, slot(length)                                         \
  }

}  // namespace

PyType_Slot keys_view_slots[] = {
    ADYTON_VIEW_SLOTS, ADYTON_SET_SLOTS, {Py_sq_contains, slot(contains_key)}, {0, nullptr}};

PyType_Slot items_view_slots[] = {
    ADYTON_VIEW_SLOTS, ADYTON_SET_SLOTS, {Py_sq_contains, slot(contains_item)}, {0, nullptr}};

PyType_Slot values_view_slots[] = {
    ADYTON_VIEW_SLOTS, {Py_tp_methods, values_methods}, {0, nullptr}};

#undef ADYTON_SET_SLOTS
#undef ADYTON_VIEW_SLOTS

PyObject* make_mapping_view(Gil&, PyTypeObject* type, PyObject* mapping, Part part,
                            IterateMapping iterate) {
  MappingView* const view = PyObject_GC_New(MappingView, type);
  if (view == nullptr) return nullptr;
  view->mapping = Py_NewRef(mapping);
  view->part = part;
  view->iterate = iterate;
  PyObject_GC_Track(view);
  return reinterpret_cast<PyObject*>(view);
}

}  // namespace adyton::json
