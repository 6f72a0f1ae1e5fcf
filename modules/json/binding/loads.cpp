#include "modules/json/binding/loads.h"

#include <new>
#include <vector>

#include "host/python/ref.h"
#include "modules/json/binding/arguments.h"
#include "modules/json/binding/decimal_build.h"
#include "modules/json/binding/hook_build.h"
#include "modules/json/binding/limits.h"
#include "modules/json/binding/small_text.h"
#include "modules/json/binding/source_text.h"
#include "modules/json/binding/state.h"
#include "modules/json/parse.h"
#include "modules/json/repeated_key.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

/// Keeps the collector from running during a parse, which makes many objects and no garbage. Not
/// for a parse that calls hooks: the memory of what they do must come back. A document of a few
/// bytes makes too few objects to be worth it.
class CollectorPause {
 public:
  CollectorPause(Gil&, std::size_t bytes) : was_enabled_(bytes > 128 && PyGC_Disable() != 0) {}
  ~CollectorPause() {
    if (was_enabled_) PyGC_Enable();
  }
  CollectorPause(const CollectorPause&) = delete;
  CollectorPause& operator=(const CollectorPause&) = delete;

 private:
  const bool was_enabled_;
};

/// The keywords of loads, as given.
struct Options {
  PyObject* cls = nullptr;
  PyObject* object_hook = nullptr;
  PyObject* parse_float = nullptr;
  PyObject* parse_int = nullptr;
  PyObject* parse_constant = nullptr;
  PyObject* object_pairs_hook = nullptr;
  PyObject* strict = nullptr;
  PyObject* allow_nan = nullptr;
  PyObject* duplicate_keys = nullptr;
};

/// What was asked for, understood.
struct Reading {
  ParseOptions parse;
  Hooks hooks;
  PyObject* decimal = nullptr;  // decimal.Decimal, where it is all that reals are to become
  DuplicateKeys duplicates = DuplicateKeys::last;
};

bool given(PyObject* option) {
  return option != nullptr && option != Py_None;
}

/// The hook that has an effect, or null: None is none, and of parse_* so is whatever is false and
/// the type that is the default anyway. False with an exception set if the truth fails.
bool effective(PyObject* option, PyObject* standard, PyObject*& hook) {
  if (!given(option) || option == standard) return true;
  const int is_true = PyObject_IsTrue(option);
  if (is_true > 0) hook = option;
  return is_true >= 0;
}

bool read_hooks(Gil& gil, const Options& options, Reading& reading) {
  Hooks& hooks = reading.hooks;
  if (given(options.object_hook)) hooks.object_hook = options.object_hook;
  if (given(options.object_pairs_hook)) hooks.object_pairs_hook = options.object_pairs_hook;
  const bool read =
      effective(options.parse_float, reinterpret_cast<PyObject*>(&PyFloat_Type),
                hooks.parse_float) &&
      effective(options.parse_int, reinterpret_cast<PyObject*>(&PyLong_Type), hooks.parse_int) &&
      effective(options.parse_constant, nullptr, hooks.parse_constant);
  if (!read) return false;
  Hooks others = hooks;
  others.parse_float = nullptr;
  if (hooks.parse_float != nullptr && !others.any() && is_decimal_type(gil, hooks.parse_float)) {
    reading.decimal = hooks.parse_float;
    hooks = others;
  }
  return true;
}

bool read_duplicate_keys(const Options& options, Reading& reading) {
  PyObject* const option = options.duplicate_keys;
  if (option == nullptr) return true;
  const auto is = [option](const char* name) {
    return PyUnicode_Check(option) && PyUnicode_CompareWithASCIIString(option, name) == 0;
  };
  if (is("first")) {
    reading.duplicates = DuplicateKeys::first;
  } else if (is("error")) {
    reading.duplicates = DuplicateKeys::error;
  } else if (!is("last")) {
    PyErr_Format(PyExc_ValueError, "duplicate_keys must be 'last', 'first' or 'error', not %R",
                 option);
    return false;
  }
  if (reading.duplicates == DuplicateKeys::last || reading.hooks.object_pairs_hook == nullptr) {
    return true;
  }
  PyErr_Format(PyExc_ValueError,
               "duplicate_keys=%R cannot be had with object_pairs_hook, which is given every pair",
               option);
  return false;
}

bool read_parse_options(const Options& options, ParseOptions& parse) {
  const int strict = truth(options.strict, 1);
  const int allow_nan = strict < 0 ? -1 : truth(options.allow_nan, 1);
  if (allow_nan < 0) return false;
  parse.control_characters = strict ? ControlCharacters::reject : ControlCharacters::accept;
  parse.non_finite = allow_nan ? NonFinite::accept : NonFinite::reject;
  parse.max_depth = nesting_limit();
  return true;
}

/// The fault in the words and at the place of this Python's own json.
struct Complaint {
  const char* message;
  std::size_t offset;
};

Complaint complaint_of(const ParseError& error) {
  const bool object = error.fault == ParseFault::trailing_comma_in_object;
  if (!object && error.fault != ParseFault::trailing_comma_in_array) {
    return {describe(error.fault), error.offset};
  }
#if PY_VERSION_HEX >= 0x030D0000
  return {describe(error.fault), error.comma};
#else
  return {describe(object ? ParseFault::expected_key : ParseFault::expected_value), error.offset};
#endif
}

void raise_decode_error(Gil& gil, State& state, const Ref& message, PyObject* document,
                        Py_ssize_t position) {
  Ref type = message ? state.standard(gil, "JSONDecodeError") : Ref();
  if (!type) return;
  Ref error =
      Ref::steal(PyObject_CallFunction(type.get(), "OOn", message.get(), document, position));
  if (error) PyErr_SetObject(type.get(), error.get());
}

void raise_decode_error(Gil& gil, State& state, const char* message, PyObject* document,
                        Py_ssize_t position) {
  raise_decode_error(gil, state, Ref::steal(PyUnicode_FromString(message)), document, position);
}

void raise(Gil& gil, State& state, const SourceText& document, const ParseError& error) {
  // Bytes that are no text are to blame before anything that was met in them.
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  const Ref text = document.str(gil);
  if (!text) {
    for (PyObject* part : {type, value, traceback}) Py_XDECREF(part);
    return;
  }
  PyErr_Restore(type, value, traceback);
  switch (error.fault) {
    case ParseFault::stopped:
      return;
    case ParseFault::array_too_deep:
      return PyErr_SetString(PyExc_RecursionError,
                             "maximum recursion depth exceeded while decoding a JSON array "
                             "from a unicode string");
    case ParseFault::object_too_deep:
      return PyErr_SetString(PyExc_RecursionError,
                             "maximum recursion depth exceeded while decoding a JSON object "
                             "from a unicode string");
    default:
      break;
  }
  const Complaint complaint = complaint_of(error);
  raise_decode_error(gil, state, complaint.message, text.get(),
                     document.characters_before(complaint.offset));
}

void raise_repeated_key(Gil& gil, State& state, const SourceText& document,
                        const ParseOptions& options) {
  Ref text = document.str(gil);
  SourceText plain;
  if (!text || !plain.open(gil, text.get(), SourceText::Purpose::utf8)) return;
  const auto repeated = find_repeated_key(plain.text(), options);
  const std::string_view name = repeated ? repeated->name : std::string_view();
  Ref key = Ref::steal(
      PyUnicode_DecodeUTF8(name.data(), static_cast<Py_ssize_t>(name.size()), "surrogatepass"));
  if (!key) return;
  raise_decode_error(gil, state, Ref::steal(PyUnicode_FromFormat("Repeated key %R", key.get())),
                     text.get(), plain.characters_before(repeated ? repeated->offset : 0));
}

template <class SomeBuilder>
PyObject* build(Gil& gil, State& state, const SourceText& document, const ParseOptions& options,
                SomeBuilder& builder) {
  auto shadow = document.shadow_strings(options.control_characters);
  const auto error = parse(document.text(), options, builder, shadow ? &*shadow : nullptr);
  if (!error) return builder.take().release();
  if (builder.met_repeated_key()) {
    raise_repeated_key(gil, state, document, options);
  } else {
    raise(gil, state, document, *error);
  }
  return nullptr;
}

PyObject* parse_document(Gil& gil, State& state, PyObject* source, const Reading& reading) {
  SourceText document;
  const bool hooks = reading.hooks.any();
  if (!document.open(gil, source,
                     hooks ? SourceText::Purpose::hooks : SourceText::Purpose::build)) {
    if (document.bom_in_str()) {
      raise_decode_error(gil, state, "Unexpected UTF-8 BOM (decode using utf-8-sig)", source, 0);
    }
    return nullptr;
  }
  if (hooks) {
    HookBuilder builder(gil, state.keys(), reading.duplicates, reading.hooks);
    return build(gil, state, document, reading.parse, builder);
  }
  const CollectorPause pause(gil, document.text().size());
  if (reading.decimal != nullptr) {
    DecimalBuilder builder(gil, state.keys(), reading.duplicates, reading.decimal);
    return build(gil, state, document, reading.parse, builder);
  }
  Builder builder(gil, state.keys(), reading.duplicates);
  return build(gil, state, document, reading.parse, builder);
}

bool bind(Gil& gil, Arguments& arguments, const Arguments::Slot& parameter, Options& o) {
  const Arguments::Slot options[] = {
      {"object_hook", &o.object_hook},
      {"parse_float", &o.parse_float},
      {"parse_int", &o.parse_int},
      {"parse_constant", &o.parse_constant},
      {"strict", &o.strict},
      {"object_pairs_hook", &o.object_pairs_hook},
      {"cls", &o.cls},
      {"allow_nan", &o.allow_nan},
      {"duplicate_keys", &o.duplicate_keys},
  };
  return arguments.bind(gil, {&parameter, 1}, options);
}

PyObject* loads_source(Gil& gil, State& state, PyObject* source, const Reading& reading) {
  try {
    return parse_document(gil, state, source, reading);
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
}

PyObject* loads_source(Gil& gil, State& state, PyObject* source, const Options& options) {
  Reading reading;
  if (!read_hooks(gil, options, reading) || !read_parse_options(options, reading.parse) ||
      !read_duplicate_keys(options, reading)) {
    return nullptr;
  }
  return loads_source(gil, state, source, reading);
}

/// The text of a str of ASCII, or of bytes that begin as UTF-8 does and with no mark of it, in
/// place; null data of anything else. It has a character at least.
std::string_view plain_text(PyObject* source) {
  if (PyUnicode_CheckExact(source)) {
    if (!PyUnicode_IS_COMPACT_ASCII(source)) return {};
    const void* const characters = reinterpret_cast<PyASCIIObject*>(source) + 1;
    return {static_cast<const char*>(characters),
            static_cast<std::size_t>(PyUnicode_GET_LENGTH(source))};
  }
  if (!PyBytes_CheckExact(source)) return {};
  const std::string_view text(PyBytes_AS_STRING(source),
                              static_cast<std::size_t>(PyBytes_GET_SIZE(source)));
  const bool utf8 =
      static_cast<signed char>(text.data()[0]) > 0 && (text.data()[1] != '\0' || text.size() == 1);
  return utf8 ? text : std::string_view();
}

/// What has to be said of a plain text.
[[gnu::noinline]] PyObject* refuse_text(Gil& gil, State& state, PyObject* source,
                                        const ParseError& error) {
  SourceText document;
  if (document.open(gil, source, SourceText::Purpose::build)) raise(gil, state, document, error);
  return nullptr;
}

/// Without any option.
PyObject* loads_usual(Gil& gil, State& state, PyObject* source) {
  Reading reading;
  reading.parse.non_finite = NonFinite::accept;
  reading.parse.max_depth = nesting_limit();
  return loads_source(gil, state, source, reading);
}

/// The same of a plain text, which nobody has to hold: as long as the caller does, it stays.
PyObject* loads_text(Gil& gil, State& state, PyObject* source, std::string_view text) {
  try {
    const ParseOptions options{.non_finite = NonFinite::accept, .max_depth = nesting_limit()};
    const CollectorPause pause(gil, text.size());
    Builder builder(gil, state.keys());
    const auto error = parse(text, options, builder);
    return error ? refuse_text(gil, state, source, *error) : builder.take().release();
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
}

PyObject* refuse(PyObject* name) {
  PyErr_Format(PyExc_TypeError, "JSONDecoder.__init__() got an unexpected keyword argument '%U'",
               name);
  return nullptr;
}

}  // namespace

PyObject* loads(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                PyObject* names) {
  if (positional == 1 && names == nullptr) {
    const std::string_view text = plain_text(values[0]);
    // So many documents are empty that they have a way of their own.
    if (text == "{}") return PyDict_New();
    if (text == "[]") return PyList_New(0);
    State& state = State::of(module);
    if (text.empty()) return loads_usual(gil, state, values[0]);
    if (text.size() <= SmallText::longest && text[0] != '{') {
      PyObject* const value = SmallText(gil, state.keys().ints(), text).read();
      if (value != nullptr) return value;
    }
    return loads_text(gil, state, values[0], text);
  }
  Options options;
  Arguments arguments("loads", values, positional, names);
  PyObject* source = nullptr;
  if (!bind(gil, arguments, {"s", &source}, options)) return nullptr;
  State& state = State::of(module);
  if (given(options.cls)) {
    Ref standard = state.standard(gil, "loads");
    return standard ? arguments.forward(standard.get()) : nullptr;
  }
  if (arguments.unknown() != nullptr) return refuse(arguments.unknown());
  return loads_source(gil, state, source, options);
}

PyObject* load(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
               PyObject* names) {
  Arguments arguments("load", values, positional, names);
  PyObject* file = nullptr;
  Options options;
  if (!bind(gil, arguments, {"fp", &file}, options)) return nullptr;
  State& state = State::of(module);
  if (given(options.cls)) {
    Ref standard = state.standard(gil, "load");
    return standard ? arguments.forward(standard.get()) : nullptr;
  }
  if (arguments.unknown() != nullptr) return refuse(arguments.unknown());
  Ref source = Ref::steal(PyObject_CallMethod(file, "read", nullptr));
  return source ? loads_source(gil, state, source.get(), options) : nullptr;
}

}  // namespace adyton::json
