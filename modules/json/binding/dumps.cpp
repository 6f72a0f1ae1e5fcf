#include "modules/json/binding/dumps.h"

#include <algorithm>
#include <cstdint>
#include <new>
#include <string_view>

#include "modules/json/binding/dump_options.h"
#include "modules/json/binding/limits.h"
#include "modules/json/binding/output.h"
#include "modules/json/binding/state.h"
#include "modules/json/skim.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;
using Slot = Arguments::Slot;

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

bool is_ascii(const Layout& layout) {
  return is_ascii(layout.item_separator) && is_ascii(layout.key_separator) &&
         (!layout.indent || is_ascii(*layout.indent));
}

/// Writes on what was begun at `start`.
template <class SomeOutput>
[[gnu::noinline]] PyObject* finish_usual(Gil& gil, State& state, PyObject* object,
                                         const SerializeOptions& options, const char* start,
                                         const Begun& begun) {
  try {
    SomeOutput out(gil, state.expected_output());
    if (begun.depth != 0) out.put({start, static_cast<std::size_t>(begun.end - start)});
    Serializer serializer(gil, state, options, out);
    if (!serializer.write_usual(object, begun.depth != 0 ? &begun : nullptr)) return nullptr;
    if (!out.is_short()) state.written(out.written().size());
    return out.finish();
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
}

/// Whether none of eight characters of ASCII is one that dumps or dumpb escapes.
bool are_plain(std::uint64_t word) {
  using detail::skim::marks;
  const std::uint64_t controls = (word - detail::skim::low_bits * ' ') & detail::skim::high_bits;
  return (controls | marks(word, '"') | marks(word, '\\') | marks(word, '\x7f')) == 0;
}

bool is_plain(std::string_view ascii) {
  constexpr std::size_t word = sizeof(std::uint64_t);
  if (ascii.size() < word) {
    return std::ranges::none_of(
        ascii, [](char c) { return c < ' ' || c == '"' || c == '\\' || c == '\x7f'; });
  }
  const std::size_t last = ascii.size() - word;
  for (std::size_t i = 0; i < last; i += word) {
    if (!are_plain(detail::skim::load_word(ascii.data() + i))) return false;
  }
  return are_plain(detail::skim::load_word(ascii.data() + last));
}

/// The characters of a short str of ASCII in which nothing is escaped; null data of anything
/// else.
ADYTON_ALWAYS_INLINE std::string_view short_plain(PyObject* object) {
  constexpr std::size_t longest = 64;
  if (!PyUnicode_CheckExact(object) || !PyUnicode_IS_COMPACT_ASCII(object)) return {};
  const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(object));
  const std::string_view text(static_cast<const char*>(PyUnicode_DATA(object)), size);
  return size <= longest && is_plain(text) ? text : std::string_view();
}

/// A call without keywords, which `as_asked` can do, too. A small document takes neither an Output
/// nor a Serializer; nor, while it is shallow, is it too deep for any limit under which Python
/// works.
template <class SomeOutput>
ADYTON_ALWAYS_INLINE PyObject* serialize_usual(Gil& gil, PyObject* module, PyObject* const* values,
                                               const SerializeOptions& options,
                                               decltype(dumps) as_asked) {
  const std::string_view plain = short_plain(*values);
  if (plain.data() != nullptr) return SomeOutput::in_quotes(plain);
  char start[4096 + Begun::deepest];
  Begun begun;
  options.usual.begin(begun, *values, start, start + sizeof start);
  const bool is_whole = begun.depth == Begun::whole;
  if ((!is_whole || begun.is_deep) && nesting_limit() != options.max_depth) [[unlikely]] {
    return as_asked(gil, module, values, 1, nullptr);
  }
  if (is_whole) {
    const std::string_view text(start, static_cast<std::size_t>(begun.end - start));
    const bool is_empty = text.size() == 2 && (text[0] == '[' || text[0] == '{');
    return is_empty ? State::of(module).empty_container<SomeOutput>(text) : SomeOutput::of(text);
  }
  return finish_usual<SomeOutput>(gil, State::of(module), *values, options, start, begun);
}

template <class SomeOutput>
PyObject* serialize(Gil& gil, State& state, PyObject* object, const SerializeOptions& options) {
  try {
    SomeOutput out(gil, state.expected_output());
    Serializer serializer(gil, state, options, out);
    if (!serializer.write(object)) return nullptr;
    if (!out.is_short()) state.written(out.written().size());
    return out.finish();
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
}

/// Characters beyond ASCII as they are.
PyObject* serialize_to_text(Gil& gil, State& state, PyObject* object,
                            const SerializeOptions& options) {
  try {
    TextOutput text(gil, state.expected_output());
    StringBuffer others;
    Serializer serializer(gil, state, options, others, text);
    if (!serializer.write(object)) return nullptr;
    state.written(text.written().size());
    return text.finish();
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
}

PyObject* serialize_to_str(Gil& gil, State& state, PyObject* object,
                           const SerializeOptions& options) {
  if (is_ascii(options.layout)) {
    return options.characters == Characters::ascii
               ? serialize<TextOutput>(gil, state, object, options)
               : serialize_to_text(gil, state, object, options);
  }
  Ref utf8 = Ref::steal(serialize<BytesOutput>(gil, state, object, options));
  if (!utf8) return nullptr;
  return PyUnicode_DecodeUTF8(PyBytes_AS_STRING(utf8.get()), PyBytes_GET_SIZE(utf8.get()),
                              "surrogatepass");
}

/// json.dumps with these keywords: a str.
Ref standard_text(Gil& gil, State& state, PyObject* object, DumpKeywords& keywords) {
  if (!keywords.are_standard(gil)) return Ref();
  Ref dumps = state.standard(gil, "dumps");
  Ref arguments = Ref::steal(dumps ? PyTuple_Pack(1, object) : nullptr);
  Ref options = arguments ? keywords.dict(gil) : Ref();
  if (!options) return Ref();
  return Ref::steal(PyObject_Call(dumps.get(), arguments.get(), options.get()));
}

/// What json.dump with these keywords writes: a str. It may differ from what json.dumps returns.
Ref standard_written(Gil& gil, State& state, PyObject* object, DumpKeywords& keywords) {
  if (!keywords.are_standard(gil)) return Ref();
  Ref dump = state.standard(gil, "dump");
  const Ref io = Ref::steal(dump ? PyImport_ImportModule("io") : nullptr);
  const Ref out = Ref::steal(io ? PyObject_CallMethod(io.get(), "StringIO", nullptr) : nullptr);
  const Ref arguments = Ref::steal(out ? PyTuple_Pack(2, object, out.get()) : nullptr);
  const Ref options = arguments ? keywords.dict(gil) : Ref();
  if (!options) return Ref();
  const Ref done = Ref::steal(PyObject_Call(dump.get(), arguments.get(), options.get()));
  return Ref::steal(done ? PyObject_CallMethod(out.get(), "getvalue", nullptr) : nullptr);
}

/// The same as standard_text with dumpb's defaults where they differ.
PyObject* standard_dumpb(Gil& gil, State& state, PyObject* object, DumpKeywords keywords) {
  const Ref compact = Ref::steal(Py_BuildValue("(ss)", ",", ":"));
  if (!compact) return nullptr;
  if (keywords.ensure_ascii == nullptr) keywords.ensure_ascii = Py_False;
  const bool pretty = keywords.indent != nullptr && keywords.indent != Py_None;
  const bool separated = keywords.separators != nullptr && keywords.separators != Py_None;
  if (!pretty && !separated) keywords.separators = compact.get();
  const Ref text = standard_text(gil, state, object, keywords);
  return text ? PyUnicode_AsUTF8String(text.get()) : nullptr;
}

PyObject* forward(Gil& gil, State& state, const Arguments& arguments, DumpKeywords& keywords,
                  const char* function) {
  if (!keywords.are_standard(gil)) return nullptr;
  Ref standard = state.standard(gil, function);
  return standard ? keywords.forward(gil, arguments, standard.get()) : nullptr;
}

/// What to do instead where the standard library refused an object: Adyton may know one that it
/// does not. Fills `options`, which has defaults, for it; else false, with the exception as it was.
bool try_natives(Gil& gil, DumpKeywords& keywords, SerializeOptions& options) {
  if (!PyErr_ExceptionMatches(PyExc_TypeError) || !keywords.ask_for_natives(gil)) return false;
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  if (read_options(gil, keywords, options) != Route::native) {
    PyErr_Restore(type, value, traceback);
    return false;
  }
  for (PyObject* part : {type, value, traceback}) Py_XDECREF(part);
  return true;
}

// What nesting_limit() is unless it was changed.
constexpr std::size_t usual_nesting_limit = PY_VERSION_HEX >= 0x030C0000 ? 10'000 : 1000;

/// The options of a call without keywords, under the usual limit.
SerializeOptions text_options() {
  SerializeOptions options;
  options.native.natives = Natives::on;
  options.max_depth = usual_nesting_limit;
  return options;
}

SerializeOptions bytes_options() {
  SerializeOptions options = text_options();
  options.layout = {};
  options.characters = Characters::utf8;
  options.surrogates = Surrogates::reject;
  return options;
}

SerializeOptions with_walk(SerializeOptions options) {
  options.usual = find_walk(options, 0);
  return options;
}

// Out of line, so that a call without keywords saves no registers for them.
[[gnu::noinline]] PyObject* dumps_as_asked(Gil& gil, PyObject* module, PyObject* const* values,
                                           Py_ssize_t positional, PyObject* names);
[[gnu::noinline]] PyObject* dumpb_as_asked(Gil& gil, PyObject* module, PyObject* const* values,
                                           Py_ssize_t positional, PyObject* names);

}  // namespace

PyObject* dumps(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                PyObject* names) {
  if (names == nullptr && positional == 1) {
    static const SerializeOptions usual = with_walk(text_options());
    return serialize_usual<TextOutput>(gil, module, values, usual, dumps_as_asked);
  }
  return dumps_as_asked(gil, module, values, positional, names);
}

namespace {

PyObject* dumps_as_asked(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                         PyObject* names) {
  Arguments arguments("dumps", values, positional, names);
  PyObject* object = nullptr;
  const Slot parameters[] = {{"obj", &object}};
  DumpKeywords keywords;
  SerializeOptions options;
  if (!keywords.bind(gil, arguments, parameters)) return nullptr;
  State& state = State::of(module);
  if (arguments.unknown() != nullptr) return forward(gil, state, arguments, keywords, "dumps");
  switch (read_options(gil, keywords, options)) {
    case Route::native:
      return serialize_to_str(gil, state, object, options);
    case Route::standard: {
      PyObject* const text = forward(gil, state, arguments, keywords, "dumps");
      if (text != nullptr || !try_natives(gil, keywords, options)) return text;
      return serialize_to_str(gil, state, object, options);
    }
    case Route::failed:
      break;
  }
  return nullptr;
}

}  // namespace

PyObject* dump(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
               PyObject* names) {
  Arguments arguments("dump", values, positional, names);
  PyObject* object = nullptr;
  PyObject* file = nullptr;
  const Slot parameters[] = {{"obj", &object}, {"fp", &file}};
  DumpKeywords keywords;
  SerializeOptions options;
  if (!keywords.bind(gil, arguments, parameters)) return nullptr;
  State& state = State::of(module);
  const bool custom = keywords.cls != nullptr && keywords.cls != Py_None;
  if (custom || arguments.unknown() != nullptr)
    return forward(gil, state, arguments, keywords, "dump");
  const Route route = read_options(gil, keywords, options);
  if (route == Route::failed) return nullptr;
  Ref text;
  if (route == Route::standard) text = standard_written(gil, state, object, keywords);
  if (route == Route::native || (!text && try_natives(gil, keywords, options))) {
    options.model = Model::python_encoder;
    text = Ref::steal(serialize_to_str(gil, state, object, options));
  }
  Ref done = Ref::steal(text ? PyObject_CallMethod(file, "write", "O", text.get()) : nullptr);
  return done ? Py_NewRef(Py_None) : nullptr;
}

PyObject* dumpb(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                PyObject* names) {
  if (names == nullptr && positional == 1) {
    static const SerializeOptions usual = with_walk(bytes_options());
    return serialize_usual<BytesOutput>(gil, module, values, usual, dumpb_as_asked);
  }
  return dumpb_as_asked(gil, module, values, positional, names);
}

namespace {

PyObject* dumpb_as_asked(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                         PyObject* names) {
  Arguments arguments("dumpb", values, positional, names);
  PyObject* object = nullptr;
  const Slot parameters[] = {{"obj", &object}};
  DumpKeywords keywords;
  SerializeOptions options = bytes_options();
  if (!keywords.bind(gil, arguments, parameters)) return nullptr;
  if (PyObject* unknown = arguments.unknown()) {
    PyErr_Format(PyExc_TypeError, "dumpb() got an unexpected keyword argument '%U'", unknown);
    return nullptr;
  }
  State& state = State::of(module);
  switch (read_options(gil, keywords, options)) {
    case Route::native:
      return serialize<BytesOutput>(gil, state, object, options);
    case Route::standard: {
      PyObject* const bytes = standard_dumpb(gil, state, object, keywords);
      if (bytes != nullptr || !try_natives(gil, keywords, options)) return bytes;
      return serialize<BytesOutput>(gil, state, object, options);
    }
    case Route::failed:
      break;
  }
  return nullptr;
}

}  // namespace
}  // namespace adyton::json
