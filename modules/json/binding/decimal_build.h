#pragma once

#include "modules/json/binding/build.h"

namespace adyton::json {

/// Whether it is decimal.Decimal, the standard library's type written in C. The module is not
/// imported for the question. False with an exception set if the look-up fails.
bool is_decimal_type(python::Gil& gil, PyObject* object);

/// A Builder that makes a Decimal of each number with a fraction or an exponent, of its exact text.
/// What Decimal raises stops the parse.
class DecimalBuilder : public Builder {
 public:
  static constexpr NumberForm number_form = NumberForm::real_text;

  /// `type` is decimal.Decimal, borrowed.
  DecimalBuilder(python::Gil& gil, KeyCache& keys, DuplicateKeys duplicates, PyObject* type);

  bool number(std::string_view text, NumberToken::Kind kind);

 private:
  PyTypeObject* const type_;
  const newfunc make_;
  python::Ref arguments_;  // a tuple of one, used again for each number
};

}  // namespace adyton::json
