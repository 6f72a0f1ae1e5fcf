#include "modules/json/binding/instance_attribute.h"

#include <utility>

#include <structmember.h>

#include "modules/json/binding/type_lookup.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

/// The offset of a slot that `descriptor` stands for, or 0.
Py_ssize_t slot_offset(PyTypeObject* type, PyObject* descriptor) {
  if (Py_TYPE(descriptor) != &PyMemberDescr_Type) return 0;
  const auto* member = reinterpret_cast<PyMemberDescrObject*>(descriptor);
  if (member->d_member->type != T_OBJECT_EX) return 0;
  return PyType_IsSubtype(type, member->d_common.d_type) ? member->d_member->offset : 0;
}

bool has_known_values(PyTypeObject* type) {
#if ADYTON_KNOWS_INSTANCE_VALUES
  return (type->tp_flags & Py_TPFLAGS_MANAGED_DICT) != 0;
#else
  return static_cast<void>(type), false;
#endif
}

}  // namespace

InstanceAttribute::InstanceAttribute(Gil& gil, PyTypeObject* type, Ref name, Py_ssize_t position)
    : owned_name_(std::move(name)), name_(owned_name_.get()), position_(position) {
  if (type->tp_getattro != PyObject_GenericGetAttr) return;
  PyObject* const descriptor = look_up(gil, type, name_);  // borrowed
  if (descriptor != nullptr) {
    if (const Py_ssize_t offset = slot_offset(type, descriptor)) {
      place_ = Place::slot;
      position_ = offset;
      return;
    }
    if (PyDescr_IsData(descriptor)) return;
  }
  if (has_known_values(type)) place_ = Place::values;
}

PyObject* InstanceAttribute::find(PyObject* object) const noexcept {
  if (PyObject* const value = peek(object)) return value;
#if ADYTON_KNOWS_INSTANCE_VALUES
  if (place_ != Place::values) return nullptr;
  const InstanceValues values = values_of(object);
  if (values.names == nullptr) return nullptr;
  for (Py_ssize_t i = 0; i < values.names->used; ++i) {
    if (values.entries()[i].name != name_) continue;
    position_ = i;
    return values.at(i);
  }
#endif
  return nullptr;
}

/// As Python does, where need be, which also knows what to say if there is no such attribute.
PyObject* InstanceAttribute::read(Gil&, PyObject* object, Ref& kept) const {
  if (PyObject* const value = find(object)) return value;
  kept = Ref::steal(PyObject_GetAttr(object, name_));
  return kept.get();
}

}  // namespace adyton::json
