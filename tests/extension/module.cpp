// The extension's one symbol: as a file of the package `adyton`, the module is called json.
#include "modules/json/binding/module.h"

extern "C" [[gnu::visibility("default")]] PyObject* PyInit_json();

PyObject* PyInit_json() {
  return PyInit_adyton_json();
}
