#include "modules/json/ascii_text.h"
#include "modules/json/binding/document.h"
#include "modules/json/binding/serialize.h"

namespace adyton::json {

using python::Ref;

bool Serializer::open_object(PyObject* object) {
  Ref current = Ref::borrow(object);
  while (true) {
    PyObject* const value = current.get();
    if (PyList_Check(value)) return open_sequence(value, Open::Kind::list);
    if (PyTuple_Check(value)) return open_sequence(value, Open::Kind::tuple);
    if (PyDict_Check(value)) return open_dict(value);
    if (is_document(value)) return put_document(value), true;
    const Opened opened = natives().is_active() ? open_native(current) : Opened::no;
    if (opened == Opened::yes) return true;
    if (opened == Opened::failed) return false;
    if (opened == Opened::no && !substitute(current)) return false;
    const Scalar scalar = put_scalar(current.get());
    if (scalar != Scalar::not_scalar) return scalar == Scalar::written;
  }
}

/// As its text lies.
void Serializer::put_document(PyObject* document) {
  const std::string_view text = raw_text(as_document(document));
  if (options_.characters == Characters::ascii) return put_json_ascii(out_, text);
  out_.put(text);
}

/// Replaces an object by what `default` makes of it; the object stays on the stack, as one that
/// must not come again inside.
bool Serializer::substitute(Ref& object) {
  if (!enter(object.get())) return false;
  if (options_.default_hook == nullptr) return refuse_object(object.get());
  open_.push({.kind = Open::Kind::substitute, .object = Py_NewRef(object.get())});
  object = Ref::steal(PyObject_CallOneArg(options_.default_hook, object.get()));
  return static_cast<bool>(object);
}

}  // namespace adyton::json
