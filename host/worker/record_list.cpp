#include "host/worker/record_list.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "host/worker/arguments.h"
#include "host/worker/render.h"
#include "host/worker/view_methods.h"

namespace adyton::worker {

using python::Gil;
using python::Ref;

namespace {

Py_ssize_t size_of(Gil& gil, View& list) {
  return static_cast<Py_ssize_t>(list.items(gil).all().size());
}

Ref element(Gil& gil, View& list, Py_ssize_t index) {
  return value_of(gil, list, static_cast<std::uint32_t>(index));
}

// The index that `object` stands for, counted from the end if negative. False with an exception
// set.
bool read_index(Gil& gil, View& list, PyObject* object, Py_ssize_t& index) {
  index = PyNumber_AsSsize_t(object, PyExc_IndexError);
  if (index == -1 && PyErr_Occurred() != nullptr) return false;
  if (index < 0) index += size_of(gil, list);
  if (index >= 0 && index < size_of(gil, list)) return true;
  PyErr_SetString(PyExc_IndexError, "index out of range");
  return false;
}

struct Slice {
  Py_ssize_t start = 0;
  Py_ssize_t stop = 0;
  Py_ssize_t step = 1;
  Py_ssize_t count = 0;
};

bool read_slice(Gil& gil, View& list, PyObject* object, Slice& slice) {
  if (PySlice_Unpack(object, &slice.start, &slice.stop, &slice.step) != 0) return false;
  slice.count = PySlice_AdjustIndices(size_of(gil, list), &slice.start, &slice.stop, slice.step);
  return true;
}

Item added_item(PyObject* value) {
  Item item;
  item.kind = Item::Kind::added;
  item.value = Ref::borrow(value);
  return item;
}

// Puts `fresh` in the place of `count` elements. What was there is dropped last, for that may run
// anything.
void splice(Gil& gil, View& list, Py_ssize_t at, Py_ssize_t count, std::vector<Item> fresh) {
  if (count == 0 && fresh.empty()) return;
  Items& items = list.items(gil);
  std::vector<Item>& all = items.all();
  const bool append = at == static_cast<Py_ssize_t>(all.size());
  for (const Item& item : fresh) {
    if (item.value) hold(list, item.value.get());  // what was there and never read has none
  }
  list.changed = true;
  const std::vector<Item> gone(std::move_iterator(all.begin() + at),
                               std::move_iterator(all.begin() + at + count));
  all.erase(all.begin() + at, all.begin() + at + count);
  all.insert(all.begin() + at, std::move_iterator(fresh.begin()), std::move_iterator(fresh.end()));
  append ? items.appended() : items.restructured();
}

// The elements of an iterable, checked, as items. False with an exception set.
bool read_items(Gil& gil, View& list, PyObject* iterable, std::vector<Item>& items) {
  const Ref values = Ref::steal(PySequence_List(iterable));
  if (!values) return false;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(values.get()); ++i) {
    const Ref place = Ref::steal(PyLong_FromSsize_t(i));
    PyObject* const value = PyList_GET_ITEM(values.get(), i);
    if (!place || !check_json(gil, types_of(as_object(list)), value, place.get())) return false;
    items.push_back(added_item(value));
  }
  return true;
}

// A plain list of the elements.
Ref values_of(Gil& gil, View& list) {
  Ref values = Ref::steal(PyList_New(0));
  for (Py_ssize_t i = 0; values && i < size_of(gil, list); ++i) {
    const Ref value = element(gil, list, i);
    if (!value || PyList_Append(values.get(), value.get()) != 0) return {};
  }
  return values;
}

Py_ssize_t length(PyObject* self) {
  Gil gil = Gil::held_by_caller();
  return size_of(gil, as_view(self));
}

// Called with an index from 0 on: by iteration, and with negative ones already counted from the
// end.
PyObject* item(PyObject* self, Py_ssize_t index) {
  Gil gil = Gil::held_by_caller();
  if (index >= 0 && index < size_of(gil, as_view(self))) {
    return element(gil, as_view(self), index).release();
  }
  PyErr_SetString(PyExc_IndexError, "index out of range");
  return nullptr;
}

PyObject* subscript_slice(Gil& gil, View& list, PyObject* object) {
  Slice slice;
  if (!read_slice(gil, list, object, slice)) return nullptr;
  Ref values = Ref::steal(PyList_New(0));
  for (Py_ssize_t i = 0; values && i < slice.count; ++i) {
    const Ref value = element(gil, list, slice.start + i * slice.step);
    if (!value || PyList_Append(values.get(), value.get()) != 0) return nullptr;
  }
  return values.release();
}

PyObject* subscript(PyObject* self, PyObject* key) {
  Gil gil = Gil::held_by_caller();
  if (PySlice_Check(key)) return subscript_slice(gil, as_view(self), key);
  if (PyIndex_Check(key) == 0) {
    PyErr_Format(PyExc_TypeError, "the indices of a list are int or slices, not %.200s",
                 Py_TYPE(key)->tp_name);
    return nullptr;
  }
  Py_ssize_t index = 0;
  if (!read_index(gil, as_view(self), key, index)) return nullptr;
  return element(gil, as_view(self), index).release();
}

int set_element(Gil& gil, View& list, Py_ssize_t index, PyObject* value) {
  if (list.items(gil)[index].value.get() == value) return 0;
  const Ref place = Ref::steal(PyLong_FromSsize_t(index));
  if (!place || !check_json(gil, types_of(as_object(list)), value, place.get())) return -1;
  list.changed = true;
  hold(list, value);
  Item& target = list.items(gil)[index];
  if (target.kind == Item::Kind::source) target.kind = Item::Kind::assigned;
  const Ref before = std::exchange(target.value, Ref::borrow(value));
  return 0;
}

int delete_slice(Gil& gil, View& list, const Slice& slice) {
  if (slice.count == 0) return 0;
  const Py_ssize_t last = slice.start + (slice.count - 1) * slice.step;
  const Py_ssize_t low = std::min(slice.start, last);
  const Py_ssize_t step = slice.step < 0 ? -slice.step : slice.step;
  std::vector<Item> kept;  // between the first and the last that go
  for (Py_ssize_t i = low; i <= std::max(slice.start, last); ++i) {
    if ((i - low) % step != 0) kept.push_back(list.items(gil)[i]);
  }
  splice(gil, list, low, std::max(slice.start, last) - low + 1, std::move(kept));
  list.items(gil).restructured();
  return 0;
}

int assign_slice(Gil& gil, View& list, PyObject* key, PyObject* iterable) {
  Slice slice;
  if (iterable == nullptr) {
    return read_slice(gil, list, key, slice) ? delete_slice(gil, list, slice) : -1;
  }
  std::vector<Item> fresh;
  // The iterable first: reading it may change the list.
  if (!read_items(gil, list, iterable, fresh) || !read_slice(gil, list, key, slice)) return -1;
  if (slice.step == 1) {
    const Py_ssize_t count = std::max<Py_ssize_t>(slice.stop - slice.start, 0);
    splice(gil, list, slice.start, count, std::move(fresh));
    return 0;
  }
  if (static_cast<Py_ssize_t>(fresh.size()) != slice.count) {
    PyErr_Format(PyExc_ValueError, "%zd values for an extended slice of %zd",
                 static_cast<Py_ssize_t>(fresh.size()), slice.count);
    return -1;
  }
  for (Py_ssize_t i = 0; i < slice.count; ++i) {
    PyObject* const value = fresh[static_cast<std::size_t>(i)].value.get();
    if (set_element(gil, list, slice.start + i * slice.step, value) != 0) return -1;
  }
  return 0;
}

int assign(PyObject* self, PyObject* key, PyObject* value) {
  Gil gil = Gil::held_by_caller();
  View& list = as_view(self);
  if (PySlice_Check(key)) return assign_slice(gil, list, key, value);
  if (PyIndex_Check(key) == 0) {
    PyErr_Format(PyExc_TypeError, "the indices of a list are int or slices, not %.200s",
                 Py_TYPE(key)->tp_name);
    return -1;
  }
  Py_ssize_t index = 0;
  if (!read_index(gil, list, key, index)) return -1;
  if (value != nullptr) return set_element(gil, list, index, value);
  splice(gil, list, index, 1, {});
  list.items(gil).restructured();
  return 0;
}

PyObject* append(PyObject* self, PyObject* value) {
  Gil gil = Gil::held_by_caller();
  View& list = as_view(self);
  const Ref place = Ref::steal(PyLong_FromSsize_t(size_of(gil, list)));
  if (!place || !check_json(gil, types_of(self), value, place.get())) return nullptr;
  splice(gil, list, size_of(gil, list), 0, {added_item(value)});
  Py_RETURN_NONE;
}

bool extend_list(Gil& gil, View& list, PyObject* iterable) {
  std::vector<Item> fresh;
  if (!read_items(gil, list, iterable, fresh)) return false;
  splice(gil, list, size_of(gil, list), 0, std::move(fresh));
  return true;
}

PyObject* extend(PyObject* self, PyObject* iterable) {
  Gil gil = Gil::held_by_caller();
  if (!extend_list(gil, as_view(self), iterable)) return nullptr;
  Py_RETURN_NONE;
}

PyObject* add_in_place(PyObject* self, PyObject* iterable) {
  Gil gil = Gil::held_by_caller();
  return extend_list(gil, as_view(self), iterable) ? Py_NewRef(self) : nullptr;
}

// list + list, either of them a RecordList: a plain list.
PyObject* concatenate(PyObject* left, PyObject* right) {
  const auto is_list_like = [](PyObject* object) {
    const PyNumberMethods* const methods = Py_TYPE(object)->tp_as_number;
    return PyList_Check(object) || (methods != nullptr && methods->nb_add == concatenate);
  };
  if (!is_list_like(left) || !is_list_like(right)) Py_RETURN_NOTIMPLEMENTED;
  const Ref a = Ref::steal(PySequence_List(left));
  const Ref b = a ? Ref::steal(PySequence_List(right)) : Ref();
  return b ? PySequence_Concat(a.get(), b.get()) : nullptr;
}

PyObject* insert(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  Gil gil = Gil::held_by_caller();
  View& list = as_view(self);
  if (!count_arguments("insert", count, 2, 2)) return nullptr;
  Py_ssize_t index = PyNumber_AsSsize_t(arguments[0], PyExc_OverflowError);
  if (index == -1 && PyErr_Occurred() != nullptr) return nullptr;
  if (!check_json(gil, types_of(self), arguments[1], arguments[0])) return nullptr;
  if (index < 0) index += size_of(gil, list);
  index = std::clamp<Py_ssize_t>(index, 0, size_of(gil, list));
  splice(gil, list, index, 0, {added_item(arguments[1])});
  Py_RETURN_NONE;
}

PyObject* pop(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  Gil gil = Gil::held_by_caller();
  View& list = as_view(self);
  if (!count_arguments("pop", count, 0, 1)) return nullptr;
  Py_ssize_t index = size_of(gil, list) - 1;
  if (count == 1 && !read_index(gil, list, arguments[0], index)) return nullptr;
  if (index < 0) {
    PyErr_SetString(PyExc_IndexError, "pop from an empty list");
    return nullptr;
  }
  Ref value = element(gil, list, index);
  if (!value) return nullptr;
  splice(gil, list, index, 1, {});
  list.items(gil).restructured();
  return value.release();
}

// The first index from `start` before `stop` whose element equals `value`; -1 if there is none, -2
// on an exception.
Py_ssize_t find(Gil& gil, View& list, PyObject* value, Py_ssize_t start, Py_ssize_t stop) {
  for (Py_ssize_t i = start; i < stop && i < size_of(gil, list); ++i) {
    const Ref one = element(gil, list, i);
    const int equal = one ? PyObject_RichCompareBool(one.get(), value, Py_EQ) : -1;
    if (equal != 0) return equal < 0 ? -2 : i;
  }
  return -1;
}

PyObject* index_of(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  Gil gil = Gil::held_by_caller();
  View& list = as_view(self);
  if (!count_arguments("index", count, 1, 3)) return nullptr;
  Py_ssize_t bounds[2] = {0, PY_SSIZE_T_MAX};
  for (Py_ssize_t i = 1; i < count; ++i) {
    Py_ssize_t& bound = bounds[i - 1];
    bound = PyNumber_AsSsize_t(arguments[i], nullptr);
    if (bound == -1 && PyErr_Occurred() != nullptr) return nullptr;
    if (bound < 0) bound = std::max<Py_ssize_t>(bound + size_of(gil, list), 0);
  }
  const Py_ssize_t found = find(gil, list, arguments[0], bounds[0], bounds[1]);
  if (found == -1) PyErr_Format(PyExc_ValueError, "%R is not in the list", arguments[0]);
  return found < 0 ? nullptr : PyLong_FromSsize_t(found);
}

PyObject* remove(PyObject* self, PyObject* value) {
  Gil gil = Gil::held_by_caller();
  View& list = as_view(self);
  const Py_ssize_t found = find(gil, list, value, 0, PY_SSIZE_T_MAX);
  if (found == -1) PyErr_Format(PyExc_ValueError, "%R is not in the list", value);
  if (found < 0) return nullptr;
  if (found < size_of(gil, list)) {
    splice(gil, list, found, 1, {});
    list.items(gil).restructured();
  }
  Py_RETURN_NONE;
}

PyObject* count(PyObject* self, PyObject* value) {
  Gil gil = Gil::held_by_caller();
  Py_ssize_t number = 0;
  for (Py_ssize_t at = 0;; ++at, ++number) {
    at = find(gil, as_view(self), value, at, PY_SSIZE_T_MAX);
    if (at == -2) return nullptr;
    if (at == -1) return PyLong_FromSsize_t(number);
  }
}

PyObject* clear(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  as_view(self).changed = true;
  as_view(self).items(gil).remove_all();
  Py_RETURN_NONE;
}

// Puts the elements into the order of those numbers.
void reorder(Gil& gil, View& list, const std::vector<Py_ssize_t>& order) {
  if (std::is_sorted(order.begin(), order.end())) return;
  Items& items = list.items(gil);
  std::vector<Item> ordered;
  ordered.reserve(order.size());
  for (const Py_ssize_t number : order) ordered.push_back(std::move(items[number]));
  items.all() = std::move(ordered);
  items.restructured();
  list.changed = true;
}

PyObject* reverse(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  std::vector<Py_ssize_t> order;
  for (Py_ssize_t i = size_of(gil, as_view(self)); i-- > 0;) order.push_back(i);
  reorder(gil, as_view(self), order);
  Py_RETURN_NONE;
}

// What the elements are sorted by: themselves, or key(element) of each.
Ref sort_keys(Gil& gil, View& list, PyObject* key) {
  Ref keys = values_of(gil, list);
  if (key == Py_None) return keys;
  for (Py_ssize_t i = 0; keys && i < PyList_GET_SIZE(keys.get()); ++i) {
    PyObject* const made = PyObject_CallOneArg(key, PyList_GET_ITEM(keys.get(), i));
    if (made == nullptr || PyList_SetItem(keys.get(), i, made) != 0) return {};
  }
  return keys;
}

// The numbers from 0, sorted by the keys as list.sort sorts.
Ref sorted_numbers(Gil&, const Ref& keys, PyObject* reverse) {
  Ref numbers = Ref::steal(PyList_New(0));
  for (Py_ssize_t i = 0; numbers && i < PyList_GET_SIZE(keys.get()); ++i) {
    const Ref number = Ref::steal(PyLong_FromSsize_t(i));
    if (!number || PyList_Append(numbers.get(), number.get()) != 0) return {};
  }
  const Ref by = Ref::steal(PyObject_GetAttrString(keys.get(), "__getitem__"));
  const Ref sort = numbers ? Ref::steal(PyObject_GetAttrString(numbers.get(), "sort")) : Ref();
  const Ref none = Ref::steal(PyTuple_New(0));
  const Ref options = by && sort && none
                          ? Ref::steal(Py_BuildValue("{sOsO}", "key", by.get(), "reverse", reverse))
                          : Ref();
  const Ref done =
      options ? Ref::steal(PyObject_Call(sort.get(), none.get(), options.get())) : Ref();
  return done ? numbers : Ref();
}

PyObject* sort(PyObject* self, PyObject* arguments, PyObject* keywords) {
  Gil gil = Gil::held_by_caller();
  View& list = as_view(self);
  const char* names[] = {"key", "reverse", nullptr};
  PyObject* key = Py_None;
  PyObject* backwards = Py_False;
  if (PyArg_ParseTupleAndKeywords(arguments, keywords, "|$OO:sort", const_cast<char**>(names), &key,
                                  &backwards) == 0) {
    return nullptr;
  }
  const std::uint32_t structure = list.items(gil).structure();
  const Ref keys = sort_keys(gil, list, key);
  const Ref numbers = keys ? sorted_numbers(gil, keys, backwards) : Ref();
  if (!numbers) return nullptr;
  if (list.items(gil).structure() != structure) {
    PyErr_SetString(PyExc_ValueError, "the list was modified during sort");
    return nullptr;
  }
  std::vector<Py_ssize_t> order;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(numbers.get()); ++i) {
    order.push_back(PyLong_AsSsize_t(PyList_GET_ITEM(numbers.get(), i)));
  }
  reorder(gil, list, order);
  Py_RETURN_NONE;
}

// 1 if the lists have equal elements; -1 on an exception.
int equal_elements(Gil& gil, View& list, PyObject* other) {
  const Py_ssize_t size = size_of(gil, list);
  if (PyObject_Size(other) != size) return 0;
  for (Py_ssize_t i = 0; i < size && i < size_of(gil, list); ++i) {
    const Ref mine = element(gil, list, i);
    const Ref theirs = mine ? Ref::steal(PySequence_GetItem(other, i)) : Ref();
    const int equal = theirs ? PyObject_RichCompareBool(mine.get(), theirs.get(), Py_EQ) : -1;
    if (equal != 1) return equal;
  }
  return 1;
}

PyObject* compare(PyObject* self, PyObject* other, int operation) {
  Gil gil = Gil::held_by_caller();
  const bool comparable = PyList_Check(other) || Py_IS_TYPE(other, Py_TYPE(self));
  if (!comparable || (operation != Py_EQ && operation != Py_NE)) Py_RETURN_NOTIMPLEMENTED;
  if (Py_EnterRecursiveCall(" while comparing records") != 0) return nullptr;
  const int equal = self == other ? 1 : equal_elements(gil, as_view(self), other);
  Py_LeaveRecursiveCall();
  return equal < 0 ? nullptr : PyBool_FromLong((equal == 1) == (operation == Py_EQ));
}

PyDoc_STRVAR(
    list_doc,
    "A JSON array, read where it lies: a mutable sequence in which only what is asked for\n"
    "becomes a Python object. It behaves as the list that json.loads makes of the same\n"
    "text; a slice of it and a sum with it are plain lists. Written back, elements that\n"
    "were not changed have the bytes they came with. See Record.");

PyMethodDef methods[] = {
    {"append", append, METH_O, "append($self, value, /)\n--\n\nAdd a value at the end."},
    {"extend", extend, METH_O,
     "extend($self, iterable, /)\n--\n\nAdd the values of an iterable at the end."},
    {"insert", as_method(insert), METH_FASTCALL,
     "insert($self, index, value, /)\n--\n\nPut a value before the one at the index."},
    {"pop", as_method(pop), METH_FASTCALL,
     "pop($self, index=-1, /)\n--\n\n"
     "Remove the element at the index and return it; IndexError if there is none."},
    {"remove", remove, METH_O,
     "remove($self, value, /)\n--\n\nRemove the first element that equals it, or ValueError."},
    {"clear", clear, METH_NOARGS, "clear($self, /)\n--\n\nRemove every element."},
    {"reverse", reverse, METH_NOARGS, "reverse($self, /)\n--\n\nReverse the list in place."},
    {"sort", as_method(sort), METH_VARARGS | METH_KEYWORDS,
     "sort($self, /, *, key=None, reverse=False)\n--\n\nSort the list in place, as list.sort."},
    {"index", as_method(index_of), METH_FASTCALL,
     "index($self, value, start=0, stop=9223372036854775807, /)\n--\n\n"
     "The first index of an equal element, or ValueError."},
    {"count", count, METH_O, "count($self, value, /)\n--\n\nHow many elements equal it."},
    to_json_method,
    to_python_method,
    copy_method,
    shallow_copy_method,
    deep_copy_method,
    reduce_method,
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char*>(list_doc)},
    {Py_tp_dealloc, reinterpret_cast<void*>(deallocate_view)},
    {Py_tp_traverse, reinterpret_cast<void*>(traverse_view)},
    {Py_tp_clear, reinterpret_cast<void*>(clear_view)},
    {Py_tp_repr, reinterpret_cast<void*>(represent)},
    {Py_tp_hash, reinterpret_cast<void*>(PyObject_HashNotImplemented)},
    {Py_tp_richcompare, reinterpret_cast<void*>(compare)},
    {Py_tp_iter, reinterpret_cast<void*>(PySeqIter_New)},
    {Py_tp_methods, methods},
    {Py_sq_length, reinterpret_cast<void*>(length)},
    {Py_sq_item, reinterpret_cast<void*>(item)},
    {Py_mp_length, reinterpret_cast<void*>(length)},
    {Py_mp_subscript, reinterpret_cast<void*>(subscript)},
    {Py_mp_ass_subscript, reinterpret_cast<void*>(assign)},
    {Py_nb_add, reinterpret_cast<void*>(concatenate)},
    {Py_nb_inplace_add, reinterpret_cast<void*>(add_in_place)},
    {0, nullptr},
};

}  // namespace

PyType_Spec record_list_spec = {
    "adyton.RecordList",
    sizeof(View),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_SEQUENCE | Py_TPFLAGS_IMMUTABLETYPE |
        Py_TPFLAGS_DISALLOW_INSTANTIATION,
    slots,
};

}  // namespace adyton::worker
