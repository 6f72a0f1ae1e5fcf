#pragma once

#include "host/python/gil.h"

namespace adyton::worker {

/// The type adyton.record.RecordList: a lazy mutable sequence over a JSON array's bytes.
extern PyType_Spec record_list_spec;

}  // namespace adyton::worker
