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
  if (const int stopped = native_types_.traverse(visit, arg)) return stopped;
  if (const int stop = lines_.traverse(visit, arg)) return stop;
  return documents_.traverse(visit, arg);
}

void State::clear() {
  standard_ = Ref();
  lines_.clear();
  documents_.clear();
  keys_.clear();
  native_types_.clear();
  for (auto& kept : empty_containers_) std::fill(std::begin(kept), std::end(kept), Ref());
}

}  // namespace adyton::json
