#include "modules/crypto/binding/pinned_list.h"

#include <string>

namespace adyton::crypto {

std::optional<PinnedList> PinnedList::over(python::Gil&, PyObject* sequence, const char* name) {
  const std::string message = cat(name, " must be a list of bytes-like objects");
  PinnedList list;
  list.name_ = name;
  list.sequence_ = python::Ref::steal(PySequence_Fast(sequence, message.c_str()));
  if (!list.sequence_) return std::nullopt;
  list.size_ = list.current_size();
  list.items_.reset(static_cast<Item*>(PyMem_Malloc(list.size_ * sizeof(Item))));
  if (list.items_) return list;
  PyErr_NoMemory();
  return std::nullopt;
}

std::optional<PinnedList> PinnedList::of(python::Gil& gil, PyObject* sequence, const char* name) {
  auto list = over(gil, sequence, name);
  if (list && list->pin_all(gil)) return list;
  return std::nullopt;
}

bool PinnedList::pin_all(python::Gil& gil) {
  for (std::size_t i = pinned_; i < size_; ++i) {
    if (!pin(gil, i)) return false;
  }
  return true;
}

// A buffer's exporter may be Python code, which may do anything to the sequence.
bool PinnedList::pin_other(python::Gil& gil, std::size_t i) {
  if (i >= current_size()) {
    PyErr_Format(PyExc_RuntimeError, "%s changed size during the call", name_);
    return false;
  }
  const auto item = python::Ref::borrow(PySequence_Fast_GET_ITEM(sequence_.get(), i));
  const std::string item_name = cat(name_, "[", i, "]");
  auto buffer = Buffer::of(gil, item.get(), item_name.c_str());
  if (!buffer) return false;
  buffers_.push_back(std::move(*buffer));
  const Bytes bytes = buffers_.back().bytes();
  set(i, {bytes.data(), bytes.size() | Item::in_buffer});
  return true;
}

void PinnedList::unpin(Part part) {
  for (std::size_t i = part.begin; i < part.end; ++i) {
    if (i + ahead < part.end && items_[i + ahead].is_bytes()) {
      __builtin_prefetch(object_of(items_[i + ahead]), 1);
    }
    if (!items_[i].is_bytes()) continue;
    Py_DECREF(object_of(items_[i]));
    items_[i].data = nullptr;
  }
}

}  // namespace adyton::crypto
