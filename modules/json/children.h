#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "modules/json/document_index.h"

namespace adyton::json {

/// Goes through the members of an object or the elements of an array, in the order of the text. The
/// index outlives it.
class Children {
 public:
  /// Precondition: an object or an array begins at `container`.
  Children(const DocumentIndex& index, Spot container)
      : index_(&index),
        object_(index.at(container) == '{'),
        value_{container.begin, container.number + 1} {}

  /// On to the next (at first: the first); false if there is none.
  bool next() {
    const char* const text = index_->text();
    const Spot before = first_ ? Spot{value_.begin + 1, value_.number} : index_->behind(value_);
    std::size_t p = skim_space(text, before.begin);
    if (text[p] == ',') p = skim_space(text, p + 1);
    // What was jumped over was not read.
    work_ += index_->is_container(value_) ? 1 : before.begin - value_.begin;
    first_ = false;
    const std::size_t begin = p;
    if (object_) {
      if (text[p] != '"') return false;
      escaped_ = false;
      const std::size_t key_end = skim_string(text, p, escaped_);
      key_ = {text + p + 1, key_end - p - 2};
      p = skim_space(text, skim_space(text, key_end) + 1);
    } else if (text[p] == ']') {
      return false;
    }
    work_ += p - begin;
    value_ = {static_cast<std::uint32_t>(p), before.number};
    return true;
  }

  Spot value() const { return value_; }

  /// The key as it lies between its quotes, and whether there is an escape in it.
  std::string_view key() const { return key_; }
  bool escaped() const { return escaped_; }

  /// Whether the key is that name.
  bool key_is(std::string_view name) const {
    if (!escaped_) return key_ == name;
    std::string unescaped;
    unescape(key_, unescaped);
    return unescaped == name;
  }

  /// How many bytes were read so far, roughly: what is inside the containers was not.
  std::size_t work() const { return work_; }

 private:
  const DocumentIndex* index_;
  bool object_;
  bool escaped_ = false;
  bool first_ = true;
  Spot value_;
  std::string_view key_;
  std::size_t work_ = 0;
};

}  // namespace adyton::json
