#pragma once

#include "host/python/gil.h"
#include "host/worker/view.h"

/// The built-in module `adyton.record`: Record and RecordList. It takes nothing from the host and
/// can be imported by any script.
extern "C" PyObject* PyInit_adyton_record();

namespace adyton::worker {

/// The types of the module, which is imported if need be; null with an exception set. They live as
/// long as the module.
const Types* import_types(python::Gil& gil);

}  // namespace adyton::worker
