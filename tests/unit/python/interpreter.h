#pragma once

#include <Python.h>

namespace adyton::test {

/// Starts the one interpreter of this test process at first use; it is never ended, so that the
/// order of the tests does not matter. The calling thread holds the GIL from then on.
inline void interpreter() {
  if (Py_IsInitialized() != 0) return;
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.site_import = 0;
  const PyStatus status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status)) Py_ExitStatusException(status);
}

}  // namespace adyton::test
