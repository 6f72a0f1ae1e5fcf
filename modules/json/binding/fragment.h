#pragma once

#include <string_view>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/write.h"

namespace adyton::json {

/// The type adyton.json.Fragment: JSON text, checked when it is made, that is written as it is.
/// None with an exception set.
python::Ref make_fragment_type(python::Gil& gil, PyObject* module);

/// The text of a Fragment, valid as long as it is, and whether all of it is ASCII.
std::string_view fragment_text(PyObject* fragment) noexcept;
bool fragment_is_ascii(PyObject* fragment) noexcept;

/// Writes the text with what is not ASCII escaped: it can only stand in strings. Throws
/// std::bad_alloc.
void put_fragment_ascii(PyObject* fragment, Buffer& out);

}  // namespace adyton::json
