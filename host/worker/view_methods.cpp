#include "host/worker/view_methods.h"

#include <limits>
#include <memory>
#include <string>

#include "host/base/text.h"
#include "host/python/error.h"
#include "host/worker/render.h"
#include "host/worker/value.h"
#include "modules/json/scan.h"
#include "modules/json/skim.h"
#include "modules/json/utf8_fault.h"

namespace adyton::worker {

using python::Gil;
using python::Ref;

namespace {

// The bytes of a str or of a bytes-like object, for as long as this lives.
class Input {
 public:
  Input() = default;
  ~Input() {
    if (buffer_.obj != nullptr) PyBuffer_Release(&buffer_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  /// False with an exception set.
  bool open(Gil&, PyObject* object) {
    if (PyUnicode_Check(object)) {
      Py_ssize_t size = 0;
      const char* const utf8 = PyUnicode_AsUTF8AndSize(object, &size);
      if (utf8 != nullptr) text_ = {utf8, static_cast<std::size_t>(size)};
      return utf8 != nullptr;
    }
    if (PyObject_GetBuffer(object, &buffer_, PyBUF_SIMPLE) != 0) return false;
    text_ = {static_cast<const char*>(buffer_.buf), static_cast<std::size_t>(buffer_.len)};
    return true;
  }

  std::string_view text() const { return text_; }

 private:
  Py_buffer buffer_{};
  std::string_view text_;
};

Source copy_of(std::string_view bytes) {
  auto text = std::make_shared<pipeline::Text>();
  text->reserve(bytes.size() + 1);
  text->append(bytes);
  text->resize(text->size());
  return text;
}

Status check(std::string_view text) {
  if (text.size() >= std::numeric_limits<std::uint32_t>::max() - json::scan_padding) {
    return Error{ErrorCode::limit, "a record is shorter than 4 GiB"};
  }
  return {};
}

Status check_syntax(const Source& source) {
  json::Fault fault = json::validate(source->view());
  if (!fault) fault = json::utf8_fault(source->view());
  if (!fault) return {};
  return Error{ErrorCode::invalid, cat("not JSON: ", fault.message, " at byte ", fault.offset + 1)};
}

// The value of a whole source, whose syntax is right.
Ref read(Gil& gil, const Types& types, const Source& source) {
  const std::size_t begin = json::skim_space(source->data(), 0);
  const std::size_t end = json::skim_value(source->data(), begin);
  return make_value(gil, types, source, static_cast<std::uint32_t>(begin),
                    static_cast<std::uint32_t>(end));
}

}  // namespace

PyObject* from_json(PyObject* type, PyObject* text) {
  Gil gil = Gil::held_by_caller();
  Input input;
  if (!input.open(gil, text)) return nullptr;
  if (const Status status = check(input.text()); !status) return python::raise(gil, status.error());
  const Source source = copy_of(input.text());
  if (const Status status = check_syntax(source); !status)
    return python::raise(gil, status.error());
  const void* const state = PyType_GetModuleState(reinterpret_cast<PyTypeObject*>(type));
  return read(gil, *static_cast<const Types*>(state), source).release();
}

PyObject* to_json(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  std::string out;
  if (!append_view(gil, types_of(self), as_view(self), out)) return nullptr;
  return PyBytes_FromStringAndSize(out.data(), static_cast<Py_ssize_t>(out.size()));
}

PyObject* to_python(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  return to_plain(gil, types_of(self), self).release();
}

PyObject* represent(PyObject* self) {
  Gil gil = Gil::held_by_caller();
  const Ref plain = to_plain(gil, types_of(self), self);
  return plain ? PyObject_Repr(plain.get()) : nullptr;
}

PyObject* shallow_copy(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  return copy_view(gil, as_view(self)).release();
}

PyObject* deep_copy(PyObject* self, PyObject*) {
  Gil gil = Gil::held_by_caller();
  std::string out;
  if (!append_view(gil, types_of(self), as_view(self), out)) return nullptr;
  return read(gil, types_of(self), copy_of(out)).release();
}

PyObject* reduce(PyObject* self, PyObject*) {
  const Ref reader = Ref::steal(
      PyObject_GetAttrString(reinterpret_cast<PyObject*>(types_of(self).record), "from_json"));
  const Ref text = reader ? Ref::steal(to_json(self, nullptr)) : Ref();
  return text ? Py_BuildValue("O(O)", reader.get(), text.get()) : nullptr;
}

}  // namespace adyton::worker
