#pragma once

#include <optional>
#include <vector>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/dump_options.h"
#include "modules/json/binding/serialize.h"
#include "modules/json/write.h"

namespace adyton::json {

/// Whose options and defaults: those of dumps, or of dumpb.
enum class DumpForm : unsigned char { text, bytes };

/// Writes many objects, each as dumps or dumpb writes it with the same keywords, one behind the
/// other into one buffer, as UTF-8: the keywords are read once, and no object is made of a record.
/// What dumps leaves to the standard library is left to it here, too. The GIL is held for its whole
/// life; it throws std::bad_alloc.
class RecordWriter {
 public:
  /// `module` is adyton.json; `values` and `names` are the keywords of a vectorcall. All are
  /// borrowed and outlive the writer, as does `out`.
  RecordWriter(python::Gil& gil, PyObject* module, DumpForm form, PyObject* const* values,
               PyObject* names, Buffer& out);
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;

  /// Reads the keywords. False with an exception set.
  bool open();

  /// False with an exception set: a part of the object may have been written.
  bool write(PyObject* object);

 private:
  bool write_standard(PyObject* object);

  python::Gil& gil_;
  PyObject* module_;
  DumpForm form_;
  PyObject* names_;
  std::vector<PyObject*> arguments_;  // the object, and the keywords' values
  Buffer& out_;
  SerializeOptions options_;
  std::optional<Serializer> serializer_;  // none where the standard library does it
};

}  // namespace adyton::json
