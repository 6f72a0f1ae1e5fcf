// An ordinary Python whose interpreter is a shared library.
#include <Python.h>

int main(int argc, char** argv) {
  return Py_BytesMain(argc, argv);
}
