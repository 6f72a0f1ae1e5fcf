#include "host/worker/view.h"

#include <memory>
#include <utility>

#include "host/worker/value.h"
#include "modules/json/binding/scalar.h"

namespace adyton::worker {

using python::Gil;
using python::Ref;

Ref make_view(Gil&, const Types& types, Source source, std::uint32_t begin, std::uint32_t end) {
  PyTypeObject* const type = source->data()[begin] == '{' ? types.record : types.list;
  View* const view = PyObject_GC_New(View, type);
  if (view == nullptr) return {};
  std::construct_at(&view->source, std::move(source));
  std::construct_at(&view->index);
  view->begin = begin;
  view->end = end;
  view->changed = false;
  view->nested = false;
  return Ref::steal(as_object(*view));
}

Ref copy_view(Gil& gil, View& view) {
  Ref copy = make_view(gil, types_of(as_object(view)), view.source, view.begin, view.end);
  if (!copy) return {};
  Items& items = view.items(gil);
  for (std::uint32_t i = 0; i < items.all().size(); ++i) {
    if (items[i].kind != Item::Kind::source) continue;
    const char first = view.text()[items[i].value_begin];
    if ((first == '{' || first == '[') && !value_of(gil, view, i)) return {};
  }
  View& made = as_view(copy.get());
  made.index = std::make_unique<Items>(items);
  made.changed = view.changed;
  made.nested = view.nested;
  PyObject_GC_Track(as_object(made));
  return copy;
}

Ref value_of(Gil& gil, View& view, std::uint32_t number) {
  const Item& item = view.items(gil)[number];
  if (item.value) return item.value;
  const Types& types = types_of(as_object(view));
  const std::uint32_t begin = item.value_begin;
  Ref value = make_value(gil, types, view.source, begin, item.value_end);
  if (!value) return {};
  // Making an object may run the collector, and that anything: the item is looked up anew.
  std::vector<Item>& all = view.index->all();
  if (number >= all.size() || all[number].value || all[number].value_begin != begin) return value;
  all[number].value = value;
  if (is_view(types, value.get())) {
    view.nested = true;
    hold(view, value.get());
  }
  return value;
}

bool key_text(Gil& gil, PyObject* key, std::string& buffer, std::string_view& text) {
  if (PyUnicode_Check(key)) return json::read_name(gil, key, buffer, text);
  PyErr_Format(PyExc_TypeError, "the keys of a record are str, not %.200s", Py_TYPE(key)->tp_name);
  return false;
}

bool modified(View& view, const Types& types) {
  if (view.changed) return true;
  if (!view.nested) return false;
  for (const Item& item : view.index->all()) {
    if (item.value && is_view(types, item.value.get()) &&
        modified(as_view(item.value.get()), types)) {
      return true;
    }
  }
  return false;
}

void hold(View& view, PyObject* value) {
  if (PyObject_IS_GC(value) && PyObject_GC_IsTracked(as_object(view)) == 0) {
    PyObject_GC_Track(as_object(view));
  }
}

void deallocate_view(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  Py_TRASHCAN_BEGIN(self, deallocate_view);
  View& view = as_view(self);
  std::destroy_at(&view.index);
  std::destroy_at(&view.source);
  PyObject_GC_Del(self);
  Py_DECREF(type);
  Py_TRASHCAN_END;
}

int traverse_view(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  View& view = as_view(self);
  if (!view.index) return 0;
  for (const Item& item : view.index->all()) Py_VISIT(item.value.get());
  return 0;
}

int clear_view(PyObject* self) {
  View& view = as_view(self);
  if (!view.index) return 0;
  // What a script assigned is lost with the cycle it was in; the source's own values can be made
  // again.
  std::vector<Ref> gone;
  for (Item& item : view.index->all()) {
    Ref value = item.kind == Item::Kind::source ? Ref() : Ref::borrow(Py_None);
    std::swap(item.value, value);
    gone.push_back(std::move(value));
  }
  return 0;
}

}  // namespace adyton::worker
