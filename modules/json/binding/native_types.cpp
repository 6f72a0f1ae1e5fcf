#include "modules/json/binding/native_types.h"

#include <cstring>
#include <utility>

#include "modules/json/binding/buffer_view.h"
#include "modules/json/binding/type_lookup.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

/// Of more than these nothing is kept.
constexpr std::size_t most_types = 4096;

/// An attribute of the type (a descriptor as it is), borrowed, or null without an exception.
PyObject* look_up(Gil& gil, PyTypeObject* type, const char* name) {
  const Ref text = Ref::steal(PyUnicode_InternFromString(name));
  if (text) return json::look_up(gil, type, text.get());
  PyErr_Clear();
  return nullptr;
}

/// A type of a module that has been imported; none without an exception otherwise.
Ref imported_type(const char* module_name, const char* name) {
  PyObject* const modules = PyImport_GetModuleDict();  // borrowed
  PyObject* const module =
      modules == nullptr ? nullptr : PyDict_GetItemString(modules, module_name);
  Ref type = Ref::steal(module == nullptr ? nullptr : PyObject_GetAttrString(module, name));
  PyErr_Clear();
  return type && PyType_Check(type.get()) ? type : Ref();
}

PyTypeObject* as_type(const Ref& type) {
  return reinterpret_cast<PyTypeObject*>(type.get());
}

bool derives(PyTypeObject* type, const Ref& base) {
  return base && PyType_IsSubtype(type, as_type(base));
}

/// Sets a kind whose instances are told by one attribute.
void set_kind(Gil& gil, PyTypeObject* type, NativeKind kind, const char* name, NativeType& native) {
  Ref text = Ref::steal(PyUnicode_InternFromString(name));
  if (!text) return PyErr_Clear();
  native.kind = kind;
  native.attribute = InstanceAttribute(gil, type, std::move(text), 0);
}

/// Whether a type has an attribute as its base has it.
bool inherits(Gil& gil, PyTypeObject* type, PyTypeObject* base, const char* name) {
  return look_up(gil, type, name) == look_up(gil, base, name);
}

bool is_enumeration(Gil& gil, PyTypeObject* type, NativeType& native) {
  const Ref base = imported_type("enum", "Enum");
  if (!derives(type, base)) return false;
  // Enum.value is a property written in Python; what it returns is this.
  const bool plain = inherits(gil, type, as_type(base), "value");
  set_kind(gil, type, NativeKind::enumeration, plain ? "_value_" : "value", native);
  return true;
}

bool is_uuid(Gil& gil, PyTypeObject* type, NativeType& native) {
  if (!derives(type, imported_type("uuid", "UUID"))) return false;
  set_kind(gil, type, NativeKind::uuid, "int", native);
  return true;
}

bool is_decimal(Gil& gil, PyTypeObject* type, NativeType& native) {
  const Ref base = imported_type("decimal", "Decimal");
  if (!derives(type, base)) return false;
  native.kind = NativeKind::decimal;
  if (type->tp_str != as_type(base)->tp_str) {
    native.to_text = Ref::borrow(look_up(gil, as_type(base), "__str__"));
  }
  return true;
}

/// Derived arrays (a masked one, say) may mean something else than their elements.
bool is_numpy(PyObject* object, PyTypeObject* type, NativeType& native) {
  const Ref array = imported_type("numpy", "ndarray");
  if (derives(type, array)) {
    const bool plain = type == as_type(array) || type == as_type(imported_type("numpy", "memmap"));
    if (plain) {
      native.kind = NativeKind::numpy_array;
    } else {
      native.advice = ": of arrays only numpy.ndarray itself is known; numpy.asarray() makes one";
    }
    return true;
  }
  if (!derives(type, imported_type("numpy", "generic"))) return false;
  native.advice = ": default= may return its item()";
  const BufferView view(object);
  const auto element = view ? view.element() : std::nullopt;
  if (!element || view->ndim != 0) return true;
  const auto* const begin = reinterpret_cast<const char*>(object);
  const Py_ssize_t offset = static_cast<const char*>(view->buf) - begin;
  const auto size = static_cast<Py_ssize_t>(size_of(*element));
  if (offset < static_cast<Py_ssize_t>(sizeof(PyObject)) || offset + size > type->tp_basicsize) {
    return true;
  }
  native.kind = NativeKind::numpy_scalar;
  native.number = {offset, *element};
  return true;
}

bool is_bytes(PyTypeObject* type) {
  return PyType_HasFeature(type, Py_TPFLAGS_BYTES_SUBCLASS) ||
         PyType_IsSubtype(type, &PyByteArray_Type);
}

}  // namespace

std::size_t NativeTypes::slot_of(PyTypeObject* type) const noexcept {
  const auto address = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(type));
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>((address * 0x9E3779B97F4A7C15u) >> 32) & mask;
  while (slots_[slot] != nullptr && slots_[slot]->type != type) slot = (slot + 1) & mask;
  return slot;
}

void NativeTypes::begin_use() {
  if (users_++ > 0 || kept_ < most_types) return;
  slots_.clear();
  kept_ = 0;
}

void NativeTypes::end_use() {
  if (--users_ == 0) retired_.clear();
}

const NativeType* NativeTypes::of(Gil& gil, PyObject* object) {
  PyTypeObject* const type = Py_TYPE(object);
  if (const NativeType* const known = find(type)) return known;
  const unsigned version = version_of(gil, type);
  NativeType native;
  if (!classify(gil, object, native)) return nullptr;
  // What was looked up may have run code, and changed the type.
  return keep(type, version_of(gil, type) == version ? version : 0, std::move(native));
}

const NativeType* NativeTypes::keep(PyTypeObject* type, unsigned version, NativeType native) {
  auto entry = std::make_unique<Entry>(Entry{type, version, std::move(native)});
  retired_.reserve(retired_.size() + 1);
  if (version == 0 || (kept_ >= most_types && slots_[slot_of(type)] == nullptr)) {
    retired_.push_back(std::move(entry));
    return &retired_.back()->native;
  }
  if (2 * (kept_ + 1) > slots_.size()) grow();
  std::unique_ptr<Entry>& slot = slots_[slot_of(type)];
  kept_ += slot == nullptr ? 1 : 0;
  std::swap(slot, entry);
  if (entry != nullptr) retired_.push_back(std::move(entry));
  return &slot->native;
}

void NativeTypes::grow() {
  Slots larger(slots_.empty() ? 64 : 2 * slots_.size());
  std::swap(slots_, larger);
  for (std::unique_ptr<Entry>& entry : larger) {
    if (entry != nullptr) slots_[slot_of(entry->type)] = std::move(entry);
  }
}

/// A derived type that makes its text itself may hold more than what is known here.
bool NativeTypes::is_date_or_time(Gil& gil, PyTypeObject* type, NativeType& native) {
  if (!datetimes_.load(gil)) return false;
  const std::pair<PyTypeObject*, NativeKind> types[] = {
      {datetimes_.datetime_type(), NativeKind::datetime},
      {datetimes_.date_type(), NativeKind::date},
      {datetimes_.time_type(), NativeKind::time}};
  for (const auto& [base, kind] : types) {
    if (!PyType_IsSubtype(type, base)) continue;
    if (inherits(gil, type, base, "isoformat")) {
      native.kind = kind;
    } else {
      native.advice = ": it has an isoformat() of its own, which default= may return";
    }
    return true;
  }
  return false;
}

/// Fills `native`; false with an exception set.
bool NativeTypes::classify(Gil& gil, PyObject* object, NativeType& native) {
  PyTypeObject* const type = Py_TYPE(object);
  if (reinterpret_cast<PyObject*>(type) == fragment_type_.get()) {
    native.kind = NativeKind::fragment;
  } else if (PyType_IsSubtype(type, &PyFloat_Type)) {
    native.kind = NativeKind::real;
  } else if (is_bytes(type)) {
    native.kind = NativeKind::bytes;
  } else if (type == &PyMemoryView_Type) {
    native.kind = NativeKind::memoryview;
  } else if (is_enumeration(gil, type, native) || is_date_or_time(gil, type, native) ||
             is_uuid(gil, type, native) || is_decimal(gil, type, native)) {
    return true;
  } else if (look_up(gil, type, "__dataclass_fields__") != nullptr) {
    native.kind = NativeKind::dataclass;
    native.fields = Fields::read(gil, type);
    return native.fields != nullptr;
  } else if (derives(type, imported_type("array", "array"))) {
    native.kind = NativeKind::array;
  } else {
    is_numpy(object, type, native);
  }
  return true;
}

int NativeTypes::traverse(visitproc visit, void* arg) {
  Py_VISIT(fragment_type_.get());
  return 0;
}

void NativeTypes::clear() {
  slots_.clear();
  kept_ = 0;
  retired_.clear();
  datetimes_.clear();
  fragment_type_ = Ref();
}

}  // namespace adyton::json
