#pragma once

#include "host/base/text.h"

namespace adyton::crypto {

/// Whether the bytes are equal, in a time that depends on the lengths alone.
bool constant_time_equal(Bytes a, Bytes b);

}  // namespace adyton::crypto
