#pragma once

#include <array>
#include <span>

#include <Python.h>

#include "host/python/gil.h"
#include "modules/json/binding/arguments.h"
#include "modules/json/binding/serialize.h"

namespace adyton::json {

/// The keywords of dumps, as given: borrowed, null where absent.
struct DumpKeywords {
  PyObject* skipkeys = nullptr;
  PyObject* ensure_ascii = nullptr;
  PyObject* check_circular = nullptr;
  PyObject* allow_nan = nullptr;
  PyObject* cls = nullptr;
  PyObject* indent = nullptr;
  PyObject* separators = nullptr;
  PyObject* default_hook = nullptr;
  PyObject* sort_keys = nullptr;

  /// Reads them, and `parameters`, from the arguments; false with a TypeError set.
  bool bind(python::Gil& gil, Arguments& arguments, std::span<const Arguments::Slot> parameters);

  /// A dict of those that were given, or none with an exception set.
  python::Ref dict(python::Gil& gil);

 private:
  // Those that are given most often first.
  std::array<Arguments::Slot, 9> slots() {
    return {{{"ensure_ascii", &ensure_ascii},
             {"separators", &separators},
             {"sort_keys", &sort_keys},
             {"indent", &indent},
             {"default", &default_hook},
             {"skipkeys", &skipkeys},
             {"allow_nan", &allow_nan},
             {"check_circular", &check_circular},
             {"cls", &cls}}};
  }
};

/// Whether these keywords can be served here. What the standard library leaves to an encoder class
/// or to the accidents of Python (an indent that is no number, separators that are no pair of str)
/// goes to it as it is.
enum class Route : unsigned char { native, standard, failed };

/// Fills `options` from the keywords, leaving what was not given as it is. Route::failed: with an
/// exception set.
Route read_options(python::Gil& gil, const DumpKeywords& keywords, SerializeOptions& options);

}  // namespace adyton::json
