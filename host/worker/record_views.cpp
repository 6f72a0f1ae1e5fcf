#include "host/worker/record_views.h"

#include "host/worker/value.h"

namespace adyton::worker {

using python::Gil;
using python::Ref;

namespace {

// A part of a record, or an iterator over it: both hold the record, and no more objects.
struct PartOf {
  PyObject_HEAD PyObject* record;  // owned
  Part part;
};

struct Iterator {
  PartOf base;
  Direction direction;
  std::uint32_t next;       // the number of the item to look at next
  std::uint32_t structure;  // of the record's items when the iterator was made
};

PartOf& as_part(PyObject* object) {
  return *reinterpret_cast<PartOf*>(object);
}
View& record_of(PyObject* object) {
  return as_view(as_part(object).record);
}

void deallocate(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  Py_CLEAR(as_part(self).record);
  PyObject_GC_Del(self);
  Py_DECREF(type);
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(as_part(self).record);
  return 0;
}

template <class Object>
Object* make(PyTypeObject* type, View& record, Part part) {
  Object* const object = PyObject_GC_New(Object, type);
  if (object == nullptr) return nullptr;
  PartOf& base = as_part(reinterpret_cast<PyObject*>(object));
  base.record = Py_NewRef(as_object(record));
  base.part = part;
  return object;
}

Ref element(Gil& gil, View& record, Part part, std::uint32_t number) {
  Items& items = record.items(gil);
  Ref key = part == Part::values ? Ref() : name_object(gil, items[number].name);
  if (part == Part::keys) return key;
  Ref value = value_of(gil, record, items.speaker(gil, number));
  if (part == Part::values || !value || !key) return part == Part::values ? value : Ref();
  return Ref::steal(PyTuple_Pack(2, key.get(), value.get()));
}

PyObject* next(PyObject* self) {
  Gil gil = Gil::held_by_caller();
  auto& iterator = *reinterpret_cast<Iterator*>(self);
  View& record = record_of(self);
  Items& items = record.items(gil);
  if (iterator.structure != items.structure()) {
    PyErr_SetString(PyExc_RuntimeError, "the record's members changed during iteration");
    return nullptr;
  }
  const bool forward = iterator.direction == Direction::forward;
  const auto size = static_cast<std::uint32_t>(items.all().size());
  while (iterator.next < size) {  // backwards the number wraps below 0
    const std::uint32_t number = forward ? iterator.next++ : iterator.next--;
    if (!items[number].live() || items[number].repeat) continue;
    return element(gil, record, iterator.base.part, number).release();
  }
  return nullptr;
}

Py_ssize_t length(PyObject* self) {
  Gil gil = Gil::held_by_caller();
  return record_of(self).items(gil).count(gil);
}

PyObject* iterate(PyObject* self) {
  Gil gil = Gil::held_by_caller();
  return make_iterator(gil, record_of(self), as_part(self).part, Direction::forward);
}

PyObject* reversed(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  return make_iterator(gil, record_of(self), as_part(self).part, Direction::backward);
}

int contains_key(PyObject* self, PyObject* key) {
  return PySequence_Contains(as_part(self).record, key);
}

int contains_item(PyObject* self, PyObject* pair) {
  if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) return 0;
  PyObject* const record = as_part(self).record;
  const int has = PySequence_Contains(record, PyTuple_GET_ITEM(pair, 0));
  if (has != 1) return has;
  const Ref value = Ref::steal(PyObject_GetItem(record, PyTuple_GET_ITEM(pair, 0)));
  return value ? PyObject_RichCompareBool(value.get(), PyTuple_GET_ITEM(pair, 1), Py_EQ) : -1;
}

PyObject* represent(PyObject* self) {
  const Ref list = Ref::steal(PySequence_List(self));
  if (!list) return nullptr;
  const Ref name = Ref::steal(PyType_GetName(Py_TYPE(self)));
  return name ? PyUnicode_FromFormat("%U(%R)", name.get(), list.get()) : nullptr;
}

bool is_set_like(PyObject* self, PyObject* other) {
  const Types& types = types_of(self);
  return PyAnySet_Check(other) || PyDictKeys_Check(other) || PyDictItems_Check(other) ||
         Py_IS_TYPE(other, types.keys) || Py_IS_TYPE(other, types.items);
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
  if (!is_set_like(self, other)) Py_RETURN_NOTIMPLEMENTED;
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

#define ADYTON_PART_SLOTS                                              \
  {Py_tp_dealloc, slot(deallocate)}, {Py_tp_traverse, slot(traverse)}, \
      {Py_tp_repr, slot(represent)}, {Py_tp_iter, slot(iterate)}, {    \
    Py_sq_length, slot(length)                                         \
  }

PyType_Slot keys_slots[] = {
    ADYTON_PART_SLOTS, ADYTON_SET_SLOTS, {Py_sq_contains, slot(contains_key)}, {0, nullptr}};

PyType_Slot items_slots[] = {
    ADYTON_PART_SLOTS, ADYTON_SET_SLOTS, {Py_sq_contains, slot(contains_item)}, {0, nullptr}};

PyType_Slot values_slots[] = {ADYTON_PART_SLOTS, {Py_tp_methods, values_methods}, {0, nullptr}};

#undef ADYTON_SET_SLOTS
#undef ADYTON_PART_SLOTS

PyType_Slot iterator_slots[] = {
    {Py_tp_dealloc, slot(deallocate)},
    {Py_tp_traverse, slot(traverse)},
    {Py_tp_iter, slot(PyObject_SelfIter)},
    {Py_tp_iternext, slot(next)},
    {0, nullptr},
};

constexpr unsigned part_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE |
                                Py_TPFLAGS_DISALLOW_INSTANTIATION;

}  // namespace

PyType_Spec keys_spec = {"adyton.record.RecordKeys", sizeof(PartOf), 0, part_flags, keys_slots};
PyType_Spec values_spec = {"adyton.record.RecordValues", sizeof(PartOf), 0, part_flags,
                           values_slots};
PyType_Spec items_spec = {"adyton.record.RecordItems", sizeof(PartOf), 0, part_flags, items_slots};
PyType_Spec iterator_spec = {"adyton.record.RecordIterator", sizeof(Iterator), 0, part_flags,
                             iterator_slots};

PyObject* make_record_view(Gil&, View& record, Part part) {
  const Types& types = types_of(as_object(record));
  PyTypeObject* const type =
      part == Part::keys ? types.keys : (part == Part::values ? types.values : types.items);
  PartOf* const view = make<PartOf>(type, record, part);
  if (view != nullptr) PyObject_GC_Track(view);
  return reinterpret_cast<PyObject*>(view);
}

PyObject* make_iterator(Gil& gil, View& record, Part part, Direction direction) {
  Items& items = record.items(gil);
  items.count(gil);
  Iterator* const iterator = make<Iterator>(types_of(as_object(record)).iterator, record, part);
  if (iterator == nullptr) return nullptr;
  iterator->direction = direction;
  iterator->structure = items.structure();
  iterator->next =
      direction == Direction::forward ? 0 : static_cast<std::uint32_t>(items.all().size()) - 1;
  PyObject_GC_Track(iterator);
  return reinterpret_cast<PyObject*>(iterator);
}

}  // namespace adyton::worker
