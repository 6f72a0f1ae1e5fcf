#include "modules/json/binding/record_writer.h"

#include <string_view>

#include "modules/json/binding/dumps.h"
#include "modules/json/binding/state.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

SerializeOptions defaults(DumpForm form) {
  SerializeOptions options;
  if (form == DumpForm::text) return options;
  options.layout = {};
  options.characters = Characters::utf8;
  options.surrogates = Surrogates::reject;
  options.native.natives = Natives::on;
  return options;
}

}  // namespace

RecordWriter::RecordWriter(Gil& gil, PyObject* module, DumpForm form, PyObject* const* values,
                           PyObject* names, Buffer& out)
    : gil_(gil), module_(module), form_(form), names_(names), out_(out), options_(defaults(form)) {
  arguments_.push_back(nullptr);
  if (names != nullptr) {
    arguments_.insert(arguments_.end(), values, values + PyTuple_GET_SIZE(names));
  }
}

bool RecordWriter::open() {
  PyObject* object = nullptr;
  arguments_[0] = Py_None;  // in the place of an object
  Arguments arguments("dumps", arguments_.data(), 1, names_);
  const Arguments::Slot parameters[] = {{"obj", &object}};
  DumpKeywords keywords;
  if (!keywords.bind(gil_, arguments, parameters)) return false;
  if (arguments.unknown() != nullptr) return true;  // refused where it is read
  switch (read_options(gil_, keywords, options_)) {
    case Route::native:
      serializer_.emplace(gil_, State::of(module_), options_, out_);
      return true;
    case Route::standard:
      return true;
    case Route::failed:
      break;
  }
  return false;
}

bool RecordWriter::write(PyObject* object) {
  return serializer_ ? serializer_->write(object) : write_standard(object);
}

bool RecordWriter::write_standard(PyObject* object) {
  arguments_[0] = object;
  Ref record = Ref::steal(
      (form_ == DumpForm::text ? dumps : dumpb)(gil_, module_, arguments_.data(), 1, names_));
  if (record && PyUnicode_Check(record.get())) {
    record = Ref::steal(PyUnicode_AsEncodedString(record.get(), "utf-8", "surrogatepass"));
  }
  if (!record) return false;
  if (!PyBytes_Check(record.get())) {
    PyErr_SetString(PyExc_TypeError, "cls does not make a str of an object");
    return false;
  }
  out_.put(
      {PyBytes_AS_STRING(record.get()), static_cast<std::size_t>(PyBytes_GET_SIZE(record.get()))});
  return true;
}

}  // namespace adyton::json
