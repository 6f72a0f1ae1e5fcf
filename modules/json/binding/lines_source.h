#pragma once

#include <string_view>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"

namespace adyton::json {

/// Where loads_lines gets its text: pieces of UTF-8, one after the other. The GIL is held for every
/// function; reading runs other people's Python.
class LinesSource {
 public:
  LinesSource() = default;
  ~LinesSource() { close(); }
  LinesSource(const LinesSource&) = delete;
  LinesSource& operator=(const LinesSource&) = delete;

  /// Bytes-like, str, path, file or iterable of pieces: see the documentation of loads_lines. False
  /// with an exception set.
  bool open(python::Gil& gil, PyObject* source);

  enum class Next { piece, end, failed };
  /// The next piece, which stays as it is until the next call; it may be empty.
  Next next(python::Gil& gil, std::string_view& piece);

  /// Lets go of the source; a file that was opened here is closed.
  void close();

  int traverse(visitproc visit, void* arg) const;

 private:
  enum class Kind : unsigned char { none, memory, text, file, pieces };

  bool open_path(PyObject* path);
  Next next_text(std::string_view& piece);
  Next next_read(std::string_view& piece);
  Next next_item(std::string_view& piece);
  /// What a file or an iterator gave as a piece.
  bool take(python::Ref object, std::string_view& piece);
  void release_piece();

  Kind kind_ = Kind::none;
  python::Ref source_;       // the str, or the iterator
  python::Ref read_;         // the file's method
  python::Ref file_;         // that was opened here
  Py_ssize_t position_ = 0;  // in the str
  python::Ref piece_;        // what the piece is a view of
  Py_buffer buffer_{};       // the same, of something bytes-like
  bool has_buffer_ = false;
};

}  // namespace adyton::json
