#include "host/worker/record.h"

#include <utility>

#include "host/worker/arguments.h"
#include "host/worker/record_views.h"
#include "host/worker/render.h"
#include "host/worker/value.h"
#include "host/worker/view_methods.h"

namespace adyton::worker {

using python::Gil;
using python::Ref;

namespace {

enum class Found { yes, no, failed };

// The number of the member that `key` names. A key that is no str is simply not there, as in a
// dict.
Found find_member(Gil& gil, View& record, PyObject* key, std::uint32_t& number) {
  if (!PyUnicode_Check(key)) return PyObject_Hash(key) == -1 ? Found::failed : Found::no;
  std::string buffer;
  std::string_view name;
  if (!key_text(gil, key, buffer, name)) return Found::failed;
  number = record.items(gil).find(gil, name);
  return number == Items::none ? Found::no : Found::yes;
}

// The member's value, or a new reference to `absent` (which may be null: then no exception is set).
PyObject* lookup(Gil& gil, View& record, PyObject* key, PyObject* absent) {
  std::uint32_t number = 0;
  switch (find_member(gil, record, key, number)) {
    case Found::yes:
      return value_of(gil, record, number).release();
    case Found::no:
      return Py_XNewRef(absent);
    case Found::failed:
      break;
  }
  return nullptr;
}

PyObject* raise_key_error(PyObject* key) {
  // A tuple as key must not become the exception's arguments.
  const Ref arguments = Ref::steal(PyTuple_Pack(1, key));
  if (arguments) PyErr_SetObject(PyExc_KeyError, arguments.get());
  return nullptr;
}

PyObject* subscript(PyObject* self, PyObject* key) {
  Gil gil = Gil::held_by_caller();
  PyObject* const value = lookup(gil, as_view(self), key, nullptr);
  if (value == nullptr && PyErr_Occurred() == nullptr) return raise_key_error(key);
  return value;
}

int contains(PyObject* self, PyObject* key) {
  Gil gil = Gil::held_by_caller();
  std::uint32_t number = 0;
  switch (find_member(gil, as_view(self), key, number)) {
    case Found::yes:
      return 1;
    case Found::no:
      return 0;
    case Found::failed:
      break;
  }
  return -1;
}

Py_ssize_t length(PyObject* self) {
  Gil gil = Gil::held_by_caller();
  return as_view(self).items(gil).count(gil);
}

int assign(PyObject* self, PyObject* key, PyObject* value) {
  Gil gil = Gil::held_by_caller();
  return assign_member(gil, as_view(self), key, value);
}

int remove_member(Gil& gil, View& record, PyObject* key) {
  std::uint32_t number = 0;
  const Found found = find_member(gil, record, key, number);
  if (found == Found::no) raise_key_error(key);
  if (found != Found::yes) return -1;
  std::string buffer;
  std::string_view name;
  if (!key_text(gil, key, buffer, name)) return -1;
  record.changed = true;
  record.items(gil).remove(gil, name);
  return 0;
}

PyObject* get(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  Gil gil = Gil::held_by_caller();
  if (!count_arguments("get", count, 1, 2)) return nullptr;
  return lookup(gil, as_view(self), arguments[0], count == 2 ? arguments[1] : Py_None);
}

PyObject* set_default(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  Gil gil = Gil::held_by_caller();
  if (!count_arguments("setdefault", count, 1, 2)) return nullptr;
  PyObject* const value = lookup(gil, as_view(self), arguments[0], nullptr);
  if (value != nullptr || PyErr_Occurred() != nullptr) return value;
  PyObject* const fallback = count == 2 ? arguments[1] : Py_None;
  return assign_member(gil, as_view(self), arguments[0], fallback) == 0 ? Py_NewRef(fallback)
                                                                        : nullptr;
}

PyObject* pop(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  Gil gil = Gil::held_by_caller();
  if (!count_arguments("pop", count, 1, 2)) return nullptr;
  Ref value = Ref::steal(lookup(gil, as_view(self), arguments[0], nullptr));
  if (!value) {
    if (PyErr_Occurred() != nullptr) return nullptr;
    return count == 2 ? Py_NewRef(arguments[1]) : raise_key_error(arguments[0]);
  }
  return remove_member(gil, as_view(self), arguments[0]) == 0 ? value.release() : nullptr;
}

// The last name in the order of iteration, or none if the record is empty.
std::uint32_t last_name(Gil& gil, View& record) {
  Items& items = record.items(gil);
  if (items.count(gil) == 0) return Items::none;
  auto i = static_cast<std::uint32_t>(items.all().size());
  do --i;
  while (!items[i].live() || items[i].repeat);
  return i;
}

PyObject* pop_item(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  View& record = as_view(self);
  const std::uint32_t number = last_name(gil, record);
  if (number == Items::none) {
    PyErr_SetString(PyExc_KeyError, "popitem(): the record is empty");
    return nullptr;
  }
  Items& items = record.items(gil);
  const Ref key = name_object(gil, items[number].name);
  const Ref value = key ? value_of(gil, record, items.speaker(gil, number)) : Ref();
  Ref pair = value ? Ref::steal(PyTuple_Pack(2, key.get(), value.get())) : Ref();
  return pair && remove_member(gil, record, key.get()) == 0 ? pair.release() : nullptr;
}

PyObject* clear(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  as_view(self).changed = true;
  as_view(self).items(gil).remove_all();
  Py_RETURN_NONE;
}

PyObject* update(PyObject* self, PyObject* arguments, PyObject* keywords) {
  Gil gil = Gil::held_by_caller();
  PyObject* other = nullptr;
  if (!PyArg_UnpackTuple(arguments, "update", 0, 1, &other)) return nullptr;
  if (other != nullptr && !update_record(gil, as_view(self), other)) return nullptr;
  if (keywords != nullptr && !update_record(gil, as_view(self), keywords)) return nullptr;
  Py_RETURN_NONE;
}

bool update_from_keys(Gil& gil, View& record, PyObject* other) {
  const Ref keys = Ref::steal(PyObject_CallMethod(other, "keys", nullptr));
  const Ref iterator = keys ? Ref::steal(PyObject_GetIter(keys.get())) : Ref();
  if (!iterator) return false;
  while (const Ref key = Ref::steal(PyIter_Next(iterator.get()))) {
    const Ref value = Ref::steal(PyObject_GetItem(other, key.get()));
    if (!value || assign_member(gil, record, key.get(), value.get()) != 0) return false;
  }
  return PyErr_Occurred() == nullptr;
}

bool update_from_pairs(Gil& gil, View& record, PyObject* other) {
  const Ref iterator = Ref::steal(PyObject_GetIter(other));
  if (!iterator) return false;
  while (const Ref element = Ref::steal(PyIter_Next(iterator.get()))) {
    const Ref pair =
        Ref::steal(PySequence_Fast(element.get(), "update() takes pairs of key and value"));
    if (!pair) return false;
    if (PySequence_Fast_GET_SIZE(pair.get()) != 2) {
      PyErr_Format(PyExc_ValueError,
                   "update() takes pairs of key and value; this one has length %zd",
                   PySequence_Fast_GET_SIZE(pair.get()));
      return false;
    }
    const Ref key = Ref::borrow(PySequence_Fast_GET_ITEM(pair.get(), 0));
    const Ref value = Ref::borrow(PySequence_Fast_GET_ITEM(pair.get(), 1));
    if (assign_member(gil, record, key.get(), value.get()) != 0) return false;
  }
  return PyErr_Occurred() == nullptr;
}

// record | mapping, mapping | record: a Record and a dict, after the left one.
PyObject* merge(PyObject* left, PyObject* right) {
  Gil gil = Gil::held_by_caller();
  if (Py_TYPE(left)->tp_as_number != nullptr && Py_TYPE(left)->tp_as_number->nb_or == merge) {
    if (!PyDict_Check(right) && !Py_IS_TYPE(right, Py_TYPE(left))) Py_RETURN_NOTIMPLEMENTED;
    Ref copy = copy_view(gil, as_view(left));
    return copy && update_record(gil, as_view(copy.get()), right) ? copy.release() : nullptr;
  }
  if (!PyDict_Check(left)) Py_RETURN_NOTIMPLEMENTED;
  Ref copy = Ref::steal(PyDict_Copy(left));
  return copy && PyDict_Update(copy.get(), right) == 0 ? copy.release() : nullptr;
}

PyObject* merge_in_place(PyObject* self, PyObject* other) {
  Gil gil = Gil::held_by_caller();
  return update_record(gil, as_view(self), other) ? Py_NewRef(self) : nullptr;
}

// 1 if `other`, a dict or a Record, has the same keys with equal values; -1 on an exception.
int equal_members(Gil& gil, View& record, PyObject* other) {
  Items& items = record.items(gil);
  const Py_ssize_t other_length = PyObject_Size(other);
  if (other_length != static_cast<Py_ssize_t>(items.count(gil))) return other_length < 0 ? -1 : 0;
  for (std::uint32_t i = 0; i < items.all().size(); ++i) {
    if (!items[i].live() || items[i].repeat) continue;
    const Ref key = name_object(gil, items[i].name);
    if (!key) return -1;
    const int has = PySequence_Contains(other, key.get());
    if (has != 1) return has;
    const Ref mine = value_of(gil, record, items.speaker(gil, i));
    const Ref theirs = mine ? Ref::steal(PyObject_GetItem(other, key.get())) : Ref();
    if (!theirs) return -1;
    const int equal = PyObject_RichCompareBool(mine.get(), theirs.get(), Py_EQ);
    if (equal != 1) return equal;
  }
  return 1;
}

PyObject* compare(PyObject* self, PyObject* other, int operation) {
  Gil gil = Gil::held_by_caller();
  const bool comparable = PyDict_Check(other) || Py_IS_TYPE(other, Py_TYPE(self));
  if (!comparable || (operation != Py_EQ && operation != Py_NE)) Py_RETURN_NOTIMPLEMENTED;
  if (Py_EnterRecursiveCall(" while comparing records") != 0) return nullptr;
  const int equal = self == other ? 1 : equal_members(gil, as_view(self), other);
  Py_LeaveRecursiveCall();
  return equal < 0 ? nullptr : PyBool_FromLong((equal == 1) == (operation == Py_EQ));
}

PyObject* iterate(PyObject* self) {
  Gil gil = Gil::held_by_caller();
  return make_iterator(gil, as_view(self), Part::keys, Direction::forward);
}

PyObject* reversed(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  return make_iterator(gil, as_view(self), Part::keys, Direction::backward);
}

template <Part part>
PyObject* view_of_part(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  return make_record_view(gil, as_view(self), part);
}

PyDoc_STRVAR(
    record_doc,
    "A JSON object, read where it lies: a mutable mapping in which only what is asked for\n"
    "becomes a Python object.\n"
    "\n"
    "It behaves as the dict that json.loads makes of the same text; a nested object is a\n"
    "Record, a nested array a RecordList. Written back, everything that was not changed has\n"
    "the bytes it came with: order of keys, white space, spelling of numbers and strings.\n"
    "A key that the text repeats has the value of the last, as with json.loads; writing or\n"
    "deleting it leaves one or none.\n"
    "\n"
    "What is assigned must be what JSON can say (str, int, finite float, bool, None, dict,\n"
    "list, tuple, Record, RecordList): TypeError or ValueError otherwise, at once.\n"
    "\n"
    "A Python step of a pipeline gets its records as this; Record.from_json makes one\n"
    "anywhere. A Record that is kept keeps the text around it alive (in a pipeline: the\n"
    "batch, some MB); copy.deepcopy(record) has just its own.");

PyMethodDef methods[] = {
    {"get", as_method(get), METH_FASTCALL,
     "get($self, key, default=None, /)\n--\n\nThe value of the key, or `default` if it is absent."},
    {"setdefault", as_method(set_default), METH_FASTCALL,
     "setdefault($self, key, default=None, /)\n--\n\n"
     "The value of the key; if it is absent, it is set to `default` first."},
    {"pop", as_method(pop), METH_FASTCALL,
     "pop(key[, default])\n\n"
     "Remove the key and return its value; `default`, or else KeyError, if it is absent."},
    {"popitem", pop_item, METH_NOARGS,
     "popitem($self, /)\n--\n\nRemove and return the last (key, value); KeyError if empty."},
    {"clear", clear, METH_NOARGS, "clear($self, /)\n--\n\nRemove every member."},
    {"update", as_method(update), METH_VARARGS | METH_KEYWORDS,
     "update($self, other=(), /, **members)\n--\n\n"
     "Set every member of a mapping or of an iterable of pairs, as dict.update."},
    {"keys", view_of_part<Part::keys>, METH_NOARGS,
     "keys($self, /)\n--\n\nA set-like view of the keys."},
    {"values", view_of_part<Part::values>, METH_NOARGS,
     "values($self, /)\n--\n\nA view of the values."},
    {"items", view_of_part<Part::items>, METH_NOARGS,
     "items($self, /)\n--\n\nA set-like view of the (key, value) pairs."},
    {"__reversed__", reversed, METH_NOARGS, "The keys, from the last to the first."},
    to_json_method,
    to_python_method,
    copy_method,
    shallow_copy_method,
    deep_copy_method,
    reduce_method,
    {"from_json", as_method(from_json), METH_O | METH_CLASS,
     "from_json($type, text, /)\n--\n\n"
     "Read one JSON value (RFC 8259) from bytes, another bytes-like object or str: a Record for "
     "an\n"
     "object, a RecordList for an array, else the plain value. The whole text is checked, in "
     "UTF-8;\n"
     "ValueError with the byte's number where it is not JSON, or is nested more than 1024 deep."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char*>(record_doc)},
    {Py_tp_dealloc, reinterpret_cast<void*>(deallocate_view)},
    {Py_tp_traverse, reinterpret_cast<void*>(traverse_view)},
    {Py_tp_clear, reinterpret_cast<void*>(clear_view)},
    {Py_tp_repr, reinterpret_cast<void*>(represent)},
    {Py_tp_hash, reinterpret_cast<void*>(PyObject_HashNotImplemented)},
    {Py_tp_richcompare, reinterpret_cast<void*>(compare)},
    {Py_tp_iter, reinterpret_cast<void*>(iterate)},
    {Py_tp_methods, methods},
    {Py_mp_subscript, reinterpret_cast<void*>(subscript)},
    {Py_mp_ass_subscript, reinterpret_cast<void*>(assign)},
    {Py_mp_length, reinterpret_cast<void*>(length)},
    {Py_sq_contains, reinterpret_cast<void*>(contains)},
    {Py_nb_or, reinterpret_cast<void*>(merge)},
    {Py_nb_inplace_or, reinterpret_cast<void*>(merge_in_place)},
    {0, nullptr},
};

}  // namespace

PyType_Spec record_spec = {
    "adyton.Record",
    sizeof(View),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MAPPING | Py_TPFLAGS_IMMUTABLETYPE |
        Py_TPFLAGS_DISALLOW_INSTANTIATION,
    slots,
};

int assign_member(Gil& gil, View& record, PyObject* key, PyObject* value) {
  if (value == nullptr) return remove_member(gil, record, key);
  const Types& types = types_of(as_object(record));
  std::string buffer;
  std::string_view name;
  if (!key_text(gil, key, buffer, name)) return -1;
  Items& items = record.items(gil);
  const std::uint32_t present = items.find(gil, name);
  // record[k] = record[k] changes nothing, and with it record[k] += … of a nested list.
  if (present != Items::none && items[present].value.get() == value && !items[present].repeat)
    return 0;
  if (!check_json(gil, types, value, key)) return -1;
  record.changed = true;
  hold(record, value);
  const std::uint32_t number = items.find_for_write(gil, name);
  if (number == Items::none) {
    items.add(gil, name, Ref::borrow(value));
    return 0;
  }
  const Ref before = std::exchange(items[number].value, Ref::borrow(value));
  if (items[number].kind == Item::Kind::source) items[number].kind = Item::Kind::assigned;
  return 0;
}

bool update_record(Gil& gil, View& record, PyObject* other) {
  const bool mapping = PyObject_HasAttrString(other, "keys") != 0;
  return mapping ? update_from_keys(gil, record, other) : update_from_pairs(gil, record, other);
}

}  // namespace adyton::worker
