#include "modules/json/binding/patch.h"

#include <optional>
#include <string_view>

#include "host/base/text.h"
#include "host/python/error.h"
#include "modules/json/binding/arguments.h"
#include "modules/json/binding/document.h"
#include "modules/json/binding/guarded.h"
#include "modules/json/binding/loads.h"
#include "modules/json/binding/patched.h"
#include "modules/json/binding/scalar.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

using Apply = bool (*)(Patched&, Tokens from, Tokens path, PyObject* value);

/// An operation that there is, and what it needs besides a path.
struct Kind {
  std::string_view name;
  bool from;
  bool value;
  Apply apply;
};

constexpr Kind kinds[] = {
    {"add", false, true, [](Patched& d, Tokens, Tokens p, PyObject* v) { return d.add(p, v); }},
    {"remove", false, false, [](Patched& d, Tokens, Tokens p, PyObject*) { return d.remove(p); }},
    {"replace", false, true,
     [](Patched& d, Tokens, Tokens p, PyObject* v) { return d.replace(p, v); }},
    {"move", true, false, [](Patched& d, Tokens f, Tokens p, PyObject*) { return d.move(f, p); }},
    {"copy", true, false, [](Patched& d, Tokens f, Tokens p, PyObject*) { return d.copy(f, p); }},
    {"test", false, true, [](Patched& d, Tokens, Tokens p, PyObject* v) { return d.test(p, v); }},
};

/// One operation of a patch, and what is wrong with it.
class Operation {
 public:
  Operation(Gil& gil, State& state, PyObject* members, Py_ssize_t index)
      : gil_(gil), state_(state), members_(members), index_(index) {}

  /// False with PatchError, or another exception, set.
  bool apply(Patched& document) {
    if (!PyDict_Check(members_)) return refuse("an operation is an object");
    if (!read_texts()) return false;
    const Kind* const kind = find_kind();
    if (kind == nullptr) return false;
    const Ref value = kind->value ? member("value") : Ref();
    if (kind->value && !value) return PyErr_Occurred() == nullptr && refuse("it has no \"value\"");
    const auto path = pointer("path", path_);
    const auto from = path && kind->from ? pointer("from", from_) : Pointer();
    if (!path || !from) return false;
    if (kind->apply(document, from->tokens(), path->tokens(), value.get())) return true;
    return PyErr_Occurred() == nullptr && refuse(document.why());
  }

 private:
  /// Empty if there is none, or with an exception set.
  Ref member(const char* name) {
    const Ref key = Ref::steal(PyUnicode_FromString(name));
    return key ? Ref::borrow(PyDict_GetItemWithError(members_, key.get())) : Ref();
  }

  bool read_texts() {
    op_ = member("op");
    if (op_) path_ = member("path");
    if (path_) from_ = member("from");
    return PyErr_Occurred() == nullptr;
  }

  const Kind* find_kind() {
    if (!op_ || !PyUnicode_Check(op_.get())) return refuse("it has no \"op\""), nullptr;
    for (const Kind& kind : kinds) {
      if (PyUnicode_CompareWithASCIIString(op_.get(), kind.name.data()) == 0) return &kind;
    }
    refuse("an operation is add, remove, replace, move, copy or test");
    return nullptr;
  }

  std::optional<Pointer> pointer(const char* name, const Ref& text) {
    if (!text || !PyUnicode_Check(text.get())) {
      return refuse(cat("it has no \"", name, "\" that is a str")), std::nullopt;
    }
    std::string buffer;
    std::string_view utf8;
    if (!read_name(gil_, text.get(), buffer, utf8)) return std::nullopt;
    auto parsed = Pointer::parse(utf8, Pointer::Stars::plain);
    if (parsed) return *std::move(parsed);
    return refuse(parsed.error().message), std::nullopt;
  }

  /// Raises PatchError. False.
  bool refuse(const std::string& why) {
    PyObject* const type = state_.documents().patch_error.get();
    const Ref reason = make_name(gil_, why);
    const Ref error = reason ? Ref::steal(PyObject_CallOneArg(type, message(reason).get())) : Ref();
    if (!error) return false;
    const Ref index = Ref::steal(PyLong_FromSsize_t(index_));
    const auto set = [&](const char* name, const Ref& value) {
      PyObject* const given = value ? value.get() : Py_None;
      return PyObject_SetAttrString(error.get(), name, given) == 0;
    };
    if (index && set("index", index) && set("op", op_) && set("path", path_) &&
        set("reason", reason)) {
      PyErr_SetObject(type, error.get());
    }
    return false;
  }

  Ref message(const Ref& reason) {
    if (!op_ || !path_) {
      return Ref::steal(PyUnicode_FromFormat("operation %zd: %U", index_, reason.get()));
    }
    return Ref::steal(PyUnicode_FromFormat("operation %zd, %S at %R: %U", index_, op_.get(),
                                           path_.get(), reason.get()));
  }

  Gil& gil_;
  State& state_;
  PyObject* members_;
  Py_ssize_t index_;
  Ref op_;
  Ref path_;
  Ref from_;
};

/// The operations as a list or tuple, from what was given. Empty with an exception set.
Ref read_operations(Gil& gil, PyObject* module, PyObject* given) {
  Ref operations = Ref::borrow(given);
  if (PyUnicode_Check(given) || PyBytes_Check(given) || PyByteArray_Check(given)) {
    PyObject* const arguments[] = {given};
    operations = Ref::steal(loads(gil, module, arguments, 1, nullptr));
  } else if (is_document(given)) {
    operations = to_python(gil, as_document(given));
  }
  if (!operations || PyList_Check(operations.get()) || PyTuple_Check(operations.get())) {
    return operations;
  }
  PyErr_Format(PyExc_TypeError, "a patch is a list of operations, or its JSON text, not %.100s",
               Py_TYPE(operations.get())->tp_name);
  return Ref();
}

Ref apply_all(Gil& gil, PyObject* module, PyObject* object, PyObject* given) {
  const Ref operations = read_operations(gil, module, given);
  if (!operations) return Ref();
  Patched document(gil, object);
  for (Py_ssize_t i = 0; i < Py_SIZE(operations.get()); ++i) {
    const Ref members = Ref::borrow(PySequence_Fast_GET_ITEM(operations.get(), i));
    const Ref plain =
        is_document(members.get()) ? to_python(gil, as_document(members.get())) : members;
    if (!plain || !Operation(gil, State::of(module), plain.get(), i).apply(document)) return Ref();
  }
  PyObject* const patched = document.document().get();
  return is_document(patched) ? to_python(gil, as_document(patched)) : document.document();
}

/// The result of RFC 7396: a new dict where the patch is an object.
Ref merge(Gil& gil, PyObject* target, PyObject* patch);

bool merge_member(Gil& gil, PyObject* result, PyObject* key, PyObject* patch) {
  if (patch == Py_None) {
    const int present = PyDict_Contains(result, key);
    return present == 0 || (present > 0 && PyDict_DelItem(result, key) == 0);
  }
  const Ref before = Ref::borrow(PyDict_GetItemWithError(result, key));
  if (!before && PyErr_Occurred() != nullptr) return false;
  const Ref after = merge(gil, before ? before.get() : Py_None, patch);
  return after && PyDict_SetItem(result, key, after.get()) == 0;
}

Ref merge_objects(Gil& gil, PyObject* target, PyObject* patch) {
  Ref result = Ref::steal(PyDict_New());
  const Ref pairs = Ref::steal(result ? PyDict_Items(patch) : nullptr);
  if (!pairs) return Ref();
  if (PyDict_Check(target) && PyDict_Update(result.get(), target) != 0) return Ref();
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(pairs.get()); ++i) {
    PyObject* const pair = PyList_GET_ITEM(pairs.get(), i);
    if (!merge_member(gil, result.get(), PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1))) {
      return Ref();
    }
  }
  return result;
}

Ref plain(Gil& gil, PyObject* value) {
  return is_document(value) ? to_python(gil, as_document(value)) : Ref::borrow(value);
}

Ref merge(Gil& gil, PyObject* target, PyObject* patch) {
  const Ref changes = plain(gil, patch);
  if (!changes || !PyDict_Check(changes.get())) return changes;
  const Ref before = plain(gil, target);
  if (!before || Py_EnterRecursiveCall(" while merging a patch") != 0) return Ref();
  Ref result = merge_objects(gil, before.get(), changes.get());
  Py_LeaveRecursiveCall();
  return result;
}

bool bind_two(Gil& gil, Arguments& arguments, const Arguments::Slot& first,
              const Arguments::Slot& second, const char* function) {
  const Arguments::Slot slots[] = {first, second};
  if (!arguments.bind(gil, slots, {})) return false;
  if (arguments.unknown() == nullptr) return true;
  PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%U'", function,
               arguments.unknown());
  return false;
}

}  // namespace

PyObject* apply_patch(Gil& gil, PyObject* module, PyObject* const* values, Py_ssize_t positional,
                      PyObject* names) {
  Arguments arguments("apply_patch", values, positional, names);
  PyObject* object = nullptr;
  PyObject* operations = nullptr;
  if (!bind_two(gil, arguments, {"obj", &object}, {"operations", &operations}, "apply_patch")) {
    return nullptr;
  }
  return guarded<PyObject*>(nullptr,
                            [&] { return apply_all(gil, module, object, operations).release(); });
}

PyObject* merge_patch(Gil& gil, PyObject*, PyObject* const* values, Py_ssize_t positional,
                      PyObject* names) {
  Arguments arguments("merge_patch", values, positional, names);
  PyObject* target = nullptr;
  PyObject* patch = nullptr;
  if (!bind_two(gil, arguments, {"target", &target}, {"patch", &patch}, "merge_patch")) {
    return nullptr;
  }
  return guarded<PyObject*>(nullptr, [&] { return merge(gil, target, patch).release(); });
}

}  // namespace adyton::json
