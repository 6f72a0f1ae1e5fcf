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
  // Those that the standard library does not have.
  PyObject* natives = nullptr;
  PyObject* bytes_as = nullptr;
  PyObject* naive_utc = nullptr;
  PyObject* utc_z = nullptr;
  PyObject* omit_microseconds = nullptr;

  /// Reads them, and `parameters`, from the arguments; false with a TypeError set.
  bool bind(python::Gil& gil, Arguments& arguments, std::span<const Arguments::Slot> parameters);

  /// A dict of those that were given and that the standard library has, or none with an exception
  /// set.
  python::Ref dict(python::Gil& gil);

  /// Whether the standard library can do what is asked: false with a TypeError set if a keyword
  /// that it does not have was to have an effect.
  bool are_standard(python::Gil& gil);

  /// Sets natives=True if nothing that was given speaks against it: whether it did.
  bool ask_for_natives(python::Gil& gil);

  /// Calls `callee`, a function of the standard library, with these arguments but for the keywords
  /// that it does not have. Null with an exception set. Precondition: are_standard().
  PyObject* forward(python::Gil& gil, const Arguments& arguments, PyObject* callee);

 private:
  static constexpr std::size_t standard_slots = 9;

  // The standard library's, of which those that are given most often first, and the others.
  std::array<Arguments::Slot, 14> slots() {
    return {{{"ensure_ascii", &ensure_ascii},
             {"separators", &separators},
             {"sort_keys", &sort_keys},
             {"indent", &indent},
             {"default", &default_hook},
             {"skipkeys", &skipkeys},
             {"allow_nan", &allow_nan},
             {"check_circular", &check_circular},
             {"cls", &cls},
             {"natives", &natives},
             {"bytes_as", &bytes_as},
             {"naive_utc", &naive_utc},
             {"utc_z", &utc_z},
             {"omit_microseconds", &omit_microseconds}}};
  }
};

/// Whether these keywords can be served here. What the standard library leaves to an encoder class
/// or to the accidents of Python (an indent that is no number, separators that are no pair of str)
/// goes to it as it is.
enum class Route : unsigned char { native, standard, failed };

/// Fills `options` from the keywords, leaving what was not given as it is, but for
/// Natives::unless_default, which is decided here. Route::failed: with an exception set.
Route read_options(python::Gil& gil, const DumpKeywords& keywords, SerializeOptions& options);

}  // namespace adyton::json
