#include "host/python/error.h"

#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "host/python/ref.h"
#include "tests/unit/python/interpreter.h"

namespace adyton::python {
namespace {

using test::interpreter;

/// The type and the message of the exception that raise() sets, which it clears.
std::pair<PyObject*, std::string> raised(const Error& error) {
  Gil gil = Gil::held_by_caller();
  CHECK(raise(gil, error) == nullptr);
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  const Ref types = Ref::steal(type), values = Ref::steal(value), traces = Ref::steal(traceback);
  REQUIRE(type != nullptr);
  const Ref text = Ref::steal(PyObject_Str(value));
  return {type, PyUnicode_AsUTF8(text.get())};
}

}  // namespace

TEST_CASE("each kind of error has its exception") {
  interpreter();
  CHECK(raised({ErrorCode::invalid, "x"}).first == PyExc_ValueError);
  CHECK(raised({ErrorCode::limit, "x"}).first == PyExc_ValueError);
  CHECK(raised({ErrorCode::config, "x"}).first == PyExc_ValueError);
  CHECK(raised({ErrorCode::io, "x"}).first == PyExc_OSError);
  CHECK(raised({ErrorCode::stopped, "x"}).first == PyExc_KeyboardInterrupt);
}

TEST_CASE("the message names the place") {
  interpreter();
  CHECK(raised({ErrorCode::invalid, "no such key", "keys.json:3"}).second ==
        "keys.json:3: no such key");
}

TEST_CASE("bytes that are not UTF-8 are shown, not an error of their own") {
  interpreter();
  const auto [type, text] = raised({ErrorCode::io, "no such file",
                                    "a\xff"
                                    "b\xc3\xa9"});
  CHECK(type == PyExc_OSError);
  CHECK(text == "a\\xffb\xc3\xa9: no such file");
}

TEST_CASE("a failed decryption is the class that was registered, a ValueError until then") {
  interpreter();
  CHECK(raised({ErrorCode::crypto, "x"}).first == PyExc_ValueError);
  PyObject* const dict = PyInterpreterState_GetDict(PyInterpreterState_Get());
  const Ref own = Ref::steal(PyErr_NewException("test.DecryptionError", PyExc_ValueError, nullptr));
  PyDict_SetItemString(dict, decryption_error_key, own.get());
  CHECK(raised({ErrorCode::crypto, "x"}).first == own.get());
  PyDict_DelItemString(dict, decryption_error_key);
}

}  // namespace adyton::python
