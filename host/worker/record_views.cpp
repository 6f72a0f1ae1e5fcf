#include "host/worker/record_views.h"

#include "host/worker/value.h"

namespace adyton::worker {

using python::Gil;
using python::Ref;

namespace {

// Holds the record, and no more objects.
struct Iterator {
  PyObject_HEAD PyObject* record;  // owned
  Part part;
  Direction direction;
  std::uint32_t next;       // the number of the item to look at next
  std::uint32_t structure;  // of the record's items when the iterator was made
};

Iterator& as_iterator(PyObject* object) {
  return *reinterpret_cast<Iterator*>(object);
}

void deallocate(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  Py_CLEAR(as_iterator(self).record);
  PyObject_GC_Del(self);
  Py_DECREF(type);
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(as_iterator(self).record);
  return 0;
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
  Iterator& iterator = as_iterator(self);
  View& record = as_view(iterator.record);
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
    return element(gil, record, iterator.part, number).release();
  }
  return nullptr;
}

template <class Function>
void* slot(Function* function) {
  return reinterpret_cast<void*>(function);
}

PyType_Slot iterator_slots[] = {
    {Py_tp_dealloc, slot(deallocate)},
    {Py_tp_traverse, slot(traverse)},
    {Py_tp_iter, slot(PyObject_SelfIter)},
    {Py_tp_iternext, slot(next)},
    {0, nullptr},
};

PyObject* iterate(Gil& gil, PyObject* record, Part part, Direction direction) {
  return make_iterator(gil, as_view(record), part, direction);
}

}  // namespace

PyType_Spec keys_spec = {"adyton.record.RecordKeys", json::mapping_view_size, 0,
                         json::mapping_view_flags, json::keys_view_slots};
PyType_Spec values_spec = {"adyton.record.RecordValues", json::mapping_view_size, 0,
                           json::mapping_view_flags, json::values_view_slots};
PyType_Spec items_spec = {"adyton.record.RecordItems", json::mapping_view_size, 0,
                          json::mapping_view_flags, json::items_view_slots};
PyType_Spec iterator_spec = {"adyton.record.RecordIterator", sizeof(Iterator), 0,
                             json::mapping_view_flags, iterator_slots};

PyObject* make_record_view(Gil& gil, View& record, Part part) {
  const Types& types = types_of(as_object(record));
  PyTypeObject* const type =
      part == Part::keys ? types.keys : (part == Part::values ? types.values : types.items);
  return json::make_mapping_view(gil, type, as_object(record), part, iterate);
}

PyObject* make_iterator(Gil& gil, View& record, Part part, Direction direction) {
  Items& items = record.items(gil);
  items.count(gil);
  Iterator* const iterator = PyObject_GC_New(Iterator, types_of(as_object(record)).iterator);
  if (iterator == nullptr) return nullptr;
  iterator->record = Py_NewRef(as_object(record));
  iterator->part = part;
  iterator->direction = direction;
  iterator->structure = items.structure();
  iterator->next =
      direction == Direction::forward ? 0 : static_cast<std::uint32_t>(items.all().size()) - 1;
  PyObject_GC_Track(iterator);
  return reinterpret_cast<PyObject*>(iterator);
}

}  // namespace adyton::worker
