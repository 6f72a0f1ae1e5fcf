#pragma once

#include <Python.h>

/// The package `adyton`: the parent of the built-in modules `adyton.*`. It has a version and a
/// docstring, imports nothing, and makes its dotted children importable: a child loads when it is
/// imported or first named as an attribute (`adyton.json`).
extern "C" PyObject* PyInit_adyton();
