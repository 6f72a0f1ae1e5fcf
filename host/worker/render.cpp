#include "host/worker/render.h"

#include <cmath>
#include <string_view>

#include "modules/json/number.h"
#include "modules/json/scan.h"

namespace adyton::worker {

using python::Gil;
using python::Ref;

namespace {

constexpr bool is_surrogate(Py_UCS4 c) {
  return c >= 0xd800 && c < 0xe000;
}

// Writes one value. Each function is false with an exception set if it cannot.
class Renderer {
 public:
  Renderer(Gil& gil, const Types& types, std::string& out) : gil_(gil), types_(types), out_(out) {}

  bool value(PyObject* object) {
    if (PyUnicode_Check(object)) return string(object);
    if (object == Py_None) return literal("null");
    if (object == Py_True) return literal("true");
    if (object == Py_False) return literal("false");
    if (PyLong_Check(object)) return integer(object);
    if (PyFloat_Check(object)) return real(PyFloat_AS_DOUBLE(object));
    return container(object);
  }

  bool view(View& view) {
    if (!modified(view, types_)) {
      out_ += view.source->view(view.begin, view.end);
      return true;
    }
    return view.index->in_place() ? spliced(view) : rebuilt(view);
  }

 private:
  bool literal(std::string_view text) {
    out_ += text;
    return true;
  }

  bool string(PyObject* text) {
    Py_ssize_t size = 0;
    if (const char* const utf8 = PyUnicode_AsUTF8AndSize(text, &size)) {
      json::append_quoted({utf8, static_cast<std::size_t>(size)}, out_);
      return true;
    }
    if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) return false;
    PyErr_Clear();
    return string_with_surrogates(text);
  }

  // A surrogate without its other half has no UTF-8, but JSON can say it as an escape.
  bool string_with_surrogates(PyObject* text) {
    const Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    out_ += '"';
    for (Py_ssize_t at = 0; at < length;) {
      Py_ssize_t end = at;
      while (end < length && !is_surrogate(PyUnicode_READ_CHAR(text, end))) ++end;
      const Ref part = Ref::steal(PyUnicode_Substring(text, at, end));
      Py_ssize_t size = 0;
      const char* const utf8 = part ? PyUnicode_AsUTF8AndSize(part.get(), &size) : nullptr;
      if (utf8 == nullptr) return false;
      json::append_quoted({utf8, static_cast<std::size_t>(size)}, quoted_);
      out_.append(quoted_, 1, quoted_.size() - 2);
      quoted_.clear();
      for (; end < length && is_surrogate(PyUnicode_READ_CHAR(text, end)); ++end) {
        escape(PyUnicode_READ_CHAR(text, end));
      }
      at = end;
    }
    out_ += '"';
    return true;
  }

  void escape(Py_UCS4 unit) {
    static constexpr char hex[] = "0123456789abcdef";
    out_ += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out_ += hex[unit >> shift & 15];
  }

  bool integer(PyObject* number) {
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
    if (overflow == 0) {
      char digits[json::integer_capacity];
      out_.append(digits, json::write_integer(value, digits));
      return true;
    }
    const Ref text = Ref::steal(PyLong_Type.tp_repr(number));
    return text && ascii(text.get());
  }

  bool ascii(PyObject* text) {
    out_.append(static_cast<const char*>(PyUnicode_DATA(text)),
                static_cast<std::size_t>(PyUnicode_GET_LENGTH(text)));
    return true;
  }

  bool real(double number) {
    if (!std::isfinite(number)) {
      PyErr_SetString(PyExc_ValueError, "NaN and infinities are not JSON");
      return false;
    }
    char digits[json::real_capacity];
    out_.append(digits, json::write_real(number, digits));
    return true;
  }

  bool container(PyObject* object) {
    if (depth_ == json::max_depth) {
      PyErr_Format(PyExc_ValueError, "nested more than %u deep, or in itself", json::max_depth);
      return false;
    }
    ++depth_;
    const bool done = open_container(object);
    --depth_;
    return done;
  }

  bool open_container(PyObject* object) {
    if (is_view(types_, object)) return view(as_view(object));
    if (PyDict_Check(object)) return dict(object);
    if (PyList_Check(object) || PyTuple_Check(object)) return sequence(object);
    PyErr_Format(PyExc_TypeError, "an object of type %.200s is not JSON", Py_TYPE(object)->tp_name);
    return false;
  }

  bool sequence(PyObject* object) {
    out_ += '[';
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
      if (i > 0) out_ += ',';
      if (!value(PySequence_Fast_GET_ITEM(object, i))) return false;
    }
    out_ += ']';
    return true;
  }

  bool dict(PyObject* object) {
    char separator = '{';
    PyObject* key = nullptr;
    PyObject* member = nullptr;
    for (Py_ssize_t at = 0; PyDict_Next(object, &at, &key, &member) != 0; separator = ',') {
      out_ += separator;
      if (!name(key)) return false;
      out_ += ':';
      if (!value(member)) return false;
    }
    if (separator == '{') out_ += '{';
    out_ += '}';
    return true;
  }

  // As json.dumps: keys that are numbers, booleans or None become their JSON text.
  bool name(PyObject* key) {
    if (PyUnicode_Check(key)) return string(key);
    const bool scalar = PyLong_Check(key) || PyFloat_Check(key) || key == Py_None;
    if (!scalar) {
      PyErr_Format(PyExc_TypeError, "a key of type %.200s is not JSON", Py_TYPE(key)->tp_name);
      return false;
    }
    out_ += '"';
    if (!value(key)) return false;
    out_ += '"';
    return true;
  }

  void copy(View& view, std::uint32_t begin, std::uint32_t end) {
    out_.append(view.text() + begin, end - begin);
  }

  static bool untouched(const Types& types, const Item& item) {
    if (item.kind != Item::Kind::source) return false;
    PyObject* const value = item.value.get();
    return value == nullptr || !is_view(types, value) || !modified(as_view(value), types);
  }

  // The source with values put in, and what was added behind its last item.
  bool spliced(View& view) {
    Items& items = *view.index;
    std::uint32_t copied = view.begin;
    bool first = items.lead_end() == items.trail_begin();
    for (const Item& item : items.all()) {
      if (untouched(types_, item)) continue;
      const bool added = item.kind == Item::Kind::added;
      const std::uint32_t place = added ? items.trail_begin() : item.value_begin;
      copy(view, copied, place);
      copied = added ? place : item.value_end;
      if (added) {
        if (!first) out_ += ',';
        first = false;
        if (!added_name(view, item)) return false;
      }
      if (!value(item.value.get())) return false;
    }
    copy(view, copied, view.end);
    return true;
  }

  // The items that are left, one by one, each behind what stood before it in the source.
  bool rebuilt(View& view) {
    Items& items = *view.index;
    copy(view, view.begin, items.lead_end());
    bool first = true;
    for (const Item& item : items.all()) {
      if (!item.live()) continue;
      if (!first && item.in_source() && item.gap != 0) {
        copy(view, item.gap, item.begin);
      } else if (!first) {
        out_ += ',';
      }
      first = false;
      if (!whole(view, item)) return false;
    }
    copy(view, items.trail_begin(), view.end);
    return true;
  }

  bool whole(View& view, const Item& item) {
    if (item.in_source()) {
      copy(view, item.begin, item.value_begin);
      if (untouched(types_, item)) {
        copy(view, item.value_begin, item.value_end);
        return true;
      }
    } else if (!added_name(view, item)) {
      return false;
    }
    return value(item.value.get());
  }

  bool added_name(View& view, const Item& item) {
    if (is_list(types_, as_object(view))) return true;
    const Ref name = Ref::steal(PyUnicode_DecodeUTF8(
        item.name.data(), static_cast<Py_ssize_t>(item.name.size()), "surrogatepass"));
    if (!name || !string(name.get())) return false;
    out_ += ':';
    return true;
  }

  Gil& gil_;
  const Types& types_;
  std::string& out_;
  std::string quoted_;
  unsigned depth_ = 0;
};

// The exception that is set becomes one whose message says where the value was to go.
void name_place(Gil&, PyObject* place) {
  PyObject* type = nullptr;
  PyObject* error = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &error, &traceback);
  const Ref owned_type = Ref::steal(type);
  const Ref owned_error = Ref::steal(error);
  const Ref owned_traceback = Ref::steal(traceback);
  if (error == nullptr || (type != PyExc_TypeError && type != PyExc_ValueError)) {
    PyErr_Restore(Ref(owned_type).release(), Ref(owned_error).release(),
                  Ref(owned_traceback).release());
    return;
  }
  PyErr_Format(type, "cannot set %R: %S", place, error);
}

}  // namespace

bool append_json(Gil& gil, const Types& types, PyObject* value, std::string& out) {
  return Renderer(gil, types, out).value(value);
}

bool append_view(Gil& gil, const Types& types, View& view, std::string& out) {
  return Renderer(gil, types, out).view(view);
}

bool check_json(Gil& gil, const Types& types, PyObject* value, PyObject* place) {
  if (PyUnicode_Check(value) || value == Py_None || PyBool_Check(value)) return true;
  std::string scratch;
  if (append_json(gil, types, value, scratch)) return true;
  name_place(gil, place);
  return false;
}

}  // namespace adyton::worker
