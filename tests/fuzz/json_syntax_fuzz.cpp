// validate() accepts what Boost.JSON accepts, and is_utf8() what remains of its reasons to refuse.
#include <cstdlib>
#include <string>

#include <boost/json.hpp>

#include "host/base/text.h"
#include "modules/json/scan.h"

namespace json = adyton::json;

namespace {

/// True if Boost.JSON may refuse what RFC 8259 allows: a lone surrogate, a huge exponent.
bool may_be_refused(std::string_view text, const boost::system::error_code& code) {
  return text.find("\\ud") != text.npos || text.find("\\uD") != text.npos ||
         code == boost::json::error::exponent_overflow;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string padded(reinterpret_cast<const char*>(data), size);
  padded.append(json::scan_padding, '\0');
  const std::string_view text(padded.data(), size);
  const bool ours = !json::validate(text) && adyton::is_utf8(text);

  boost::json::parse_options options;
  options.max_depth = json::max_depth;
  boost::system::error_code code;
  (void)boost::json::parse(text, code, {}, options);
  if (ours && code.failed() && !may_be_refused(text, code)) std::abort();
  if (!ours && !code.failed()) std::abort();
  return 0;
}
