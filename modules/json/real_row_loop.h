#pragma once

#include <cstddef>
#include <cstring>

#include "modules/json/always_inline.h"
#include "modules/json/real_row.h"
#include "modules/json/write_number.h"

namespace adyton::json::detail {

/// write_reals, for the vector instructions of the including file.
ADYTON_ALWAYS_INLINE char* put_reals(const RealRow& row, std::ptrdiff_t& begin, std::ptrdiff_t end,
                                     char* out) {
  std::ptrdiff_t i = begin;
  for (; i < end; ++i) {
    double value;
    std::memcpy(&value, row.data + i * row.stride, sizeof value);
    if (!(__builtin_fabs(value) <= __DBL_MAX__)) [[unlikely]]
      break;
    if (i > 0) {
      std::memcpy(out, row.separator, 8);
      out += row.separator_size;
    }
    out = put_finite(value, out);
  }
  begin = i;
  return out;
}

}  // namespace adyton::json::detail
