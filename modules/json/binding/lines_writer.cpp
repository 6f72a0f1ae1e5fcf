#include "modules/json/binding/lines_writer.h"

#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "host/base/text.h"
#include "host/python/ref.h"
#include "modules/json/binding/output.h"
#include "modules/json/binding/raised.h"
#include "modules/json/binding/record_writer.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

std::string_view view(PyObject* bytes) {
  return {PyBytes_AS_STRING(bytes), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes))};
}

Ref decoded(const Ref& bytes) {
  if (!bytes) return Ref();
  const std::string_view text = view(bytes.get());
  return Ref::steal(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogatepass"));
}

/// Objects as lines. The GIL is held for its life; throws std::bad_alloc.
class Lines {
 public:
  /// The keywords are those of a vectorcall, and outlive it.
  Lines(Gil& gil, PyObject* module, DumpForm form, PyObject* const* keywords, PyObject* names)
      : gil_(gil),
        form_(form),
        out_(std::in_place, gil),
        records_(gil, module, form, keywords, names, *out_) {}

  bool open() { return records_.open(); }

  /// The bytes that are gathered, and how many lines there were in all.
  std::size_t size() const { return out_->written().size(); }
  Py_ssize_t count() const { return count_; }

  /// Writes the next object as a line. False with an exception set, which says which object it was;
  /// nothing of it is kept.
  bool add(PyObject* object) {
    const std::size_t before = size();
    if (records_.write(object) && is_one_line(out_->written().substr(before))) {
      out_->put('\n');
      ++count_;
      return true;
    }
    out_->advance_to(out_->cursor() - (size() - before));
    add_note(gil_, cat("while writing the object at index ", count_, ", counted from 0"));
    return false;
  }

  /// The lines so far, str or bytes; others may follow. None with an exception set.
  Ref take() {
    Ref bytes = Ref::steal(out_->finish());
    out_.emplace(gil_);
    return form_ == DumpForm::bytes ? bytes : decoded(bytes);
  }

 private:
  static bool is_one_line(std::string_view record) {
    if (record.find('\n') == std::string_view::npos) return true;
    PyErr_SetString(PyExc_ValueError,
                    "the record holds a line break, by its separators, a Fragment, a Document or a "
                    "cls: a record is one line");
    return false;
  }

  Gil& gil_;
  DumpForm form_;
  std::optional<BytesOutput> out_;
  RecordWriter records_;
  Py_ssize_t count_ = 0;
};

/// A record is one line.
bool refuse_indent(const char* function, PyObject* const* keywords, PyObject* names) {
  const Py_ssize_t count = names == nullptr ? 0 : PyTuple_GET_SIZE(names);
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (keywords[i] == Py_None ||
        PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, i), "indent") != 0) {
      continue;
    }
    PyErr_Format(PyExc_ValueError,
                 "%s() takes no indent, because a record is one line: leave it out", function);
    return false;
  }
  return true;
}

bool count_is(const char* function, const char* parameters, Py_ssize_t wanted, Py_ssize_t given) {
  if (given == wanted) return true;
  PyErr_Format(PyExc_TypeError, "%s() takes %zd positional argument%s (%s) but %zd %s given",
               function, wanted, wanted == 1 ? "" : "s", parameters, given,
               given == 1 ? "was" : "were");
  return false;
}

PyObject* all_lines(Gil& gil, PyObject* module, PyObject* const* values, PyObject* names,
                    DumpForm form) {
  const Ref objects = Ref::steal(PyObject_GetIter(values[0]));
  if (!objects) return nullptr;
  try {
    Lines lines(gil, module, form, values + 1, names);
    if (!lines.open()) return nullptr;
    while (const Ref object = Ref::steal(PyIter_Next(objects.get()))) {
      if (!lines.add(object.get())) return nullptr;
    }
    return PyErr_Occurred() ? nullptr : lines.take().release();
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
}

/// A file that lines are written to.
class Target {
 public:
  /// Whether it takes str or bytes: one with an attribute `encoding` takes str, as every text file
  /// has; any other is asked, by an empty bytes. False with an exception set.
  bool open(Gil&, PyObject* file) {
    write_ = Ref::steal(PyObject_GetAttrString(file, "write"));
    if (!write_) return false;
    const Ref encoding = Ref::steal(PyObject_GetAttrString(file, "encoding"));
    if (encoding) {
      form_ = DumpForm::text;
      return true;
    }
    if (!PyErr_ExceptionMatches(PyExc_AttributeError)) return false;
    PyErr_Clear();
    const Ref nothing = Ref::steal(PyBytes_FromStringAndSize(nullptr, 0));
    if (!nothing) return false;
    if (Ref::steal(PyObject_CallOneArg(write_.get(), nothing.get()))) return true;
    if (!PyErr_ExceptionMatches(PyExc_TypeError)) return false;
    PyErr_Clear();
    form_ = DumpForm::text;
    return true;
  }

  DumpForm form() const { return form_; }

  /// Writes what is gathered. False with an exception set.
  bool write(Lines& lines) {
    if (lines.size() == 0) return true;
    Ref block = lines.take();
    while (block) {
      const Ref written = Ref::steal(PyObject_CallOneArg(write_.get(), block.get()));
      if (!written) return false;
      if (form_ == DumpForm::text || !PyLong_Check(written.get())) return true;
      // A raw file may take less than it is given.
      const Py_ssize_t size = PyLong_AsSsize_t(written.get());
      if (size < 0 && PyErr_Occurred()) return false;
      const std::string_view all = view(block.get());
      if (size < 0 || static_cast<std::size_t>(size) >= all.size()) return true;
      const std::string_view rest = all.substr(static_cast<std::size_t>(size));
      block =
          Ref::steal(PyBytes_FromStringAndSize(rest.data(), static_cast<Py_ssize_t>(rest.size())));
    }
    return false;
  }

 private:
  Ref write_;
  DumpForm form_ = DumpForm::bytes;
};

/// Writes what is whole in spite of the exception that is set, which stays set.
void write_in_spite(Gil& gil, Target& target, Lines& lines) {
  Ref raised = take_raised(gil);
  if (target.write(lines)) return raise_again(gil, std::move(raised));
  // That the lines could not be written is the worse of the two.
  const Ref worse = take_raised(gil);
  PyException_SetContext(worse.get(), raised.release());
  raise_again(gil, worse);
}

PyObject* write_lines(Gil& gil, PyObject* module, PyObject* const* values, PyObject* names) {
  constexpr std::size_t block_size = 64 << 10;
  Target target;
  const Ref objects = Ref::steal(PyObject_GetIter(values[0]));
  if (!objects || !target.open(gil, values[1])) return nullptr;
  try {
    Lines lines(gil, module, target.form(), values + 2, names);
    if (!lines.open()) return nullptr;
    while (const Ref object = Ref::steal(PyIter_Next(objects.get()))) {
      if (!lines.add(object.get())) break;
      if (lines.size() >= block_size && !target.write(lines)) return nullptr;
    }
    if (PyErr_Occurred()) {
      write_in_spite(gil, target, lines);
      return nullptr;
    }
    return target.write(lines) ? PyLong_FromSsize_t(lines.count()) : nullptr;
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
}

}  // namespace

PyObject* dumps_lines(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                      PyObject* names) {
  if (!count_is("dumps_lines", "the objects", 1, positional)) return nullptr;
  if (!refuse_indent("dumps_lines", values + 1, names)) return nullptr;
  return all_lines(gil, module, values, names, DumpForm::text);
}

PyObject* dumpb_lines(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                      PyObject* names) {
  if (!count_is("dumpb_lines", "the objects", 1, positional)) return nullptr;
  if (!refuse_indent("dumpb_lines", values + 1, names)) return nullptr;
  return all_lines(gil, module, values, names, DumpForm::bytes);
}

PyObject* dump_lines(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                     PyObject* names) {
  if (!count_is("dump_lines", "the objects and a file", 2, positional)) return nullptr;
  if (!refuse_indent("dump_lines", values + 2, names)) return nullptr;
  return write_lines(gil, module, values, names);
}

}  // namespace adyton::json
