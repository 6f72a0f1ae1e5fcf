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

  static constexpr std::size_t inline_capacity = N;
  std::size_t capacity() const { return capacity_; }
  bool is_full() const { return size_ == capacity_; }

  /// Memory of a stack, for another one.
  struct Memory {
    std::unique_ptr<T[]> data;
    std::size_t capacity = 0;
  };
  /// Goes on in memory that is larger than its own.
  void move_to(Memory memory) {
    for (std::size_t i = 0; i < size_; ++i) memory.data[i] = data_[i];
    heap_ = std::move(memory.data);
    data_ = heap_.get();
    capacity_ = memory.capacity;
  }
  /// What lies outside the object, if anything does; the stack is empty from then on.
  Memory take_memory() {
    const std::size_t capacity = heap_ ? capacity_ : 0;
    data_ = inline_;
    size_ = 0;
    capacity_ = N;
    return {std::move(heap_), capacity};
  }

  T& operator[](std::size_t index) { return data_[index]; }
  const T& operator[](std::size_t index) const { return data_[index]; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  [[gnu::noinline, gnu::cold]] void grow() {
    move_to({std::make_unique_for_overwrite<T[]>(capacity_ * 2), capacity_ * 2});
  }

  T inline_[N];
  std::unique_ptr<T[]> heap_;
  T* data_ = inline_;
  std::size_t size_ = 0;
  std::size_t capacity_ = N;
};

}  // namespace adyton::json
