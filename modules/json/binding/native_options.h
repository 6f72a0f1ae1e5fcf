#pragma once

#include <cstdint>
#include <optional>

#include "host/base/base64.h"
#include "modules/json/timestamp.h"

namespace adyton::json {

/// Whether objects that JSON has no form for, but an obvious text, are written without asking
/// `default`: always, never, or where the caller gave no `default`.
enum class Natives : std::uint8_t { unless_default, on, off };

/// What a datetime without an offset from UTC is taken for.
enum class NaiveTimes : std::uint8_t { local, utc };

/// How such objects are written.
struct NativeOptions {
  Natives natives = Natives::unless_default;
  NaiveTimes naive_times = NaiveTimes::local;
  TimeForm time_form = {};
  std::optional<base64::Alphabet> bytes_as = {};  // refused without; does not depend on `natives`
};

}  // namespace adyton::json
