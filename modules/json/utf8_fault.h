#pragma once

#include "host/base/text.h"
#include "modules/json/scan.h"

namespace adyton::json {

/// That a text is not JSON for it is not UTF-8, and where; no fault if it is.
inline Fault utf8_fault(std::string_view text) {
  if (is_utf8(text)) return {};
  return {utf8_prefix(text), "not UTF-8"};
}

}  // namespace adyton::json
