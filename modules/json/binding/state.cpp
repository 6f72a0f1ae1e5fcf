#include "modules/json/binding/state.h"

namespace adyton::json {

using python::Gil;
using python::Ref;

PyObject* State::standard(Gil&) {
  if (!standard_) standard_ = Ref::steal(PyImport_ImportModule("json"));
  return standard_.get();
}

Ref State::standard(Gil& gil, const char* name) {
  PyObject* const json = standard(gil);
  return Ref::steal(json == nullptr ? nullptr : PyObject_GetAttrString(json, name));
}

int State::traverse(visitproc visit, void* arg) {
  Py_VISIT(standard_.get());
  return 0;
}

void State::clear() {
  standard_ = Ref();
  keys_.clear();
}

}  // namespace adyton::json
