#include "host/worker/script.h"

#include <filesystem>

#include "host/base/text.h"
#include "host/worker/failure.h"

namespace adyton::worker {

using python::Gil;
using python::Ref;

namespace {

Error fault(std::string message, const std::string& file) {
  return {ErrorCode::config, std::move(message), file};
}

// The exception that is set as an Error.
Error raised(Gil& gil, std::string_view what, const std::string& path, const std::string& file) {
  Failure failure = take_failure(gil, path);
  while (failure.traceback.ends_with('\n')) failure.traceback.pop_back();
  return fault(cat(what, ": ", failure.detail, "\n", failure.traceback), file);
}

Ref path_object(Gil&, const std::string& path) {
  return Ref::steal(
      PyUnicode_DecodeFSDefaultAndSize(path.data(), static_cast<Py_ssize_t>(path.size())));
}

// Puts the folder first on sys.path, if it is not on it. False with an exception set.
bool add_folder(Gil& gil, const std::string& folder) {
  PyObject* const sys_path = PySys_GetObject("path");  // borrowed
  const Ref entry = path_object(gil, folder);
  if (sys_path == nullptr || !entry) return false;
  const int has = PySequence_Contains(sys_path, entry.get());
  return has == 1 || (has == 0 && PyList_Insert(sys_path, 0, entry.get()) == 0);
}

// True if the standard library or the host has a module of that name.
bool is_taken(Gil&, PyObject* name) {
  for (const char* names : {"stdlib_module_names", "builtin_module_names"}) {
    PyObject* const known = PySys_GetObject(names);  // borrowed
    if (known != nullptr && PySequence_Contains(known, name) == 1) return true;
  }
  PyErr_Clear();
  return false;
}

// The module of that name that is imported already, if it is this file's.
Result<Ref> find_imported(Gil& gil, PyObject* name, const std::string& path,
                          const std::string& file) {
  const Ref module = Ref::borrow(PyDict_GetItem(PyImport_GetModuleDict(), name));
  if (!module && !is_taken(gil, name)) return Ref();
  const Ref origin = module ? Ref::steal(PyObject_GetAttrString(module.get(), "__file__")) : Ref();
  PyErr_Clear();
  const Ref own = path_object(gil, path);
  if (origin && own && PyObject_RichCompareBool(origin.get(), own.get(), Py_EQ) == 1) return module;
  PyErr_Clear();
  return fault("another module has this script's name: rename the file", file);
}

// importlib's recipe for a file. Empty with an exception set.
Ref import_file(Gil& gil, PyObject* name, const std::string& path) {
  const Ref tools = Ref::steal(PyImport_ImportModule("importlib.util"));
  const Ref location = tools ? path_object(gil, path) : Ref();
  const Ref spec = location ? Ref::steal(PyObject_CallMethod(tools.get(), "spec_from_file_location",
                                                             "OO", name, location.get()))
                            : Ref();
  Ref module =
      spec ? Ref::steal(PyObject_CallMethod(tools.get(), "module_from_spec", "O", spec.get()))
           : Ref();
  const Ref loader = module ? Ref::steal(PyObject_GetAttrString(spec.get(), "loader")) : Ref();
  PyObject* const modules = PyImport_GetModuleDict();  // borrowed
  if (!loader || PyObject_SetItem(modules, name, module.get()) != 0) return {};
  const Ref done = Ref::steal(PyObject_CallMethod(loader.get(), "exec_module", "O", module.get()));
  if (done) return module;
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  if (PyObject_DelItem(modules, name) != 0) PyErr_Clear();
  PyErr_Restore(type, value, traceback);
  return {};
}

Result<Ref> import_script(Gil& gil, const std::string& path, const std::string& file) {
  const std::filesystem::path parts(path);
  const Ref name = path_object(gil, parts.stem().string());
  if (!name || !add_folder(gil, parts.parent_path().string())) {
    return raised(gil, "the script could not be imported", path, file);
  }
  ADYTON_TRY(Ref module, find_imported(gil, name.get(), path, file));
  if (!module) module = import_file(gil, name.get(), path);
  if (!module) return raised(gil, "the script could not be imported", path, file);
  return module;
}

// True for what an `async def` makes: calling it gives no result but something to await.
bool is_async(Gil&, PyObject* function) {
  const Ref code = Ref::steal(PyObject_GetAttrString(function, "__code__"));
  const Ref flags = code ? Ref::steal(PyObject_GetAttrString(code.get(), "co_flags")) : Ref();
  const long bits = flags ? PyLong_AsLong(flags.get()) : 0;
  PyErr_Clear();
  return bits > 0 && (bits & (CO_COROUTINE | CO_ITERABLE_COROUTINE | CO_ASYNC_GENERATOR)) != 0;
}

}  // namespace

Result<ScriptFunction> load_function(Gil& gil, const std::string& file,
                                     const std::string& function) {
  std::error_code ignored;
  const std::string path = std::filesystem::absolute(file, ignored).lexically_normal().string();
  if (!std::filesystem::exists(path, ignored)) return fault("there is no such script", file);
  ADYTON_TRY(const Ref module, import_script(gil, path, file));
  const Ref found = Ref::steal(PyObject_GetAttrString(module.get(), function.c_str()));
  PyErr_Clear();
  if (!found) return fault(cat("the script has no function ", function), file);
  if (PyCallable_Check(found.get()) == 0) return fault(cat(function, " is not a function"), file);
  if (is_async(gil, found.get())) {
    return fault(cat(function,
                     " is async: a step's function is called and must return; make it a plain def"),
                 file);
  }
  return ScriptFunction{found, path};
}

}  // namespace adyton::worker
