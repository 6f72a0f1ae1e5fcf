#pragma once

#include <Python.h>

#include "host/python/gil.h"
#include "modules/json/binding/open_containers.h"
#include "modules/json/binding/state.h"
#include "modules/json/encode.h"
#include "modules/json/parse.h"
#include "modules/json/write.h"

namespace adyton::json {

enum class Characters : unsigned char { ascii, utf8 };
enum class KeyOrder : unsigned char { kept, sorted };
enum class OtherKeys : unsigned char { error, skip };
enum class Circles : unsigned char { check, unchecked };

/// The standard library's encoder whose habits are followed: its C one, or its Python one, which it
/// uses for dump and, before 3.13, where there is an indent. They differ in how they find a
/// container of a derived type empty (what it stores, or its truth) and in the words of some
/// errors.
enum class Model : unsigned char { c_encoder, python_encoder };

/// The one that dumps uses where there is an indent.
#if PY_VERSION_HEX >= 0x030D0000
inline constexpr Model indenting_model = Model::c_encoder;
#else
inline constexpr Model indenting_model = Model::python_encoder;
#endif

struct SerializeOptions {
  Layout layout = {", ", ": ", {}};
  Characters characters = Characters::ascii;
  Surrogates surrogates = Surrogates::pass;
  KeyOrder key_order = KeyOrder::kept;
  OtherKeys other_keys = OtherKeys::error;
  Circles circles = Circles::check;
  NonFinite non_finite = NonFinite::accept;
  Model model = Model::c_encoder;
  PyObject* default_hook = nullptr;  // borrowed
  std::size_t max_depth = 1000;
};

/// Writes Python objects as JSON. It does not recurse: containers wait on a stack of its own. The
/// GIL is held for its whole life; `default` and the methods of derived types may run any Python in
/// between. Throws std::bad_alloc.
class Serializer {
 public:
  Serializer(python::Gil& gil, State& state, const SerializeOptions& options, Buffer& out)
      : gil_(gil), state_(state), options_(options), writer_(out, options_.layout), out_(out) {}

  /// False with an exception set, and a part of the document written.
  bool write(PyObject* object);

 private:
  enum class Scalar : unsigned char { written, not_scalar, failed };

  bool advance();
  bool advance_sequence(Open& open);
  bool advance_dict(Open& open);
  bool advance_pairs(Open& open);

  Scalar put_scalar(PyObject* object);
  bool put_value(PyObject* object);
  bool put_member(Open& open, PyObject* key, PyObject* value);
  bool put_string(PyObject* str);
  bool put_int(PyObject* number);
  bool put_float(PyObject* number);
  bool put_other_key(PyObject* key);

  bool open_object(PyObject* object);
  bool open_sequence(PyObject* sequence, Open::Kind kind);
  bool open_derived(PyObject* sequence);
  bool open_dict(PyObject* dict);
  bool begin(Open open, char bracket);
  void end(char bracket);
  bool substitute(python::Ref& object);
  bool enter(PyObject* object);

  bool refuse_float(PyObject* number);
  bool refuse_key(PyObject* key);
  bool refuse_object(PyObject* object);

  python::Gil& gil_;
  State& state_;
  const SerializeOptions& options_;
  Writer writer_;
  Buffer& out_;
  OpenContainers open_;
};

}  // namespace adyton::json
