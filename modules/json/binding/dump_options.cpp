#include "modules/json/binding/dump_options.h"

#include <string>

#include "modules/json/binding/limits.h"
#include "modules/json/parse.h"

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
/// differ in the looks of an object that loses all its members: even if natives are on, for most
/// documents have none, but not if `default` would be called with them.
bool may_skip(const DumpKeywords& keywords, const NativeOptions& native) {
  const bool asked = given(keywords.natives) || given(keywords.default_hook);
  if (asked && native.natives == Natives::on) return false;
  return keywords.skipkeys != nullptr && keywords.skipkeys != Py_False;
}

bool read_layout(const DumpKeywords& keywords, SerializeOptions& options) {
  if (given(keywords.indent)) {
    if (may_skip(keywords, options.native)) return false;
    if (!read_indent(keywords.indent, options)) return false;
    options.layout.item_separator = ",";
    options.layout.key_separator = ": ";
    options.model = indenting_model;
  }
  return !given(keywords.separators) || read_separators(keywords.separators, options);
}

/// Sets where bytes go; false with an exception set.
bool read_bytes_as(PyObject* option, NativeOptions& native) {
  if (!given(option)) return true;
  const bool is_str = PyUnicode_Check(option);
  if (is_str && PyUnicode_CompareWithASCIIString(option, "base64") == 0) {
    native.bytes_as = base64::Alphabet::standard;
  } else if (is_str && PyUnicode_CompareWithASCIIString(option, "base64url") == 0) {
    native.bytes_as = base64::Alphabet::url;
  } else {
    PyErr_Format(PyExc_ValueError, "bytes_as must be 'base64', 'base64url' or None, not %R",
                 option);
    return false;
  }
  return true;
}

bool read_natives(const DumpKeywords& keywords, NativeOptions& native) {
  PyObject* const natives = given(keywords.natives) ? keywords.natives : nullptr;
  if (!choose(natives, Natives::on, Natives::off, native.natives)) return false;
  if (native.natives == Natives::unless_default) {
    native.natives = given(keywords.default_hook) ? Natives::off : Natives::on;
  }
  return choose(keywords.naive_utc, NaiveTimes::utc, NaiveTimes::local, native.naive_times) &&
         choose(keywords.utc_z, UtcForm::z, UtcForm::offset, native.time_form.utc) &&
         choose(keywords.omit_microseconds, Microseconds::omitted, Microseconds::kept,
                native.time_form.microseconds) &&
         read_bytes_as(keywords.bytes_as, native);
}

}  // namespace

bool DumpKeywords::bind(python::Gil& gil, Arguments& arguments,
                        std::span<const Arguments::Slot> parameters) {
  return arguments.bind(gil, parameters, slots());
}

python::Ref DumpKeywords::dict(python::Gil&) {
  python::Ref dict = python::Ref::steal(PyDict_New());
  if (!dict) return dict;
  const auto all = slots();
  for (const Arguments::Slot& slot : std::span(all).first(standard_slots)) {
    if (*slot.value == nullptr) continue;
    if (PyDict_SetItemString(dict.get(), slot.name, *slot.value) < 0) return python::Ref();
  }
  return dict;
}

bool DumpKeywords::are_standard(python::Gil&) {
  const auto all = slots();
  for (const Arguments::Slot& slot : std::span(all).subspan(standard_slots)) {
    const int is_true = given(*slot.value) ? PyObject_IsTrue(*slot.value) : 0;
    if (is_true == 0) continue;
    if (is_true > 0) {
      PyErr_Format(PyExc_TypeError,
                   "%s= is not for what the standard library does: with cls=, an indent that is no "
                   "int or str, or separators that are no pair of str",
                   slot.name);
    }
    return false;
  }
  return true;
}

bool DumpKeywords::ask_for_natives(python::Gil&) {
  if (given(natives) || given(default_hook) || given(cls)) return false;
  natives = Py_True;
  return true;
}

PyObject* DumpKeywords::forward(python::Gil& gil, const Arguments& arguments, PyObject* callee) {
  const auto all = slots();
  return arguments.forward_without(gil, std::span(all).subspan(standard_slots), callee);
}

Route read_options(python::Gil&, const DumpKeywords& keywords, SerializeOptions& options) {
  if (!read_natives(keywords, options.native)) return Route::failed;
  if (given(keywords.cls) || !read_layout(keywords, options)) return Route::standard;
  if (!read_choices(keywords, options)) return Route::failed;
  if (given(keywords.default_hook)) options.default_hook = keywords.default_hook;
  options.max_depth = nesting_limit();
  return Route::native;
}

}  // namespace adyton::json
