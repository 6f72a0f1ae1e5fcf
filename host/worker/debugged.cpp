#include "host/worker/debugged.h"

#include "host/base/text.h"
#include "host/worker/failure.h"

namespace adyton::worker {

using python::Gil;
using python::Ref;

namespace {

constexpr const char* source = R"(
import pdb, types

class Debugger(pdb.Pdb):
    left = False

    def set_quit(self):
        self.left = True
        super().set_quit()

    def call(self, function, argument):
        result = self.runcall(function, argument)
        if self.left:
            raise KeyboardInterrupt
        return result

def debugged(function):
    def call(record):
        debugger = Debugger(nosigint=True)
        try:
            result = debugger.call(function, record)
            if isinstance(result, types.GeneratorType):
                result = debugger.call(list, result)
            return result
        except Exception as error:
            if debugger.left:
                raise KeyboardInterrupt from None
            print(f"post mortem: {type(error).__name__}: {error}")
            pdb.post_mortem(error.__traceback__)
            raise
    return call
)";

}  // namespace

Result<Ref> debugged(Gil& gil, const Ref& function) {
  const Ref names = Ref::steal(PyDict_New());
  const bool builtins =
      names && PyDict_SetItemString(names.get(), "__builtins__", PyEval_GetBuiltins()) == 0;
  const Ref done =
      builtins ? Ref::steal(PyRun_String(source, Py_file_input, names.get(), names.get())) : Ref();
  const Ref make = done ? Ref::borrow(PyDict_GetItemString(names.get(), "debugged")) : Ref();
  Ref wrapped = make ? Ref::steal(PyObject_CallOneArg(make.get(), function.get())) : Ref();
  if (wrapped) return wrapped;
  return Error{ErrorCode::config, cat("pdb cannot be used: ", take_failure(gil, "").detail)};
}

}  // namespace adyton::worker
