#include "modules/json/binding/document_types.h"

#include "modules/json/binding/document.h"
#include "modules/json/binding/document_views.h"
#include "modules/json/binding/documentation.h"

namespace adyton::json {

using python::Gil;
using python::Ref;

namespace {

bool register_with(const Ref& type, const char* abstract) {
  const Ref classes = Ref::steal(PyImport_ImportModule("_collections_abc"));
  const Ref base = Ref::steal(classes ? PyObject_GetAttrString(classes.get(), abstract) : nullptr);
  const Ref done =
      Ref::steal(base ? PyObject_CallMethod(base.get(), "register", "O", type.get()) : nullptr);
  return static_cast<bool>(done);
}

}  // namespace

bool DocumentTypes::make(Gil& gil, PyObject* module) {
  document = make_document_type(gil, module);
  keys = document ? make_document_view_type(gil, module, Part::keys) : Ref();
  values = keys ? make_document_view_type(gil, module, Part::values) : Ref();
  items = values ? make_document_view_type(gil, module, Part::items) : Ref();
  iterator = items ? make_document_iterator_type(gil, module) : Ref();
  if (!iterator) return false;
  if (!register_with(keys, "KeysView") || !register_with(values, "ValuesView") ||
      !register_with(items, "ItemsView") || !register_with(iterator, "Iterator")) {
    return false;
  }
  pointer_error = Ref::steal(PyErr_NewExceptionWithDoc(
      "adyton.json.PointerError", documentation::pointer_error, PyExc_LookupError, nullptr));
  patch_error = Ref::steal(pointer_error ? PyErr_NewExceptionWithDoc("adyton.json.PatchError",
                                                                     documentation::patch_error,
                                                                     PyExc_ValueError, nullptr)
                                         : nullptr);
  return patch_error && PyModule_AddObjectRef(module, "Document", document.get()) == 0 &&
         PyModule_AddObjectRef(module, "PointerError", pointer_error.get()) == 0 &&
         PyModule_AddObjectRef(module, "PatchError", patch_error.get()) == 0;
}

int DocumentTypes::traverse(visitproc visit, void* arg) const {
  for (const Ref* type :
       {&document, &keys, &values, &items, &iterator, &pointer_error, &patch_error}) {
    Py_VISIT(type->get());
  }
  return 0;
}

}  // namespace adyton::json
