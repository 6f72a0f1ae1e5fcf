#include "host/worker/failure.h"

#include <string_view>

#include "host/base/text.h"
#include "host/python/ref.h"

namespace adyton::worker {

using python::Gil;
using python::Ref;

namespace {

constexpr std::size_t detail_limit = 500;
constexpr std::size_t traceback_limit = 8000;
constexpr int frames_limit = -20;  // the innermost

// At most `limit` bytes of the text, whole characters, and a mark where something is missing.
std::string cut(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  return cat(text.substr(0, limit), "…");
}

// The characters of a str; none, and no exception, if there is no str.
std::string utf8(Gil&, const Ref& text) {
  const Ref bytes =
      text && PyUnicode_Check(text.get())
          ? Ref::steal(PyUnicode_AsEncodedString(text.get(), "utf-8", "backslashreplace"))
          : Ref();
  if (bytes)
    return {PyBytes_AS_STRING(bytes.get()),
            static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.get()))};
  PyErr_Clear();
  return {};
}

std::string attribute(Gil& gil, PyObject* object, const char* name) {
  return utf8(gil, Ref::steal(PyObject_GetAttrString(object, name)));
}

std::string describe(Gil& gil, PyObject* error) {
  auto* const type = reinterpret_cast<PyObject*>(Py_TYPE(error));
  std::string text = attribute(gil, type, "__qualname__");
  const std::string message = utf8(gil, Ref::steal(PyObject_Str(error)));
  if (!message.empty()) text += cat(": ", message);
  return text;
}

// The traceback from the script's first frame on; None if it has none.
Ref from_script(Gil& gil, PyObject* error, const std::string& script) {
  Ref traceback = Ref::steal(PyException_GetTraceback(error));
  while (traceback && traceback.get() != Py_None) {
    const Ref frame = Ref::steal(PyObject_GetAttrString(traceback.get(), "tb_frame"));
    const Ref code = frame ? Ref::steal(PyObject_GetAttrString(frame.get(), "f_code")) : Ref();
    if (code && attribute(gil, code.get(), "co_filename") == script) return traceback;
    traceback = Ref::steal(PyObject_GetAttrString(traceback.get(), "tb_next"));
  }
  return Ref::borrow(Py_None);
}

std::string format(Gil& gil, PyObject* error, const std::string& script) {
  const Ref module = Ref::steal(PyImport_ImportModule("traceback"));
  const Ref function =
      module ? Ref::steal(PyObject_GetAttrString(module.get(), "format_exception")) : Ref();
  const Ref traceback = function ? from_script(gil, error, script) : Ref();
  const Ref lines = traceback
                        ? Ref::steal(PyObject_CallFunction(function.get(), "OOOi", Py_TYPE(error),
                                                           error, traceback.get(), frames_limit))
                        : Ref();
  const Ref nothing = lines ? Ref::steal(PyUnicode_FromString("")) : Ref();
  const Ref text = nothing ? Ref::steal(PyUnicode_Join(nothing.get(), lines.get())) : Ref();
  PyErr_Clear();
  return utf8(gil, text);
}

// The exception that is set, as an object; then none is set.
Ref take_exception(Gil&) {
#if PY_VERSION_HEX >= 0x030C0000
  return Ref::steal(PyErr_GetRaisedException());
#else
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback != nullptr) PyException_SetTraceback(value, traceback);
  Py_XDECREF(type);
  Py_XDECREF(traceback);
  return Ref::steal(value);
#endif
}

}  // namespace

Failure take_failure(Gil& gil, const std::string& script) {
  const Ref error = take_exception(gil);
  if (!error) return {};
  return {cut(describe(gil, error.get()), detail_limit),
          cut(format(gil, error.get(), script), traceback_limit)};
}

}  // namespace adyton::worker
