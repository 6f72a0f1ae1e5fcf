#pragma once

#include "host/base/result.h"
#include "host/python/gil.h"
#include "host/python/ref.h"

namespace adyton::worker {

/// A function that calls `function` under pdb, on sys.stdin and sys.stdout: the debugger stops at
/// its first line, and once more, post mortem, where it raises. What it returns or raises is passed
/// on; a generator is run to its end, under the debugger, too. Quitting the debugger raises
/// KeyboardInterrupt. ErrorCode::config if the standard library has no pdb.
Result<python::Ref> debugged(python::Gil& gil, const python::Ref& function);

}  // namespace adyton::worker
