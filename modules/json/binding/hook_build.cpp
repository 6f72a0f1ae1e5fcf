#include "modules/json/binding/hook_build.h"

namespace adyton::json {
namespace {

using python::Ref;

PyObject* call_with_text(PyObject* hook, std::string_view text) {
  const auto size = static_cast<Py_ssize_t>(text.size());
  Ref str = Ref::steal(PyUnicode_FromStringAndSize(text.data(), size));
  return str ? PyObject_CallOneArg(hook, str.get()) : nullptr;
}

std::string_view name_of(Constant constant) {
  switch (constant) {
    case Constant::nan:
      return "NaN";
    case Constant::infinity:
      return "Infinity";
    case Constant::minus_infinity:
      break;
  }
  return "-Infinity";
}

}  // namespace

bool HookBuilder::number(std::string_view text, NumberToken::Kind kind) {
  PyObject* const hook = kind == NumberToken::Kind::real ? hooks_.parse_float : hooks_.parse_int;
  return hook == nullptr ? Builder::number(text, kind) : push_foreign(call_with_text(hook, text));
}

bool HookBuilder::constant(Constant constant) {
  if (hooks_.parse_constant == nullptr) return Builder::constant(constant);
  return push_foreign(call_with_text(hooks_.parse_constant, name_of(constant)));
}

bool HookBuilder::end_object(std::size_t count) {
  if (hooks_.object_pairs_hook != nullptr) return push_pairs(count);
  if (!Builder::end_object(count)) return false;
  if (hooks_.object_hook == nullptr) return true;
  Ref dict = Ref::steal(values_.pop());
  return push(PyObject_CallOneArg(hooks_.object_hook, dict.get()));
}

bool HookBuilder::push_pairs(std::size_t count) {
  Ref pairs = Ref::steal(PyList_New(static_cast<Py_ssize_t>(count)));
  if (!pairs) return false;
  for (std::size_t i = 0; i < count; ++i) {
    PyObject** const member = values_.last(count * 2) + i * 2;
    PyObject* pair = PyTuple_Pack(2, member[0], member[1]);
    if (pair == nullptr) return false;
    PyList_SET_ITEM(pairs.get(), static_cast<Py_ssize_t>(i), pair);
  }
  for (std::size_t i = 0; i < count * 2; ++i) Py_DECREF(values_.pop());
  return push(PyObject_CallOneArg(hooks_.object_pairs_hook, pairs.get()));
}

}  // namespace adyton::json
