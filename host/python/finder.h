#pragma once

#include "host/python/gil.h"

namespace adyton::python {

/// Makes built-in modules with a dotted name importable, by a finder at the end of sys.meta_path
/// that asks importlib's BuiltinImporter again, without the parent's __path__: with it,
/// BuiltinImporter before 3.12 answers None. From 3.12 on there is nothing to do. 0, or -1 with an
/// exception set.
int install_finder(Gil& gil);

}  // namespace adyton::python
