#pragma once

#include <memory>
#include <string_view>

#include <Python.h>

#include "host/python/gil.h"
#include "modules/json/binding/source_text.h"

namespace adyton::json {

/// The text of a Document, which stays as it is and where it is while this lives: what was given if
/// that cannot change (bytes, str in ASCII), else a copy. The GIL is held for every function.
class DocumentText {
 public:
  DocumentText() = default;
  DocumentText(const DocumentText&) = delete;
  DocumentText& operator=(const DocumentText&) = delete;

  /// `data` is a str, a bytes-like object whose bytes lie in one piece, in UTF-8, -16 or -32, with
  /// or without a BOM. False with an exception set.
  bool open(python::Gil& gil, PyObject* module, PyObject* data);

  /// scan_padding bytes behind it are readable.
  std::string_view text() const { return text_; }

  /// Raises what loads raises for this text, which is not JSON or nests too deep: JSONDecodeError,
  /// RecursionError, or a UnicodeError if it is no UTF-8.
  /// `data` is what was opened.
  void raise(python::Gil& gil, PyObject* module, PyObject* data) const;

  /// The text is JSON: raise() will not be called.
  void settle() {
    if (copy_) source_ = SourceText();
  }

  /// Bytes that were copied.
  std::size_t copied() const { return copy_ ? text_.size() : 0; }

 private:
  bool open_source(python::Gil& gil, PyObject* module, PyObject* data);
  void pad();

  SourceText source_;
  std::unique_ptr<char[]> copy_;
  std::string_view text_;
};

}  // namespace adyton::json
