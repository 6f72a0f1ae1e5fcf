#include "modules/json/binding/dump_options.h"

#include <string>

#include "modules/json/binding/limits.h"

namespace adyton::json {
namespace {

bool given(PyObject* option) {
  return option != nullptr && option != Py_None;
}

/// Sets `value` by the truth of an option that was given; false with an exception set.
template <class T>
bool choose(PyObject* option, T if_true, T if_false, T& value) {
  if (option == nullptr) return true;
  const int is_true = PyObject_IsTrue(option);
  if (is_true < 0) return false;
  value = is_true ? if_true : if_false;
  return true;
}

bool read_choices(const DumpKeywords& keywords, SerializeOptions& options) {
  return choose(keywords.skipkeys, OtherKeys::skip, OtherKeys::error, options.other_keys) &&
         choose(keywords.ensure_ascii, Characters::ascii, Characters::utf8, options.characters) &&
         choose(keywords.check_circular, Circles::check, Circles::unchecked, options.circles) &&
         choose(keywords.allow_nan, NonFinite::accept, NonFinite::reject, options.non_finite) &&
         choose(keywords.sort_keys, KeyOrder::sorted, KeyOrder::kept, options.key_order);
}

/// The str as UTF-8; false, without an exception, if it cannot be had.
bool read_text(PyObject* str, Surrogates surrogates, std::string& text) {
  if (!PyUnicode_Check(str)) return false;
  const char* const errors = surrogates == Surrogates::pass ? "surrogatepass" : "strict";
  const python::Ref bytes = python::Ref::steal(PyUnicode_AsEncodedString(str, "utf-8", errors));
  if (!bytes) {
    PyErr_Clear();
    return false;
  }
  text.assign(PyBytes_AS_STRING(bytes.get()),
              static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.get())));
  return true;
}

bool read_separators(PyObject* separators, SerializeOptions& options) {
  PyObject* pair[2];
  if (PyTuple_CheckExact(separators) && PyTuple_GET_SIZE(separators) == 2) {
    for (int i : {0, 1}) pair[i] = PyTuple_GET_ITEM(separators, i);
  } else if (PyList_CheckExact(separators) && PyList_GET_SIZE(separators) == 2) {
    for (int i : {0, 1}) pair[i] = PyList_GET_ITEM(separators, i);
  } else {
    return false;
  }
  return read_text(pair[0], options.surrogates, options.layout.item_separator) &&
         read_text(pair[1], options.surrogates, options.layout.key_separator);
}

bool read_indent(PyObject* indent, SerializeOptions& options) {
  constexpr long widest = 1'000'000;
  std::string& text = options.layout.indent.emplace();
  if (PyUnicode_Check(indent)) return read_text(indent, options.surrogates, text);
  if (!PyLong_Check(indent)) return false;
  int overflow = 0;
  const long blanks = PyLong_AsLongAndOverflow(indent, &overflow);
  if (overflow != 0 || blanks > widest) return false;
  text.assign(static_cast<std::size_t>(blanks > 0 ? blanks : 0), ' ');
  return true;
}

/// Whether skipkeys may be true. With an indent it is left to the standard library, whose releases
/// differ in the looks of an object that loses all its members.
bool may_skip(const DumpKeywords& keywords) {
  return keywords.skipkeys != nullptr && keywords.skipkeys != Py_False;
}

bool read_layout(const DumpKeywords& keywords, SerializeOptions& options) {
  if (given(keywords.indent)) {
    if (may_skip(keywords)) return false;
    if (!read_indent(keywords.indent, options)) return false;
    options.layout.item_separator = ",";
    options.layout.key_separator = ": ";
    options.model = indenting_model;
  }
  return !given(keywords.separators) || read_separators(keywords.separators, options);
}

}  // namespace

bool DumpKeywords::bind(python::Gil& gil, Arguments& arguments,
                        std::span<const Arguments::Slot> parameters) {
  return arguments.bind(gil, parameters, slots());
}

python::Ref DumpKeywords::dict(python::Gil&) {
  python::Ref dict = python::Ref::steal(PyDict_New());
  if (!dict) return dict;
  for (const Arguments::Slot& slot : slots()) {
    if (*slot.value == nullptr) continue;
    if (PyDict_SetItemString(dict.get(), slot.name, *slot.value) < 0) return python::Ref();
  }
  return dict;
}

Route read_options(python::Gil&, const DumpKeywords& keywords, SerializeOptions& options) {
  if (given(keywords.cls) || !read_layout(keywords, options)) return Route::standard;
  if (!read_choices(keywords, options)) return Route::failed;
  if (given(keywords.default_hook)) options.default_hook = keywords.default_hook;
  options.max_depth = nesting_limit();
  return Route::native;
}

}  // namespace adyton::json
