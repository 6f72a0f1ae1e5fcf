#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/document_types.h"
#include "modules/json/binding/key_cache.h"
#include "modules/json/binding/lines_reader.h"
#include "modules/json/binding/native_types.h"
#include "modules/json/binding/output.h"

namespace adyton::json {

/// What one interpreter's `adyton.json` keeps between calls. Lives in the module object; every
/// function of it needs the GIL.
class State {
 public:
  /// The state of a module made by PyInit_adyton_json.
  static State& of(PyObject* module) { return *static_cast<State*>(PyModule_GetState(module)); }

  KeyCache& keys() { return keys_; }
  NativeTypes& native_types() { return native_types_; }

  /// The standard library's json: its errors are ours, and what is not done natively is done there.
  /// Null with an exception set if it cannot be imported.
  PyObject* standard(python::Gil&);

  /// An attribute of standard(), or none with an exception set.
  python::Ref standard(python::Gil& gil, const char* name);

  /// Made when the module is.
  DocumentTypes& documents() { return documents_; }

  /// Made when they are first needed.
  LinesTypes& lines() { return lines_; }

  /// How large a document that is written may be: as the last ones were.
  std::size_t expected_output() const { return expected_output_; }
  void written(std::size_t size) {
    expected_output_ = std::max(size, expected_output_ - expected_output_ / 8);
  }

  /// "[]" or "{}" as SomeOutput makes it: always the same object, a new reference to it, or null
  /// with an exception set.
  template <class SomeOutput>
  PyObject* empty_container(std::string_view text) {
    python::Ref& kept = empty_containers_[std::is_same_v<SomeOutput, TextOutput>][text[0] == '{'];
    if (!kept) kept = python::Ref::steal(SomeOutput::of(text));
    return Py_XNewRef(kept.get());
  }

  int traverse(visitproc visit, void* arg);
  void clear();

 private:
  KeyCache keys_;
  NativeTypes native_types_;
  python::Ref standard_;
  std::size_t expected_output_ = 0;
  LinesTypes lines_;
  DocumentTypes documents_;
  python::Ref empty_containers_[2][2];
};

}  // namespace adyton::json
