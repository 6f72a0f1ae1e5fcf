#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <Python.h>

#include "host/python/gil.h"
#include "modules/json/binding/python_objects.h"

namespace adyton::json {

/// Makes the value of a text of a few bytes without a parser, to make which takes longer: of a
/// scalar, or of an array of scalars and a few arrays. Objects, integers that do not fit 64 bits,
/// and whatever is wrong, are the parser's affair.
class SmallText {
 public:
  /// Texts that are longer are not worth a try.
  static constexpr std::size_t longest = 64;

  /// A NUL is behind the text, and 15 bytes in front of it can be read: there a str or bytes object
  /// has its head.
  SmallText(python::Gil&, const IntMaker& new_int, std::string_view text)
      : new_int_(new_int), p_(text.data()), end_(text.data() + text.size()) {}

  /// A new reference; or null, with no exception set, where the text is to be parsed.
  PyObject* read();

 private:
  // Within each other: fewer than any limit under which Python works.
  static constexpr unsigned most_arrays = 8;

  PyObject* value(unsigned around);
  PyObject* array(unsigned around);
  PyObject* string();
  PyObject* other_string(const char* begin);
  PyObject* wide_string(const char* begin);
  PyObject* number();
  PyObject* long_number();
  PyObject* constant();
  PyObject* made(PyObject* object);
  void skip_space() {
    while (*p_ == ' ' || *p_ == '\n' || *p_ == '\r' || *p_ == '\t') ++p_;
  }
  /// What reads `size` bytes at `p` reads them from there: of the last ones what lies before them
  /// is read, too, for nothing behind the NUL may be.
  const char* within(const char* p, std::size_t size) const { return std::min(p, end_ + 1 - size); }

  const IntMaker& new_int_;
  const char* p_;
  const char* const end_;
};

}  // namespace adyton::json
