#include "modules/json/binding/open_containers.h"

#include <algorithm>

namespace adyton::json {

void OpenContainers::push(const Open& open) {
  // Owned from here on, whatever is thrown below.
  python::Ref object = python::Ref::steal(open.object);
  python::Ref items = python::Ref::steal(open.items);
  if (size() >= shallow) deep_.insert(open.object);
  stack_.push(open);
  object.release();
  items.release();
}

void OpenContainers::pop() {
  const Open open = stack_.pop();
  if (size() >= shallow) deep_.erase(open.object);
  Py_DECREF(open.object);
  Py_XDECREF(open.items);
}

bool OpenContainers::contains(PyObject* object) {
  for (std::size_t i = std::min(size(), shallow); i-- > 0;) {
    if (stack_[i].object == object) return true;
  }
  return size() > shallow && deep_.contains(object);
}

}  // namespace adyton::json
