#pragma once

#include <Python.h>

namespace adyton::json {

/// What a Document has by name, for its type.
extern PyMethodDef document_methods[];
extern PyGetSetDef document_attributes[];

}  // namespace adyton::json
