#include "modules/json/binding/fields.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "modules/json/encode.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

/// dataclasses.fields(type) as a tuple, or none with an exception set.
Ref fields_of(PyTypeObject* type) {
  const Ref module = Ref::steal(PyImport_ImportModule("dataclasses"));
  const Ref fields = Ref::steal(
      module ? PyObject_CallMethod(module.get(), "fields", "O", reinterpret_cast<PyObject*>(type))
             : nullptr);
  return Ref::steal(fields ? PySequence_Tuple(fields.get()) : nullptr);
}

/// The str with what is not ASCII escaped.
std::string escaped(PyObject* name) {
  std::vector<Py_UCS4> characters(static_cast<std::size_t>(PyUnicode_GET_LENGTH(name)));
  for (std::size_t i = 0; i < characters.size(); ++i) {
    characters[i] = PyUnicode_READ_CHAR(name, static_cast<Py_ssize_t>(i));
  }
  StringBuffer out;
  put_string_ascii(out, std::span<const std::uint32_t>(characters));
  const std::string quoted = out.take();
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

std::unique_ptr<Fields> Fields::read(Gil& gil, PyTypeObject* dataclass) {
  const Ref found = fields_of(dataclass);
  if (!found) return nullptr;
  auto fields = std::make_unique<Fields>();
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(found.get()); ++i) {
    if (!fields->add(gil, dataclass, PyTuple_GET_ITEM(found.get(), i))) return nullptr;
  }
  fields->sort();
  return fields;
}

/// A field's name is an identifier: nothing in it needs an escape but what is not ASCII.
bool Fields::add(Gil& gil, PyTypeObject* dataclass, PyObject* field) {
  PyObject* name = PyObject_GetAttrString(field, "name");
  if (name != nullptr && PyUnicode_CheckExact(name)) PyUnicode_InternInPlace(&name);
  Ref owned = Ref::steal(name);
  if (!owned) return false;
  if (!PyUnicode_CheckExact(name)) {
    PyErr_Format(PyExc_TypeError, "a field of %.100s has a name that is no str",
                 dataclass->tp_name);
    return false;
  }
  Py_ssize_t length = 0;
  const char* const text = PyUnicode_AsUTF8AndSize(name, &length);
  if (text == nullptr) return false;
  const Name utf8 = keep(std::string(text, static_cast<std::size_t>(length)));
  const Name ascii = PyUnicode_IS_ASCII(name) ? utf8 : keep(escaped(name));
  const auto position = static_cast<Py_ssize_t>(fields_.size());
  fields_.push_back({InstanceAttribute(gil, dataclass, std::move(owned), position), ascii, utf8});
  return true;
}

Fields::Name Fields::keep(std::string text) {
  const std::size_t size = text.size();
  text.append(Name::padding, '\0');
  names_.push_back(std::make_unique<std::string>(std::move(text)));
  return {names_.back()->data(), size};
}

void Fields::sort() {
  sorted_ = fields_;
  // UTF-8 sorts as its characters do, which is how Python compares str.
  std::ranges::sort(sorted_, {}, [](const Field& field) {
    return std::string_view(field.utf8.data, field.utf8.size);
  });
  in_order_ = fields_.data();
  by_name_ = sorted_.data();
  size_ = static_cast<Py_ssize_t>(fields_.size());
}

}  // namespace adyton::json
