#pragma once

#include <string>
#include <string_view>

#include "host/python/gil.h"
#include "host/python/ref.h"

namespace adyton::json {

/// The value of a JSON string, number, true, false or null, as loads makes it. `text` is exactly
/// that, and valid. Empty with an exception set if it cannot be made: no memory, or an integer with
/// more digits than sys.set_int_max_str_digits() allows.
python::Ref make_scalar(python::Gil& gil, std::string_view text);

/// A str of UTF-8 in which surrogates may be three bytes each. Empty with an exception set.
python::Ref make_name(python::Gil& gil, std::string_view utf8);

/// The way back: `str` is a str, `text` lives as long as it and `buffer`. False with an exception
/// set.
bool read_name(python::Gil& gil, PyObject* str, std::string& buffer, std::string_view& text);

}  // namespace adyton::json
