#pragma once

#include <cstddef>
#include <span>

#include <Python.h>

#include "host/python/gil.h"

namespace adyton::json {

/// The arguments of a vectorcall: one way for the four functions and dumpb to read them. A view;
/// everything is borrowed from the caller.
class Arguments {
 public:
  /// `function` names the callee in messages.
  Arguments(const char* function, PyObject* const* values, Py_ssize_t positional, PyObject* names)
      : function_(function),
        values_(values),
        positional_(positional),
        names_(names),
        named_(names == nullptr ? 0 : PyTuple_GET_SIZE(names)) {}

  /// Fills `parameters` (each a positional-or-keyword parameter without default) and `options`
  /// (keyword-only, left as they are where absent). False with a TypeError set if one is missing,
  /// given twice, or if there are too many. A keyword that is neither is left in unknown().
  struct Slot {
    const char* name;
    PyObject** value;
  };
  bool bind(python::Gil& gil, std::span<const Slot> parameters, std::span<const Slot> options);

  /// The name of the first keyword that is no option, or null.
  PyObject* unknown() const { return unknown_; }

  /// Calls `callee` with these same arguments.
  PyObject* forward(PyObject* callee) const {
    return PyObject_Vectorcall(callee, values_, static_cast<std::size_t>(positional_), names_);
  }
  /// The same without the keywords that have one of these names.
  PyObject* forward_without(python::Gil& gil, std::span<const Slot> left_out,
                            PyObject* callee) const;

 private:
  bool bind_named(Py_ssize_t index, std::span<const Slot> parameters,
                  std::span<const Slot> options);

  const char* function_;
  PyObject* const* values_;
  Py_ssize_t positional_;
  PyObject* names_;
  Py_ssize_t named_;
  PyObject* unknown_ = nullptr;
};

/// Truth of an option: -1 with an exception set, `otherwise` if it was not given.
inline int truth(PyObject* option, int otherwise) {
  return option == nullptr ? otherwise : PyObject_IsTrue(option);
}

}  // namespace adyton::json
