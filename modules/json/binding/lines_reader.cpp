#include "modules/json/binding/lines_reader.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "host/base/text.h"
#include "modules/json/binding/documentation.h"
#include "modules/json/binding/line_error.h"
#include "modules/json/binding/lines_source.h"
#include "modules/json/binding/loads.h"
#include "modules/json/binding/raised.h"
#include "modules/json/binding/state.h"
#include "modules/json/line_splitter.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

enum class BadLines : unsigned char { raise, collect };

/// A bytes object that is filled anew for each line, so that a line costs a copy and nothing else.
/// Nobody but loads sees it, for the time of a call; where somebody kept it, there is a new one.
class LineBytes {
 public:
  /// Null with an exception set. Borrowed.
  PyObject* fill(std::string_view text) {
    const auto size = static_cast<Py_ssize_t>(text.size());
    if (!bytes_ || Py_REFCNT(bytes_.get()) != 1 || capacity_ < size) {
      constexpr Py_ssize_t least = 4096;
      capacity_ = std::max(least, size + size / 2);
      bytes_ = Ref::steal(PyBytes_FromStringAndSize(nullptr, capacity_));
      if (!bytes_) return nullptr;
    }
    char* const data = PyBytes_AS_STRING(bytes_.get());
    std::memcpy(data, text.data(), text.size());
    data[text.size()] = '\0';
    Py_SET_SIZE(reinterpret_cast<PyVarObject*>(bytes_.get()), size);
    return bytes_.get();
  }

 private:
  Ref bytes_;
  Py_ssize_t capacity_ = 0;
};

/// What the arguments of loads_lines say besides its source.
struct Settings {
  BadLines bad_lines = BadLines::raise;
  std::size_t longest = LineSplitter::no_limit;
  std::vector<Ref> options;  // of loads
  Ref names;                 // of these, a tuple, or none
  bool hooks = false;        // loads may call other people's Python
};

/// The iterator's inside. Every function needs the GIL; `next` runs other people's Python.
class LinesReader {
 public:
  LinesReader(PyObject* module, Settings settings)
      : module_(Ref::borrow(module)), settings_(std::move(settings)), splitter_(settings_.longest) {
    arguments_.push_back(nullptr);
    for (const Ref& option : settings_.options) arguments_.push_back(option.get());
  }

  bool open(Gil& gil, PyObject* source) {
    errors_ = Ref::steal(PyList_New(0));
    return errors_ && source_.open(gil, source);
  }

  /// A new reference; null at the end, or with an exception set.
  PyObject* next(Gil& gil);

  PyObject* errors() const { return errors_.get(); }
  std::uint64_t line() const { return line_.number; }

  int traverse(visitproc visit, void* arg) const {
    for (const Ref& option : settings_.options) Py_VISIT(option.get());
    Py_VISIT(module_.get());
    Py_VISIT(errors_.get());
    return source_.traverse(visit, arg);
  }

 private:
  enum class Took : unsigned char { line, end, failed };

  PyObject* next_value(Gil& gil);
  Took take_line(Gil& gil);
  Ref parse(Gil& gil);
  Ref source_of(Gil& gil);
  bool is_bad_line(Gil& gil, Ref& error, LineFault& fault);
  bool is_ours(PyObject* error, const char* attribute);
  Ref line_text() const;

  Ref module_;
  Settings settings_;
  std::vector<PyObject*> arguments_;  // the line, and the options' values
  LinesSource source_;
  LineSplitter splitter_;
  LineSplitter::Line line_;
  LineBytes bytes_;
  Ref errors_;
  bool running_ = false;
};

PyObject* LinesReader::next(Gil& gil) {
  if (running_) {
    PyErr_SetString(PyExc_ValueError, "loads_lines is already being read");
    return nullptr;
  }
  running_ = true;
  PyObject* value = nullptr;
  try {
    value = next_value(gil);
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  }
  running_ = false;
  return value;
}

PyObject* LinesReader::next_value(Gil& gil) {
  while (take_line(gil) == Took::line) {
    Ref value = parse(gil);
    if (value) return value.release();
    Ref error = take_raised(gil);
    LineFault fault;
    if (!is_bad_line(gil, error, fault)) {
      if (PyErr_Occurred()) return nullptr;
      raise_again(gil, std::move(error));
      add_note(gil,
               cat("while reading line ", line_.number, ", which begins at byte ", line_.offset));
      return nullptr;
    }
    PyObject* const type = line_error_type(gil, module_.get());
    const Ref line_error = type == nullptr ? Ref() : make_line_error(gil, type, fault);
    if (!line_error) return nullptr;
    if (settings_.bad_lines == BadLines::raise) {
      PyErr_SetObject(type, line_error.get());
      return nullptr;
    }
    if (PyList_Append(errors_.get(), line_error.get()) < 0) return nullptr;
  }
  return nullptr;
}

LinesReader::Took LinesReader::take_line(Gil& gil) {
  for (;;) {
    if (splitter_.next(line_)) return Took::line;
    std::string_view piece;
    switch (source_.next(gil, piece)) {
      case LinesSource::Next::piece:
        splitter_.feed(piece);
        break;
      case LinesSource::Next::end:
        return splitter_.finish(line_) ? Took::line : Took::end;
      case LinesSource::Next::failed:
        return Took::failed;
    }
  }
}

/// What loads is to read: the line's bytes. It would take some for UTF-16 or UTF-32, or for a text
/// with a BOM; a line is UTF-8, and those are read as the str they are.
Ref LinesReader::source_of(Gil&) {
  const std::string_view text = line_.text;
  const auto first = static_cast<unsigned char>(text.front());
  const bool other =
      first == 0xef || first >= 0xfe || text.substr(0, 4).find('\0') != std::string_view::npos;
  if (!other) return Ref::borrow(bytes_.fill(text));
  return Ref::steal(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogatepass"));
}

Ref LinesReader::parse(Gil& gil) {
  if (line_.too_long) {
    PyErr_Format(PyExc_ValueError, "Line longer than %zu bytes", settings_.longest);
    return Ref();
  }
  const Ref source = source_of(gil);
  if (!source) return Ref();
  arguments_[0] = source.get();
  return Ref::steal(loads(gil, module_.get(), arguments_.data(), 1, settings_.names.get()));
}

/// The line as a str; what is no UTF-8 in it, as U+FFFD.
Ref LinesReader::line_text() const {
  const auto size = static_cast<Py_ssize_t>(line_.text.size());
  Ref text = Ref::steal(PyUnicode_DecodeUTF8(line_.text.data(), size, "surrogatepass"));
  if (text) return text;
  PyErr_Clear();
  return Ref::steal(PyUnicode_DecodeUTF8(line_.text.data(), size, "replace"));
}

/// Whether the text that the error names as its own is the line: else a hook raised it.
bool LinesReader::is_ours(PyObject* error, const char* attribute) {
  if (!settings_.hooks) return true;
  const Ref text = Ref::steal(PyObject_GetAttrString(error, attribute));
  const Ref bytes = Ref::steal(text && PyUnicode_Check(text.get())
                                   ? PyUnicode_AsEncodedString(text.get(), "utf-8", "surrogatepass")
                                   : Py_XNewRef(text.get()));
  PyErr_Clear();
  return bytes && PyBytes_Check(bytes.get()) &&
         line_.text == std::string_view(PyBytes_AS_STRING(bytes.get()),
                                        static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.get())));
}

Ref attribute(const Ref& object, const char* name) {
  return Ref::steal(PyObject_GetAttrString(object.get(), name));
}

/// Characters of UTF-8 text that is well formed so far.
Py_ssize_t characters(std::string_view text) {
  Py_ssize_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

/// Fills `fault` if the line is to blame for the error. False, with an exception set if that cannot
/// be said.
bool LinesReader::is_bad_line(Gil& gil, Ref& error, LineFault& fault) {
  const Ref decode_error = State::of(module_.get()).standard(gil, "JSONDecodeError");
  if (!decode_error) return false;
  const auto is = [&error](PyObject* type) {
    return PyErr_GivenExceptionMatches(error.get(), type) != 0;
  };
  if (is(decode_error.get())) {
    if (!is_ours(error.get(), "doc")) return false;
    const Ref position = attribute(error, "pos");
    fault.position = position ? PyLong_AsSsize_t(position.get()) : 0;
    fault.message = attribute(error, "msg");
  } else if (is(PyExc_UnicodeDecodeError)) {
    if (!is_ours(error.get(), "object")) return false;
    Py_ssize_t start = 0;
    PyUnicodeDecodeError_GetStart(error.get(), &start);
    fault.position = characters(line_.text.substr(0, static_cast<std::size_t>(start)));
    const Ref reason = attribute(error, "reason");
    if (reason) fault.message = Ref::steal(PyUnicode_FromFormat("Invalid UTF-8: %S", reason.get()));
  } else {
    // Too deep, a number of too many digits, a line too long.
    const bool blames_line = is(PyExc_ValueError) || is(PyExc_RecursionError);
    if (!blames_line || (settings_.hooks && !line_.too_long)) return false;
    fault.message = Ref::steal(PyObject_Str(error.get()));
  }
  if (PyErr_Occurred()) return false;
  fault.document = line_text();
  fault.line = line_.number;
  fault.offset = line_.offset;
  return fault.message && fault.document;
}

// The type.

struct ReaderObject {
  PyObject_HEAD LinesReader* reader;  // owned
};

/// Null where the collector has cleared it.
LinesReader* reader_of(PyObject* self) {
  return reinterpret_cast<ReaderObject*>(self)->reader;
}

PyObject* iterate_next(PyObject* self) {
  Gil gil = Gil::held_by_caller();
  LinesReader* const reader = reader_of(self);
  return reader == nullptr ? nullptr : reader->next(gil);
}

PyObject* get_errors(PyObject* self, void*) {
  const LinesReader* const reader = reader_of(self);
  return Py_NewRef(reader == nullptr ? Py_None : reader->errors());
}

PyObject* get_line(PyObject* self, void*) {
  const LinesReader* const reader = reader_of(self);
  return PyLong_FromUnsignedLongLong(reader == nullptr ? 0 : reader->line());
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  const LinesReader* const reader = reader_of(self);
  return reader == nullptr ? 0 : reader->traverse(visit, arg);
}

int clear(PyObject* self) {
  delete std::exchange(reinterpret_cast<ReaderObject*>(self)->reader, nullptr);
  return 0;
}

void deallocate(PyObject* self) {
  PyObject_GC_UnTrack(self);
  clear(self);
  PyTypeObject* const type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

PyGetSetDef attributes[] = {
    {"errors", get_errors, nullptr, documentation::lines_reader_errors, nullptr},
    {"line", get_line, nullptr, documentation::lines_reader_line, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_iter, reinterpret_cast<void*>(&PyObject_SelfIter)},
    {Py_tp_iternext, reinterpret_cast<void*>(&iterate_next)},
    {Py_tp_getset, attributes},
    {Py_tp_traverse, reinterpret_cast<void*>(&traverse)},
    {Py_tp_clear, reinterpret_cast<void*>(&clear)},
    {Py_tp_dealloc, reinterpret_cast<void*>(&deallocate)},
    {Py_tp_doc, const_cast<char*>(documentation::lines_reader)},
    {0, nullptr},
};

PyType_Spec spec = {
    "adyton.json.LinesReader",
    sizeof(ReaderObject),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION |
        Py_TPFLAGS_IMMUTABLETYPE,
    slots,
};

PyObject* reader_type(PyObject* module) {
  Ref& type = State::of(module).lines().reader;
  if (!type) type = Ref::steal(PyType_FromModuleAndSpec(module, &spec, nullptr));
  return type.get();
}

// The arguments.

bool read_errors(PyObject* value, Settings& settings) {
  if (PyUnicode_Check(value) && PyUnicode_CompareWithASCIIString(value, "raise") == 0) return true;
  settings.bad_lines = BadLines::collect;
  if (PyUnicode_Check(value) && PyUnicode_CompareWithASCIIString(value, "collect") == 0) {
    return true;
  }
  PyErr_Format(PyExc_ValueError, "errors must be 'raise' or 'collect', not %R", value);
  return false;
}

bool read_longest(PyObject* value, Settings& settings) {
  if (value == Py_None) return true;
  const Py_ssize_t longest = PyNumber_AsSsize_t(value, PyExc_OverflowError);
  if (longest == -1 && PyErr_Occurred()) return false;
  if (longest < 1) {
    PyErr_SetString(PyExc_ValueError, "max_line must be at least 1, or None");
    return false;
  }
  settings.longest = static_cast<std::size_t>(longest);
  return true;
}

bool is_hook(PyObject* name) {
  constexpr const char* hooks[] = {"cls",         "object_hook", "object_pairs_hook",
                                   "parse_float", "parse_int",   "parse_constant"};
  for (const char* hook : hooks) {
    if (PyUnicode_CompareWithASCIIString(name, hook) == 0) return true;
  }
  return false;
}

/// Keeps the options of loads and takes those of loads_lines out.
bool read_settings(PyObject* const* values, PyObject* names, Settings& settings) {
  const Py_ssize_t count = names == nullptr ? 0 : PyTuple_GET_SIZE(names);
  const Ref kept = Ref::steal(PyList_New(0));
  if (!kept) return false;
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* const name = PyTuple_GET_ITEM(names, i);
    if (PyUnicode_CompareWithASCIIString(name, "errors") == 0) {
      if (!read_errors(values[i], settings)) return false;
    } else if (PyUnicode_CompareWithASCIIString(name, "max_line") == 0) {
      if (!read_longest(values[i], settings)) return false;
    } else {
      settings.hooks = settings.hooks || (is_hook(name) && values[i] != Py_None);
      if (PyList_Append(kept.get(), name) < 0) return false;
      settings.options.push_back(Ref::borrow(values[i]));
    }
  }
  if (settings.options.empty()) return true;
  settings.names = Ref::steal(PyList_AsTuple(kept.get()));
  return static_cast<bool>(settings.names);
}

/// Has loads look at its options now, and not at the first line.
bool options_are_good(Gil& gil, PyObject* module, const Settings& settings) {
  if (settings.options.empty()) return true;
  const Ref null = Ref::steal(PyBytes_FromString("null"));
  std::vector<PyObject*> arguments{null.get()};
  for (const Ref& option : settings.options) arguments.push_back(option.get());
  return null && Ref::steal(loads(gil, module, arguments.data(), 1, settings.names.get()));
}

}  // namespace

int LinesTypes::traverse(visitproc visit, void* arg) const {
  Py_VISIT(reader.get());
  Py_VISIT(line_error.get());
  return 0;
}

PyObject* line_error_type(Gil& gil, PyObject* module) {
  State& state = State::of(module);
  Ref& type = state.lines().line_error;
  if (!type) {
    const Ref standard = state.standard(gil, "JSONDecodeError");
    if (!standard) return nullptr;
    type = make_line_error_type(gil, module, standard.get());
  }
  return type.get();
}

PyObject* loads_lines(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                      PyObject* names) {
  if (positional != 1) {
    PyErr_Format(PyExc_TypeError,
                 "loads_lines() takes 1 positional argument (the source) but %zd "
                 "were given",
                 positional);
    return nullptr;
  }
  try {
    Settings settings;
    if (!read_settings(values + 1, names, settings)) return nullptr;
    if (!options_are_good(gil, module, settings)) return nullptr;
    PyObject* const type = reader_type(module);
    if (type == nullptr) return nullptr;
    Ref self = Ref::steal(
        reinterpret_cast<PyTypeObject*>(type)->tp_alloc(reinterpret_cast<PyTypeObject*>(type), 0));
    if (!self) return nullptr;
    auto reader = std::make_unique<LinesReader>(module, std::move(settings));
    if (!reader->open(gil, values[0])) return nullptr;
    reinterpret_cast<ReaderObject*>(self.get())->reader = reader.release();
    return self.release();
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
}

}  // namespace adyton::json
