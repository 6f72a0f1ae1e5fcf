// A fuzz target whose check is written in Python: NAME_fuzz.py beside this file
// (ADYTON_FUZZ_CHECK), run by an interpreter in this process that has adyton.json built in.
// check(data) gets the input as bytes and raises if something is wrong.
//
// A check that makes memory grow every time it is run on the same input has found a leak.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <Python.h>

#include "host/python/package.h"
#include "host/python/ref.h"
#include "modules/json/binding/module.h"

using adyton::python::Ref;

#ifdef __SANITIZE_ADDRESS__
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();

// CPython keeps memory to its end on purpose.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0:malloc_context_size=4:quarantine_size_mb=64";
}
#endif

namespace {

[[noreturn]] void fail() {
  PyErr_Print();
  std::abort();
}

/// Starts the interpreter: no environment, no site, no signal handlers. Where the address sanitizer
/// watches, every object is a block of its own.
void start_python() {
  PyPreConfig preparation;
  PyPreConfig_InitIsolatedConfig(&preparation);
  preparation.utf8_mode = 1;
#ifdef __SANITIZE_ADDRESS__
  preparation.allocator = PYMEM_ALLOCATOR_MALLOC;
#endif
  PyStatus status = Py_PreInitialize(&preparation);
  if (PyStatus_Exception(status)) Py_ExitStatusException(status);
  PyImport_AppendInittab("adyton", PyInit_adyton);
  PyImport_AppendInittab("adyton.json", PyInit_adyton_json);
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.site_import = 0;
  config.write_bytecode = 0;
  status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status)) Py_ExitStatusException(status);
}

/// The function check of the Python file, which stays for the life of the process. What is there
/// by then is no garbage: the collector need not look at it again.
PyObject* load_check() {
  start_python();
  const Ref run = Ref::steal(PyImport_ImportModule("runpy"));
  const Ref names = Ref::steal(
      run ? PyObject_CallMethod(run.get(), "run_path", "s", ADYTON_FUZZ_CHECK) : nullptr);
  const Ref collector = Ref::steal(names ? PyImport_ImportModule("gc") : nullptr);
  const Ref done =
      Ref::steal(collector ? PyObject_CallMethod(collector.get(), "freeze", nullptr) : nullptr);
  PyObject* const check = done ? PyDict_GetItemString(names.get(), "check") : nullptr;
  if (check == nullptr) fail();
  return Py_NewRef(check);
}

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t smallest_block = 16;
#else
constexpr std::size_t smallest_block = 1;
#endif

/// What is allocated: bytes where the sanitizer counts them, else Python's blocks.
std::size_t allocated() {
#ifdef __SANITIZE_ADDRESS__
  return __sanitizer_get_current_allocated_bytes();
#else
  static PyObject* const count = PySys_GetObject("getallocatedblocks");  // borrowed from sys
  const Ref blocks = Ref::steal(PyObject_CallNoArgs(count));
  if (!blocks) fail();
  return PyLong_AsSize_t(blocks.get());
#endif
}

void run_once(PyObject* check, PyObject* input) {
  const Ref result = Ref::steal(PyObject_CallOneArg(check, input));
  if (!result) fail();
}

bool grows(PyObject* check, PyObject* input) {
  const std::size_t before = allocated();
  run_once(check, input);
  return allocated() > before;
}

/// Whether every run keeps a block, thousand after thousand: free lists are full before.
bool leaks(PyObject* check, PyObject* input) {
  constexpr int runs = 1000;
  for (int round = 0; round < 5; ++round) {
    const std::size_t before = allocated();
    for (int i = 0; i < runs; ++i) run_once(check, input);
    if (allocated() < before + runs * smallest_block) return false;
  }
  return true;
}

void run(PyObject* check, PyObject* input) {
  // A run that takes no more ends the suspicion. What grows at first fills caches and free lists.
  for (int i = 0; i < 100; ++i) {
    if (!grows(check, input)) return;
  }
  if (!leaks(check, input)) return;
  std::fputs("this input makes memory grow each time\n", stderr);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static PyObject* const check = load_check();
  const Ref input = Ref::steal(PyBytes_FromStringAndSize(reinterpret_cast<const char*>(data),
                                                         static_cast<Py_ssize_t>(size)));
  if (!input) fail();
  run(check, input.get());
  return 0;
}
