#pragma once

#include <cstdint>
#include <string>

namespace adyton::observe {

/// "0.8 s", "12 s", "3 min 5 s", "2 h 10 min".
std::string human_time(double seconds);

/// Bytes a second, decimal units, as throughput is told: "812 MB/s", "1.4 GB/s". "0 B/s" for no
/// time.
std::string human_rate(std::uint64_t bytes, double seconds);

/// A number with so many digits after the point, in the C locale's spelling.
std::string fixed(double number, int digits);

}  // namespace adyton::observe
