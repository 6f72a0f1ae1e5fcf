#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace adyton::json {

/// A stack of plain values whose first N lie in the object itself, so that an ordinary document
/// costs no allocation. Grows by doubling; throws std::bad_alloc. Elements are contiguous, the
/// newest last; a push may move them.
template <class T, std::size_t N>
class ParseStack {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  // Provided, so that the elements are not zeroed.
  ParseStack() {}
  ParseStack(const ParseStack&) = delete;
  ParseStack& operator=(const ParseStack&) = delete;

  [[gnu::always_inline]] void push(T value) {
    if (size_ == capacity_) [[unlikely]]
      grow();
    data_[size_++] = value;
  }
  /// Precondition: not empty.
  T pop() { return data_[--size_]; }
  T& top() { return data_[size_ - 1]; }

  /// The newest `count` elements, oldest first. Precondition: there are as many.
  T* last(std::size_t count) { return data_ + (size_ - count); }
  void drop(std::size_t count) { size_ -= count; }

  T& operator[](std::size_t index) { return data_[index]; }
  const T& operator[](std::size_t index) const { return data_[index]; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  [[gnu::noinline, gnu::cold]] void grow() {
    auto larger = std::make_unique_for_overwrite<T[]>(capacity_ * 2);
    for (std::size_t i = 0; i < size_; ++i) larger[i] = data_[i];
    heap_ = std::move(larger);
    data_ = heap_.get();
    capacity_ *= 2;
  }

  T inline_[N];
  std::unique_ptr<T[]> heap_;
  T* data_ = inline_;
  std::size_t size_ = 0;
  std::size_t capacity_ = N;
};

}  // namespace adyton::json
