#pragma once

#include "modules/json/binding/build.h"

namespace adyton::json {

/// The callables of json.loads; null where the default applies. Borrowed: the caller's arguments
/// keep them.
struct Hooks {
  PyObject* object_hook = nullptr;
  PyObject* object_pairs_hook = nullptr;
  PyObject* parse_float = nullptr;
  PyObject* parse_int = nullptr;
  PyObject* parse_constant = nullptr;

  bool any() const {
    return object_hook || object_pairs_hook || parse_float || parse_int || parse_constant;
  }
};

/// A Builder that asks the hooks. They run arbitrary Python in the middle of the parse, so the
/// document must be one that Python cannot change.
class HookBuilder : public Builder {
 public:
  static constexpr NumberForm number_form = NumberForm::text;

  HookBuilder(python::Gil& gil, KeyCache& keys, DuplicateKeys duplicates, const Hooks& hooks)
      : Builder(gil, keys, duplicates, Shapes::none), hooks_(hooks) {}

  bool number(std::string_view text, NumberToken::Kind kind);
  bool constant(Constant constant);
  bool end_object(std::size_t count);

 private:
  bool push_pairs(std::size_t count);

  const Hooks hooks_;
};

}  // namespace adyton::json
