#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <pybind11/pybind11.h>

#include "host/base/result.h"
#include "host/base/text.h"
#include "host/python/error.h"

// What a function written with pybind11 needs besides: a failure leaves it as a C++ exception, and
// a call that does not fit is refused without showing what was passed.
namespace adyton::crypto {

// Set in cmake/EmbeddedPython.cmake, which says why.
static_assert(std::string_view(PYBIND11_INTERNALS_ID).find("_adyton") != std::string_view::npos);

/// Thrown where the Python exception is set; pybind11 returns to Python with it. Holds nothing.
/// (py::error_already_set takes the exception over, and takes a GIL of the first interpreter when
/// it goes: in another interpreter that waits for ever.)
class ExceptionIsSet : public pybind11::builtin_exception {
 public:
  ExceptionIsSet() : builtin_exception("a Python exception is set") {}
  void set_error() const override {}
};

/// The value; on failure the Python exception that the error maps to.
template <class T>
T checked(python::Gil& gil, Result<T> result) {
  if (result) return *std::move(result);
  python::raise(gil, result.error());
  throw ExceptionIsSet();
}

inline void checked(python::Gil& gil, const Status& status) {
  if (status) return;
  python::raise(gil, status.error());
  throw ExceptionIsSet();
}

/// The value of an argument; without one, the exception that its reader set.
template <class T>
T checked(std::optional<T> argument) {
  if (argument) return *std::move(argument);
  throw ExceptionIsSet();
}

/// The last overload of a function whose docstring begins with its signature: takes every call that
/// does not fit and raises TypeError with that signature. pybind11's own message shows the
/// arguments, and with them keys. (Because of it pybind11 converts no argument: take py::handle.)
inline auto refuse_call(std::string_view docstring) {
  return [signature = std::string(docstring.substr(0, docstring.find('\n')))](
             const pybind11::args&, const pybind11::kwargs&) {
    throw pybind11::type_error(cat("the arguments do not fit ", signature));
  };
}

}  // namespace adyton::crypto
