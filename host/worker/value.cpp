#include "host/worker/value.h"

#include "modules/json/binding/build.h"
#include "modules/json/binding/scalar.h"
#include "modules/json/parse.h"
#include "modules/json/scan.h"

namespace adyton::worker {

using python::Gil;
using python::Ref;

namespace {

bool is_container(char c) {
  return c == '{' || c == '[';
}

Ref item_to_plain(Gil& gil, const Types& types, View& view, Item& item) {
  if (item.value) return to_plain(gil, types, item.value.get());
  return make_plain(gil, types, view.source->view(item.value_begin, item.value_end));
}

Ref record_to_plain(Gil& gil, const Types& types, View& view) {
  Ref dict = Ref::steal(PyDict_New());
  if (!dict) return {};
  Items& items = view.items(gil);
  items.count(gil);
  for (std::uint32_t i = 0; i < items.all().size(); ++i) {
    if (!items[i].live() || items[i].repeat) continue;
    const Ref key = name_object(gil, items[i].name);
    const Ref value = key ? item_to_plain(gil, types, view, items[items.speaker(gil, i)]) : Ref();
    if (!value || PyDict_SetItem(dict.get(), key.get(), value.get()) != 0) return {};
  }
  return dict;
}

Ref list_to_plain(Gil& gil, const Types& types, View& view) {
  Items& items = view.items(gil);
  Ref list = Ref::steal(PyList_New(0));
  if (!list) return {};
  for (std::uint32_t i = 0; i < items.all().size(); ++i) {
    const Ref value = item_to_plain(gil, types, view, items[i]);
    if (!value || PyList_Append(list.get(), value.get()) != 0) return {};
  }
  return list;
}

Ref view_to_plain(Gil& gil, const Types& types, View& view) {
  if (!modified(view, types)) {
    return make_plain(gil, types, view.source->view(view.begin, view.end));
  }
  return is_record(types, as_object(view)) ? record_to_plain(gil, types, view)
                                           : list_to_plain(gil, types, view);
}

Ref dict_to_plain(Gil& gil, const Types& types, PyObject* dict) {
  Ref copy = Ref::steal(PyDict_New());
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  for (Py_ssize_t at = 0; copy && PyDict_Next(dict, &at, &key, &value) != 0;) {
    const Ref plain = to_plain(gil, types, value);
    if (!plain || PyDict_SetItem(copy.get(), key, plain.get()) != 0) return {};
  }
  return copy;
}

Ref sequence_to_plain(Gil& gil, const Types& types, PyObject* sequence) {
  Ref copy = Ref::steal(PyList_New(0));
  for (Py_ssize_t i = 0; copy && i < PySequence_Fast_GET_SIZE(sequence); ++i) {
    const Ref plain = to_plain(gil, types, PySequence_Fast_GET_ITEM(sequence, i));
    if (!plain || PyList_Append(copy.get(), plain.get()) != 0) return {};
  }
  return copy;
}

}  // namespace

Ref make_value(Gil& gil, const Types& types, const Source& source, std::uint32_t begin,
               std::uint32_t end) {
  if (is_container(source->data()[begin])) return make_view(gil, types, source, begin, end);
  return json::make_scalar(gil, source->view(begin, end));
}

Ref make_plain(Gil& gil, const Types& types, std::string_view text) {
  if (!is_container(text[0])) return json::make_scalar(gil, text);
  json::Builder builder(gil, *types.key_cache);
  json::ParseOptions options;
  options.max_depth = json::max_depth;
  const std::string document(text);  // the parser wants a NUL behind it
  // The text is JSON: what stops the builder is an exception.
  if (json::parse(document, options, builder)) return {};
  return builder.take();
}

Ref to_plain(Gil& gil, const Types& types, PyObject* value) {
  const bool container =
      is_view(types, value) || PyDict_Check(value) || PyList_Check(value) || PyTuple_Check(value);
  if (!container) return Ref::borrow(value);
  if (Py_EnterRecursiveCall(" while making plain objects of a record") != 0) return {};
  Ref plain;
  if (is_view(types, value)) {
    plain = view_to_plain(gil, types, as_view(value));
  } else if (PyDict_Check(value)) {
    plain = dict_to_plain(gil, types, value);
  } else {
    plain = sequence_to_plain(gil, types, value);
  }
  Py_LeaveRecursiveCall();
  return plain;
}

Ref name_object(Gil& gil, std::string_view name) {
  return json::make_name(gil, name);
}

}  // namespace adyton::worker
