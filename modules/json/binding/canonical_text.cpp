#include "modules/json/binding/canonical_text.h"

#include <string>
#include <string_view>

#include "host/base/text.h"
#include "modules/json/binding/arguments.h"
#include "modules/json/binding/document.h"
#include "modules/json/binding/dumps.h"
#include "modules/json/binding/guarded.h"
#include "modules/json/canonical.h"
#include "modules/json/pointer_to.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

/// The text of `object` as dumpb writes it; NaN and the infinities are refused. Empty with an
/// exception set.
Ref text_of(Gil& gil, PyObject* module, PyObject* object) {
  const Ref names = Ref::steal(Py_BuildValue("(s)", "allow_nan"));
  PyObject* const arguments[] = {object, Py_False};
  return Ref::steal(names ? dumpb(gil, module, arguments, 1, names.get()) : nullptr);
}

/// Raises ValueError, saying in which value of the text the fault is.
PyObject* refuse(std::string_view text, const Fault& fault) {
  std::string padded(text);
  padded.append(scan_padding, '\0');
  DocumentIndex index;
  std::string where;
  if (!index.build(std::string_view(padded).substr(0, text.size()), text.size())) {
    where = pointer_to(index, fault.offset);
  }
  where = where.empty() ? std::string("the whole value") : in_quotes(where);
  PyErr_Format(PyExc_ValueError, "no canonical form: %s, at %s", fault.message, where.c_str());
  return nullptr;
}

PyObject* form_of(std::string_view text) {
  Canonicalizer canonicalizer(Integers::doubles);
  std::string form;
  if (const Fault fault = canonicalizer.append(text, form)) return refuse(text, fault);
  return PyBytes_FromStringAndSize(form.data(), static_cast<Py_ssize_t>(form.size()));
}

}  // namespace

PyObject* canonical(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                    PyObject* names) {
  Arguments arguments("canonical", values, positional, names);
  PyObject* object = nullptr;
  const Arguments::Slot slot{"obj", &object};
  if (!arguments.bind(gil, {&slot, 1}, {})) return nullptr;
  if (arguments.unknown() != nullptr) {
    PyErr_Format(PyExc_TypeError, "canonical() got an unexpected keyword argument '%U'",
                 arguments.unknown());
    return nullptr;
  }
  return guarded<PyObject*>(nullptr, [&]() -> PyObject* {
    if (is_document(object)) return form_of(raw_text(as_document(object)));
    const Ref text = text_of(gil, module, object);
    if (!text) return nullptr;
    return form_of(
        {PyBytes_AS_STRING(text.get()), static_cast<std::size_t>(PyBytes_GET_SIZE(text.get()))});
  });
}

}  // namespace adyton::json
