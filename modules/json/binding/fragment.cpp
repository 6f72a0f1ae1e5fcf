#include "modules/json/binding/fragment.h"

#include <algorithm>
#include <cstddef>
#include <new>
#include <string>
#include <string_view>

#include <structmember.h>

#include "host/base/text.h"
#include "modules/json/binding/documentation.h"
#include "modules/json/binding/state.h"
#include "modules/json/scan.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

struct Fragment {
  PyObject_HEAD PyObject* contents;  // bytes, owned
  bool ascii;
};

Fragment* as_fragment(PyObject* object) {
  return reinterpret_cast<Fragment*>(object);
}

std::string_view view(PyObject* bytes) {
  return {PyBytes_AS_STRING(bytes), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes))};
}

/// What was given, as bytes, or none with an exception set.
Ref as_bytes(PyObject* text) {
  if (PyBytes_CheckExact(text)) return Ref::borrow(text);
  if (PyUnicode_Check(text)) return Ref::steal(PyUnicode_AsUTF8String(text));
  if (PyBytes_Check(text) || PyByteArray_Check(text)) return Ref::steal(PyBytes_FromObject(text));
  PyErr_Format(PyExc_TypeError, "Fragment() takes JSON text as bytes, bytearray or str, not %.100s",
               Py_TYPE(text)->tp_name);
  return Ref();
}

/// Raises JSONDecodeError, at the character that the fault's byte belongs to.
void raise(Gil& gil, State& state, std::string_view text, const Fault& fault) {
  const Ref type = state.standard(gil, "JSONDecodeError");
  if (!type) return;
  const Ref before = Ref::steal(PyUnicode_DecodeUTF8(
      text.data(), static_cast<Py_ssize_t>(std::min(fault.offset, text.size())), "replace"));
  const Ref document =
      Ref::steal(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "strict"));
  if (!before || !document) return;
  const std::string message = cat("Not a JSON fragment: ", fault.message);
  const Ref error = Ref::steal(PyObject_CallFunction(
      type.get(), "sOn", message.c_str(), document.get(), PyUnicode_GET_LENGTH(before.get())));
  if (error) PyErr_SetObject(type.get(), error.get());
}

/// Whether the text is one JSON value in UTF-8; false with an exception set.
bool check(Gil& gil, State& state, std::string_view text) {
  if (!is_utf8(text)) {
    Py_XDECREF(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "strict"));
    return false;
  }
  std::string padded(text);
  padded.append(scan_padding, '\0');
  const Fault fault = validate(std::string_view(padded).substr(0, text.size()));
  if (fault) raise(gil, state, text, fault);
  return !fault;
}

PyObject* create(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  Gil gil = Gil::held_by_caller();
  PyObject* text = nullptr;
  if (keywords != nullptr && PyDict_GET_SIZE(keywords) > 0) {
    PyErr_SetString(PyExc_TypeError, "Fragment() takes no keyword arguments");
    return nullptr;
  }
  if (!PyArg_UnpackTuple(arguments, "Fragment", 1, 1, &text)) return nullptr;
  Ref contents = as_bytes(text);
  if (!contents) return nullptr;
  State& state = *static_cast<State*>(PyType_GetModuleState(type));
  try {
    if (!check(gil, state, view(contents.get()))) return nullptr;
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  }
  PyObject* const object = type->tp_alloc(type, 0);
  if (object == nullptr) return nullptr;
  const std::string_view made = view(contents.get());
  as_fragment(object)->ascii = std::ranges::none_of(made, [](char c) { return (c & 0x80) != 0; });
  as_fragment(object)->contents = contents.release();
  return object;
}

void destroy(PyObject* object) {
  PyTypeObject* const type = Py_TYPE(object);
  Py_XDECREF(as_fragment(object)->contents);
  type->tp_free(object);
  Py_DECREF(type);
}

PyObject* represent(PyObject* object) {
  return PyUnicode_FromFormat("Fragment(%R)", as_fragment(object)->contents);
}

PyMemberDef members[] = {
    {"contents", T_OBJECT_EX, offsetof(Fragment, contents), READONLY,
     documentation::fragment_contents},
    {nullptr, 0, 0, 0, nullptr},
};

PyType_Slot slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(&create)},
    {Py_tp_dealloc, reinterpret_cast<void*>(&destroy)},
    {Py_tp_repr, reinterpret_cast<void*>(&represent)},
    {Py_tp_members, members},
    {Py_tp_doc, const_cast<char*>(documentation::fragment)},
    {0, nullptr},
};

PyType_Spec spec = {"adyton.json.Fragment", sizeof(Fragment), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, slots};

/// Writes the character as \uXXXX, or as two of them.
void put_escape(Py_UCS4 character, Buffer& out) {
  static constexpr char hex[] = "0123456789abcdef";
  const auto put_unit = [&out](Py_UCS4 unit) {
    const char text[] = {
        '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
    out.put(std::string_view(text, sizeof text));
  };
  if (character < 0x10000) return put_unit(character);
  put_unit(0xD7C0 + (character >> 10));
  put_unit(0xDC00 | (character & 0x3FF));
}

/// The character of the well-formed UTF-8 sequence at `p`, which has `size` bytes.
Py_UCS4 decode_sequence(const char* p, std::size_t size) {
  Py_UCS4 character = static_cast<unsigned char>(p[0]) & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    character = character << 6 | (static_cast<unsigned char>(p[i]) & 0x3F);
  }
  return character;
}

}  // namespace

Ref make_fragment_type(Gil&, PyObject* module) {
  return Ref::steal(PyType_FromModuleAndSpec(module, &spec, nullptr));
}

std::string_view fragment_text(PyObject* fragment) noexcept {
  return view(as_fragment(fragment)->contents);
}

bool fragment_is_ascii(PyObject* fragment) noexcept {
  return as_fragment(fragment)->ascii;
}

void put_fragment_ascii(PyObject* fragment, Buffer& out) {
  std::string_view text = fragment_text(fragment);
  while (!text.empty()) {
    const auto* const other = std::ranges::find_if(text, [](char c) { return (c & 0x80) != 0; });
    const auto plain = static_cast<std::size_t>(other - text.begin());
    out.put(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    const std::size_t size = utf8_sequence(text);
    put_escape(decode_sequence(text.data(), size), out);
    text.remove_prefix(size);
  }
}

}  // namespace adyton::json
