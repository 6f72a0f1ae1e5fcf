#pragma once

#include <Python.h>

/// The initialiser of `adyton.json`, for the table of built-in modules.
extern "C" PyObject* PyInit_adyton_json();
