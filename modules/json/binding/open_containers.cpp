#include "modules/json/binding/open_containers.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace adyton::json {

void OpenContainers::push(const Open& open) {
  // Owned from here on, whatever is thrown below.
  python::Ref object = python::Ref::steal(open.object);
  python::Ref items = python::Ref::steal(open.items);
  pin();
  if (is_full(end()) && !grow()) throw std::bad_alloc();
  data_[size_++] = open;
  object.release();
  items.release();
  pinned_ = size_;
  mark_settled(size_);
}

void OpenContainers::pop() {
  --size_;
  if (is_settled(end())) settle();
}

void OpenContainers::pin() {
  for (; pinned_ < size_; ++pinned_) Py_INCREF(data_[pinned_].object);
  mark_settled(std::max(pinned_, distinct_));
}

void OpenContainers::mark_settled(std::size_t count) {
  settled_end_ = data_ + count;
}

void OpenContainers::settle() {
  const Open open = data_[size_];
  if (distinct_ > size_) {
    distinct_ = size_;
    if (size_ >= shallow) deep_->erase(open.object);
  }
  const bool owned = pinned_ > size_;
  pinned_ = std::min(pinned_, size_);
  mark_settled(size_);
  if (!owned) return;
  Py_DECREF(open.object);
  Py_XDECREF(open.items);
}

bool OpenContainers::contains(PyObject* object) {
  for (std::size_t i = std::min(size_, shallow); i-- > 0;) {
    if (data_[i].object == object) return true;
  }
  for (std::size_t i = std::max(distinct_, shallow); i < size_; ++i) {
    if (data_[i].object == object) return true;
  }
  return distinct_ > shallow && deep_->contains(object);
}

bool OpenContainers::has_repeats() {
  if (size_ > shallow && deep_ == nullptr)
    deep_ = std::make_unique<std::unordered_set<PyObject*>>();
  for (; distinct_ < size_; ++distinct_) {
    PyObject* const object = data_[distinct_].object;
    for (std::size_t i = std::min(distinct_, shallow); i-- > 0;) {
      if (data_[i].object == object) return true;
    }
    if (distinct_ >= shallow && !deep_->insert(object).second) return true;
    mark_settled(std::max(pinned_, distinct_ + 1));
  }
  return false;
}

bool OpenContainers::grow() {
  const auto capacity = 4 * static_cast<std::size_t>(limit_ - data_);
  const auto settled = static_cast<std::size_t>(settled_end_ - data_);
  try {
    auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity * sizeof(Open));
    std::memcpy(larger.get(), data_, size_ * sizeof(Open));
    heap_ = std::move(larger);
  } catch (const std::bad_alloc&) {
    return false;
  }
  data_ = reinterpret_cast<Open*>(heap_.get());
  limit_ = data_ + capacity;
  mark_settled(settled);
  return true;
}

}  // namespace adyton::json
