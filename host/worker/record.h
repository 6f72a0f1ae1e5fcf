#pragma once

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "host/worker/view.h"

namespace adyton::worker {

/// The type adyton.Record: a lazy mutable mapping over a JSON object's bytes. The names of its
/// members are unique to a script; where the source repeats one, the last is read, as json.loads
/// does.
extern PyType_Spec record_spec;

/// record[key] = value, or del record[key] where `value` is null. 0, or -1 with an exception set.
int assign_member(python::Gil& gil, View& record, PyObject* key, PyObject* value);

/// Every member of a mapping (a Record, something with keys(), or an iterable of pairs), as
/// dict.update. False with an exception set.
bool update_record(python::Gil& gil, View& record, PyObject* other);

}  // namespace adyton::worker
