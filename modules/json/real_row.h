#pragma once

#include <cstddef>

namespace adyton::json {

/// Doubles in memory, `stride` bytes from each to the next, and what stands between them: at most 8
/// bytes of which `separator_size` count.
struct RealRow {
  const char* data;
  std::ptrdiff_t stride;
  const char* separator;
  std::size_t separator_size;
};

/// Writes those from `begin` on up to `end`, or to the first that is not finite, which `begin` is
/// then; else `begin` becomes `end`. A separator stands before each but the row's first. There is
/// room for real_capacity + 8 bytes for each at `out`; returns the end.
char* write_reals(const RealRow& row, std::ptrdiff_t& begin, std::ptrdiff_t end, char* out);

/// The same for processors with AVX2.
char* write_reals_avx2(const RealRow& row, std::ptrdiff_t& begin, std::ptrdiff_t end, char* out);

}  // namespace adyton::json
