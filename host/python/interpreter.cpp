#include "host/python/interpreter.h"

#include <cstdlib>

#include <malloc.h>

#include "host/base/text.h"
#include "host/python/arenas.h"
#include "host/python/object_allocator.h"

namespace adyton::python {
namespace {

/// A PyConfig that is cleared at the end of its scope.
class Config {
 public:
  Config() { PyConfig_InitPythonConfig(&config_); }
  ~Config() { PyConfig_Clear(&config_); }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;

  /// The first call on it: it pre-initialises Python, which decides how bytes become text.
  PyStatus set_arguments(const Arguments& arguments) {
    const PyStatus status =
        PyConfig_SetBytesArgv(&config_, static_cast<Py_ssize_t>(arguments.argv.size()),
                              const_cast<char* const*>(arguments.argv.data()));
    if (PyStatus_Exception(status)) return status;
    return set_original(arguments.original);
  }

  PyStatus initialize() { return Py_InitializeFromConfig(&config_); }

 private:
  PyStatus set_original(const std::vector<char*>& original) {
    for (char* argument : original) {
      wchar_t* const text = Py_DecodeLocale(argument, nullptr);
      if (text == nullptr) return PyStatus_NoMemory();
      const PyStatus status = PyWideStringList_Append(&config_.orig_argv, text);
      PyMem_RawFree(text);
      if (PyStatus_Exception(status)) return status;
    }
    return PyStatus_Ok();
  }

  PyConfig config_;
};

/// Memory that is freed stays with the process, instead of being given back to the system and
/// faulted in again, page by page, for the next object of its size. These are the bounds up to
/// which malloc raises its own, step by step, as blocks come and go.
void keep_freed_memory() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

void choose_allocators() {
  keep_freed_memory();
  use_huge_arenas();
#ifdef ADYTON_BLOCK_HEAP
  use_block_heap();
#endif
}

PyStatus start(const Arguments& arguments, BuiltinModules built_ins) {
  for (const BuiltinModule& module : built_ins) {
    if (PyImport_AppendInittab(module.name, module.init) != 0) return PyStatus_NoMemory();
  }
  choose_allocators();
  Config config;
  const PyStatus status = config.set_arguments(arguments);
  return PyStatus_Exception(status) ? status : config.initialize();
}

}  // namespace

int run_interpreter(const Arguments& arguments, BuiltinModules built_ins) {
  const PyStatus status = start(arguments, built_ins);
  if (PyStatus_IsExit(status)) return status.exitcode;
  if (PyStatus_Exception(status)) Py_ExitStatusException(status);
  return Py_RunMain();
}

Status start_interpreter(const Arguments& arguments, BuiltinModules built_ins) {
  const PyStatus status = start(arguments, built_ins);
  if (PyStatus_Exception(status) == 0) return {};
  const char* const why = status.err_msg != nullptr ? status.err_msg : "it gave no reason";
  return Error{ErrorCode::config, cat("Python does not start: ", why)};
}

}  // namespace adyton::python
