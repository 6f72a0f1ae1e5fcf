#include "modules/json/binding/loads.h"

#include <new>
#include <vector>

#include "host/python/ref.h"
#include "modules/json/binding/arguments.h"
#include "modules/json/binding/source_text.h"
#include "modules/json/binding/hook_build.h"
#include "modules/json/binding/limits.h"
#include "modules/json/binding/state.h"
#include "modules/json/parse.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

/// Keeps the collector from running during a parse, which makes many objects and no garbage. Not
/// for a parse that calls hooks: the memory of what they do must come back.
class CollectorPause {
 public:
  explicit CollectorPause(Gil&) : was_enabled_(PyGC_Disable()) {}
  ~CollectorPause() {
    if (was_enabled_) PyGC_Enable();
  }
  CollectorPause(const CollectorPause&) = delete;
  CollectorPause& operator=(const CollectorPause&) = delete;

 private:
  const int was_enabled_;
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

bool read_hooks(const Options& options, Hooks& hooks) {
  if (given(options.object_hook)) hooks.object_hook = options.object_hook;
  if (given(options.object_pairs_hook)) hooks.object_pairs_hook = options.object_pairs_hook;
  return effective(options.parse_float, reinterpret_cast<PyObject*>(&PyFloat_Type),
                   hooks.parse_float) &&
         effective(options.parse_int, reinterpret_cast<PyObject*>(&PyLong_Type), hooks.parse_int) &&
         effective(options.parse_constant, nullptr, hooks.parse_constant);
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

void raise_decode_error(Gil& gil, State& state, const char* message, PyObject* document,
                        Py_ssize_t position) {
  Ref type = state.standard(gil, "JSONDecodeError");
  if (!type) return;
  Ref error = Ref::steal(PyObject_CallFunction(type.get(), "sOn", message, document, position));
  if (error) PyErr_SetObject(type.get(), error.get());
}

void raise(Gil& gil, State& state, const SourceText& document, const ParseError& error) {
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
  Ref text = document.str(gil);  // raises UnicodeDecodeError where the bytes are to blame
  if (!text) return;
  const Complaint complaint = complaint_of(error);
  raise_decode_error(gil, state, complaint.message, text.get(),
                     document.characters_before(complaint.offset));
}

template <class SomeBuilder>
PyObject* build(Gil& gil, State& state, const SourceText& document, const ParseOptions& options,
                SomeBuilder& builder) {
  if (auto error = parse(document.utf8(), options, builder)) {
    raise(gil, state, document, *error);
    return nullptr;
  }
  return builder.take().release();
}

PyObject* parse_document(Gil& gil, State& state, PyObject* source, const ParseOptions& options,
                         const Hooks& hooks) {
  SourceText document;
  const auto purpose = hooks.any() ? SourceText::Purpose::hooks : SourceText::Purpose::build;
  if (!document.open(gil, source, purpose)) {
    if (document.bom_in_str()) {
      raise_decode_error(gil, state, "Unexpected UTF-8 BOM (decode using utf-8-sig)", source, 0);
    }
    return nullptr;
  }
  if (hooks.any()) {
    HookBuilder builder(gil, state.keys(), hooks);
    return build(gil, state, document, options, builder);
  }
  const CollectorPause pause(gil);
  Builder builder(gil, state.keys());
  return build(gil, state, document, options, builder);
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
  };
  return arguments.bind(gil, {&parameter, 1}, options);
}

PyObject* loads_source(Gil& gil, State& state, PyObject* source, const Options& options) {
  ParseOptions parse;
  Hooks hooks;
  if (!read_hooks(options, hooks) || !read_parse_options(options, parse)) return nullptr;
  try {
    return parse_document(gil, state, source, parse, hooks);
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
  Arguments arguments("loads", values, positional, names);
  PyObject* source = nullptr;
  Options options;
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
