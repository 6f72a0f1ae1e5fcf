#pragma once

#include <Python.h>

/// The initialiser of adyton.crypto (PEP 489, multi-phase), for the table of built-in modules.
extern "C" PyObject* PyInit_adyton_crypto();
