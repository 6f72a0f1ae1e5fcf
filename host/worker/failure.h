#pragma once

#include <string>

#include "host/python/gil.h"

namespace adyton::worker {

/// A Python exception in words. All of it may hold text from a record.
struct Failure {
  std::string detail;     // "KeyError: 'name'", cut to some hundred bytes
  std::string traceback;  // as Python prints it, from the script's first frame on, cut to some KiB
};

/// Takes the exception that is set and describes it; then none is set. `script` is the path of the
/// script as its code objects have it: frames outside of it, before its first, are left out.
Failure take_failure(python::Gil& gil, const std::string& script);

}  // namespace adyton::worker
