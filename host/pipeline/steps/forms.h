#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/base/text.h"
#include "modules/json/canonical.h"

namespace adyton::pipeline {

/// What the values of a batch are sealed or hashed as, in order: views of the batch's text where
/// they stand there as they are, else kept here. The batch's text must outlive it.
class Forms {
 public:
  void reserve(std::size_t count) { forms_.reserve(count); }

  /// A form that stands in the batch's text.
  void add_view(std::string_view text) { forms_.push_back({text.data(), 0, text.size()}); }

  /// A form that is made: the caller appends it to kept(), then calls add_made().
  std::string& kept() { return kept_; }
  void add_made() {
    forms_.push_back({nullptr, made_, kept_.size() - made_});
    made_ = kept_.size();
  }

  std::size_t size_of_last() const { return forms_.back().size; }
  /// Valid until the next form is made.
  Bytes operator[](std::size_t index) const {
    const Form& form = forms_[index];
    return as_bytes({form.view != nullptr ? form.view : kept_.data() + form.begin, form.size});
  }

  /// Adds the characters of the JSON string `value`. False, and nothing added, if it is no string
  /// or holds a surrogate without its other half.
  bool add_characters(std::string_view value);

  /// Adds what tokens and hashes are made of: a string's characters, another value's canonical text
  /// (RFC 8785), in which an integer keeps all its digits. The fault if there is none.
  json::Fault add_canonical(std::string_view value, json::Canonicalizer& canonicalizer);

 private:
  struct Form {
    const char* view;   // null: in kept_
    std::size_t begin;  // within kept_
    std::size_t size;
  };

  std::vector<Form> forms_;
  std::string kept_;
  std::size_t made_ = 0;  // how much of kept_ belongs to forms
};

}  // namespace adyton::pipeline
