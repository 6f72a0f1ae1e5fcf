#include "modules/json/binding/patched.h"

#include <algorithm>
#include <utility>

#include "host/base/text.h"
#include "modules/json/binding/document.h"
#include "modules/json/binding/same_value.h"
#include "modules/json/binding/scalar.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

bool is_container(PyObject* value) {
  if (is_document(value)) return kind_of(as_document(value)) <= ValueKind::array;
  return PyDict_Check(value) || PyList_Check(value) || PyTuple_Check(value);
}

/// The container itself anew, as a dict or list, with the same values in it.
Ref shallow_copy(Gil& gil, PyObject* container) {
  if (is_document(container)) return to_python(gil, as_document(container));
  if (PyDict_CheckExact(container)) return Ref::steal(PyDict_Copy(container));
  if (!PyDict_Check(container)) return Ref::steal(PySequence_List(container));
  Ref copy = Ref::steal(PyDict_New());
  return copy && PyDict_Update(copy.get(), container) == 0 ? copy : Ref();
}

/// Puts `value` in place of what `token`, which names something there, names.
bool put_child(Gil& gil, PyObject* container, const Pointer::Token& token, PyObject* value) {
  if (PyList_Check(container)) {
    const auto number = static_cast<Py_ssize_t>(*array_index(token.key));
    return PyList_SetItem(container, number, Py_NewRef(value)) == 0;
  }
  const Ref key = make_name(gil, token.key);
  return key && PyDict_SetItem(container, key.get(), value) == 0;
}

bool same_path(Tokens a, Tokens b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

Ref copy_dict(Gil& gil, PyObject* dict) {
  Ref copy = shallow_copy(gil, dict);
  if (!copy) return copy;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  for (Py_ssize_t i = 0; PyDict_Next(copy.get(), &i, &key, &value) != 0;) {
    // Only values are replaced: that does not disturb the iteration.
    const Ref inner = deep_copy(gil, value);
    if (!inner || PyDict_SetItem(copy.get(), key, inner.get()) != 0) return Ref();
  }
  return copy;
}

Ref copy_sequence(Gil& gil, PyObject* sequence) {
  Ref copy = Ref::steal(PySequence_List(sequence));
  for (Py_ssize_t i = 0; copy && i < PyList_GET_SIZE(copy.get()); ++i) {
    Ref inner = deep_copy(gil, PyList_GET_ITEM(copy.get(), i));
    if (!inner) return Ref();
    PyList_SetItem(copy.get(), i, inner.release());
  }
  return copy;
}

}  // namespace

Ref deep_copy(Gil& gil, PyObject* value) {
  if (is_document(value)) return to_python(gil, as_document(value));
  if (!is_container(value)) return Ref::borrow(value);
  if (Py_EnterRecursiveCall(" while copying a JSON value") != 0) return Ref();
  Ref copy = PyDict_Check(value) ? copy_dict(gil, value) : copy_sequence(gil, value);
  Py_LeaveRecursiveCall();
  return copy;
}

bool Patched::fail(std::string why) {
  why_ = std::move(why);
  return false;
}

/// The value at `path`, or nothing having failed.
Ref Patched::find(Tokens path) {
  FollowedObject at = follow(gil_, document_.get(), path);
  if (!at.value || at.found == path.size()) return std::move(at.value);
  fail(explain_absence(gil_, at.value.get(), path, at.found));
  return Ref();
}

/// `container` if it was made here, else its copy, which then is `owned`. Null having failed.
PyObject* Patched::own(PyObject* container, Ref& owned) {
  if (own_.contains(container)) return container;
  owned = shallow_copy(gil_, container);
  if (!owned) return nullptr;
  kept_.push_back(owned);
  own_.insert(owned.get());
  return owned.get();
}

/// The container in which the last token of `path` (which is not empty) has or will have its place,
/// and which may be changed. Borrowed; null having failed.
PyObject* Patched::open_parent(Tokens path) {
  const auto refuse = [&](PyObject* value, std::size_t found) {
    fail(explain_absence(gil_, value, path, found));
    return nullptr;
  };
  if (!is_container(document_.get())) return refuse(document_.get(), 0);
  Ref owned;
  PyObject* parent = own(document_.get(), owned);
  if (owned) document_ = owned;
  for (std::size_t i = 0; parent != nullptr && i + 1 < path.size(); ++i) {
    const Ref child = child_of(gil_, parent, path[i]);
    if (!child) return PyErr_Occurred() != nullptr ? nullptr : refuse(parent, i);
    if (!is_container(child.get())) return refuse(child.get(), i + 1);
    Ref copy;
    PyObject* const next = own(child.get(), copy);
    if (next == nullptr || (copy && !put_child(gil_, parent, path[i], next))) return nullptr;
    parent = next;
  }
  return parent;
}

bool Patched::insert(PyObject* list, Tokens path, PyObject* value) {
  const Py_ssize_t size = PyList_GET_SIZE(list);
  if (path.back().key == "-") return PyList_Append(list, value) == 0;
  const auto number = array_index(path.back().key);
  if (!number || *number > static_cast<std::size_t>(size)) {
    return fail(explain_absence(gil_, list, path, path.size() - 1));
  }
  return PyList_Insert(list, static_cast<Py_ssize_t>(*number), value) == 0;
}

bool Patched::add(Tokens path, PyObject* value) {
  if (path.empty()) {
    document_ = Ref::borrow(value);
    return true;
  }
  PyObject* const parent = open_parent(path);
  if (parent == nullptr) return false;
  if (PyList_Check(parent)) return insert(parent, path, value);
  return put_child(gil_, parent, path.back(), value);
}

bool Patched::remove(Tokens path) {
  if (path.empty()) return fail("the whole document cannot be removed");
  PyObject* const parent = open_parent(path);
  if (parent == nullptr || !child_of(gil_, parent, path.back())) {
    if (parent == nullptr || PyErr_Occurred() != nullptr) return false;
    return fail(explain_absence(gil_, parent, path, path.size() - 1));
  }
  if (PyList_Check(parent)) {
    const auto number = static_cast<Py_ssize_t>(*array_index(path.back().key));
    return PyList_SetSlice(parent, number, number + 1, nullptr) == 0;
  }
  const Ref key = make_name(gil_, path.back().key);
  return key && PyDict_DelItem(parent, key.get()) == 0;
}

bool Patched::replace(Tokens path, PyObject* value) {
  if (path.empty()) return add(path, value);
  PyObject* const parent = open_parent(path);
  if (parent == nullptr || !child_of(gil_, parent, path.back())) {
    if (parent == nullptr || PyErr_Occurred() != nullptr) return false;
    return fail(explain_absence(gil_, parent, path, path.size() - 1));
  }
  return put_child(gil_, parent, path.back(), value);
}

bool Patched::move(Tokens from, Tokens path) {
  const Ref value = find(from);
  if (!value) return false;
  if (same_path(from, path)) return true;
  if (from.size() < path.size() && same_path(from, path.first(from.size()))) {
    return fail("a value cannot be moved into itself");
  }
  // A move to the whole document leaves nothing to remove from.
  return path.empty() ? add(path, value.get()) : remove(from) && add(path, value.get());
}

bool Patched::copy(Tokens from, Tokens path) {
  const Ref value = find(from);
  const Ref copied = value ? deep_copy(gil_, value.get()) : Ref();
  return copied && add(path, copied.get());
}

bool Patched::test(Tokens path, PyObject* value) {
  const Ref found = find(path);
  if (!found) return false;
  const int same = same_value(gil_, found.get(), value);
  return same > 0 || (same == 0 && fail("the value there is not the one given"));
}

}  // namespace adyton::json
