#pragma once

#include <cstdint>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"

namespace adyton::json {

/// Makes json.LineError: a JSONDecodeError, `standard` being that, with the attributes line and
/// offset. Pickles. None with an exception set if it cannot be made.
python::Ref make_line_error_type(python::Gil& gil, PyObject* module, PyObject* standard);

/// What is wrong with a line, and where: `document` (a str) is the line, of which the error keeps
/// what is near `position`, in characters.
struct LineFault {
  python::Ref message;
  python::Ref document;
  Py_ssize_t position = 0;
  std::uint64_t line = 0;
  std::uint64_t offset = 0;
};

/// A LineError, or none with an exception set.
python::Ref make_line_error(python::Gil& gil, PyObject* type, const LineFault& fault);

}  // namespace adyton::json
