#pragma once

#include <string>

#include "host/base/result.h"
#include "host/python/gil.h"
#include "host/python/ref.h"

namespace adyton::worker {

/// A function of a script, ready to be called.
struct ScriptFunction {
  python::Ref function;
  std::string path;  // of the script, absolute: what its code objects have as their file
};

/// Imports the script as a module named like its file (not as __main__) and finds the function in
/// it; a script that was imported before is used as it is. Its folder is put first on sys.path, as
/// for a script that is run. ErrorCode::config, with the script's traceback where it raised: the
/// import fails, the name is that of another module, the function is absent, not callable or async.
Result<ScriptFunction> load_function(python::Gil& gil, const std::string& file,
                                     const std::string& function);

}  // namespace adyton::worker
