#pragma once

#include <bit>
#include <cstdint>

namespace adyton::json {

/// A number with a point, read.
struct Decimal {
  const char* end = nullptr;  // the byte after it; null if scan_number must tell
  double value = 0;
};

/// Whether a point ends the digits at p (behind a sign). `others` has a bit for each of the first
/// 32 characters that is no digit, the first one's the lowest; one character more is readable.
[[gnu::always_inline]] inline bool has_point(const char* p, std::uint32_t others) {
  return p[std::countr_zero(others & ~std::uint32_t{1})] == '.';
}

/// The number at p, which has a point: what scan_number says of it, if it has 19 digits at most
/// before its exponent; `ordinary_number_reach` bytes are readable from `p` on. All numbers go the
/// same way, however many digits they have: what varies from one to the next, the processor cannot
/// foresee.
Decimal read_decimal(const char* p, std::uint32_t others);

#if defined(__x86_64__)
/// The same with the vector instructions that VectorLevel::avx2 has.
Decimal read_decimal_avx2(const char* p, std::uint32_t others);
#endif

}  // namespace adyton::json
