#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/shadow_text.h"

namespace adyton::json {

/// What json.loads was given, as a text that stays as it is for the document's life (a bytearray is
/// copied). The GIL is held for every function.
class SourceText {
 public:
  /// What it is for: to make objects of, without Python code running meanwhile or with it (bytes
  /// are decoded then first, so that invalid ones are refused before any hook is called), or as
  /// UTF-8.
  enum class Purpose { build, hooks, utf8 };

  /// `source` is a str, bytes or bytearray in UTF-8, -16 or -32, with or without a BOM (RFC 4627's
  /// detection, as in the standard library). False with an exception set: TypeError, a
  /// UnicodeDecodeError, or for a str that begins with a BOM the error of `bom_in_str`.
  bool open(python::Gil& gil, PyObject* source, Purpose purpose);

  /// True after a failed open() without an exception: a str began with a BOM.
  bool bom_in_str() const { return bom_in_str_; }

  /// In UTF-8, surrogates being three bytes each, or, unless that was the purpose, the shadow of a
  /// str beyond ASCII. A NUL is readable behind it.
  std::string_view text() const { return text_; }

  /// For who parses the text, if it is a shadow. `this` must outlive it.
  std::optional<ShadowStrings> shadow_strings(ControlCharacters control_characters) const;

  /// The document as a str, as an error shows it: a new reference, or null with an exception set
  /// (UnicodeDecodeError if the bytes are no UTF-8 at all).
  python::Ref str(python::Gil& gil) const;

  /// The number of characters before a byte.
  Py_ssize_t characters_before(std::size_t offset) const;

 private:
  bool open_str(PyObject* str, Purpose purpose);
  template <class Char>
  void convert(std::span<const Char> text, Purpose purpose);
  bool open_bytes(python::Gil& gil, python::Ref bytes, Purpose purpose);

  python::Ref str_;                    // the document as a str, where it came as one or was decoded
  python::Ref bytes_;                  // the document as bytes, where it came so
  std::unique_ptr<char[]> converted_;  // a str beyond ASCII as UTF-8, or its shadow
  std::string_view text_;
  bool is_shadow_ = false;
  bool bom_in_str_ = false;
};

}  // namespace adyton::json
