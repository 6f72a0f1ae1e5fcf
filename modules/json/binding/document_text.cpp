#include "modules/json/binding/document_text.h"

#include <cstdint>
#include <cstring>

#include "modules/json/binding/loads.h"
#include "modules/json/document_index.h"
#include "modules/json/scan.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

/// Whether the bytes behind the text can be looked at (not what they are): memory is given to a
/// process a page at a time.
bool is_padded(std::string_view text) {
#if defined(__SANITIZE_ADDRESS__)
  (void)text;
  return false;  // it knows better where an object ends
#else
  constexpr std::uintptr_t page = 4096;
  const auto end = reinterpret_cast<std::uintptr_t>(text.data()) + text.size();
  return end % page != 0 && end % page <= page - scan_padding;
#endif
}

/// The bytes object that a memoryview shows the whole of, borrowed, or null.
PyObject* whole_bytes(PyObject* data) {
  if (!PyMemoryView_Check(data)) return nullptr;
  const Py_buffer& view = *PyMemoryView_GET_BUFFER(data);
  PyObject* const owner = view.obj;
  const bool whole = owner != nullptr && PyBytes_CheckExact(owner) &&
                     view.buf == PyBytes_AS_STRING(owner) && view.len == PyBytes_GET_SIZE(owner) &&
                     PyBuffer_IsContiguous(&view, 'C') != 0;
  return whole ? owner : nullptr;
}

/// `data` as a str or bytes that nothing can change and that refers to no other object; or none
/// with an exception set.
Ref frozen(PyObject* data) {
  if (PyBytes_CheckExact(data) || PyUnicode_CheckExact(data)) return Ref::borrow(data);
  if (PyUnicode_Check(data)) return Ref::steal(PyUnicode_FromObject(data));
  if (PyObject* const bytes = whole_bytes(data)) return Ref::borrow(bytes);
  if (PyObject_CheckBuffer(data) != 0) {
    Py_buffer view;
    if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) return Ref();
    Ref copy = Ref::steal(PyBytes_FromStringAndSize(static_cast<const char*>(view.buf), view.len));
    PyBuffer_Release(&view);
    return copy;
  }
  PyErr_Format(PyExc_TypeError, "Document() takes str or a bytes-like object, not %.100s",
               Py_TYPE(data)->tp_name);
  return Ref();
}

/// Calls loads so that it takes what RFC 8259 takes and does not mind how long an integer is.
Ref load_strictly(Gil& gil, PyObject* module, PyObject* source) {
  const Ref names = Ref::steal(Py_BuildValue("(ss)", "allow_nan", "parse_int"));
  if (!names) return Ref();
  PyObject* const arguments[] = {source, Py_False, reinterpret_cast<PyObject*>(&PyUnicode_Type)};
  return Ref::steal(loads(gil, module, arguments, 1, names.get()));
}

}  // namespace

bool DocumentText::open(Gil& gil, PyObject* module, PyObject* data) {
  const Ref source = frozen(data);
  return source && open_source(gil, module, source.get());
}

bool DocumentText::open_source(Gil& gil, PyObject* module, PyObject* data) {
  if (!source_.open(gil, data, SourceText::Purpose::utf8)) {
    if (PyErr_Occurred() == nullptr) load_strictly(gil, module, data);  // a str with a BOM
    return false;
  }
  text_ = source_.text();
  if (text_.size() > DocumentIndex::longest) {
    PyErr_SetString(PyExc_ValueError, "a Document is shorter than 4 GiB");
    return false;
  }
  if (!is_padded(text_)) pad();
  return true;
}

void DocumentText::pad() {
  copy_ = std::make_unique_for_overwrite<char[]>(text_.size() + scan_padding);
  std::memcpy(copy_.get(), text_.data(), text_.size());
  std::memset(copy_.get() + text_.size(), 0, scan_padding);
  text_ = {copy_.get(), text_.size()};
}

void DocumentText::raise(Gil& gil, PyObject* module, PyObject* data) const {
  const Ref source = frozen(data);
  if (!source || !load_strictly(gil, module, source.get())) return;
  // loads lets surrogates pass in UTF-8.
  if (PyUnicode_Check(data)) {
    Py_XDECREF(PyUnicode_AsUTF8String(data));
  } else {
    Py_XDECREF(PyUnicode_DecodeUTF8(text_.data(), static_cast<Py_ssize_t>(text_.size()), nullptr));
  }
  if (PyErr_Occurred() == nullptr) {
    PyErr_SetString(PyExc_SystemError, "loads reads what Document does not");
  }
}

}  // namespace adyton::json
