#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "host/worker/view.h"

namespace adyton::worker {

// JSON text → Python values. All of it is valid JSON already; a value that cannot be made all the
// same (an integer with more digits than the interpreter allows, no memory) is an empty Ref with an
// exception set.

/// The value at [begin, end) of the source: a new view of a container, or a scalar, as json.loads
/// makes it.
python::Ref make_value(python::Gil& gil, const Types& types, const Source& source,
                       std::uint32_t begin, std::uint32_t end);

/// The value of the text, with plain dicts and lists all the way down.
python::Ref make_plain(python::Gil& gil, const Types& types, std::string_view text);

/// A value that a script may have put together: views in it become dicts and lists, and so do
/// copies of its own dicts, lists and tuples.
python::Ref to_plain(python::Gil& gil, const Types& types, PyObject* value);

/// A member's name as a str.
python::Ref name_object(python::Gil& gil, std::string_view name);

}  // namespace adyton::worker
