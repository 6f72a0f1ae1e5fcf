#pragma once

#include <string>

#include "host/python/gil.h"
#include "host/worker/view.h"

namespace adyton::worker {

// Python values → JSON text. A view is written as the bytes of its source with the changes put in;
// everything else as json.dumps would, in compact form and UTF-8. On failure `out` holds a part and
// an exception is set: TypeError for what JSON has no form for, ValueError for NaN, infinities and
// what nests too deep (or in itself).

/// Appends the value. No Python code runs meanwhile.
bool append_json(python::Gil& gil, const Types& types, PyObject* value, std::string& out);

/// The bytes of a view.
bool append_view(python::Gil& gil, const Types& types, View& view, std::string& out);

/// True if append_json would succeed; else the exception, whose message then begins with where the
/// value was to go: `place` is the key or index, as a Python object.
bool check_json(python::Gil& gil, const Types& types, PyObject* value, PyObject* place);

}  // namespace adyton::worker
