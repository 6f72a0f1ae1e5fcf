// validate() accepts what Boost.JSON accepts, and is_utf8() what remains of its reasons to refuse;
// and it says of a long text, which is read in another way, what it says of a short one.
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

/// The fault of a text, from which `before` bytes of white space are taken.
json::Fault fault_behind(std::size_t before, std::string_view text) {
  std::string padded(before, ' ');
  padded += text;
  padded.append(json::scan_padding, '\0');
  json::Fault fault = json::validate({padded.data(), before + text.size()});
  if (fault) fault.offset -= before;
  return fault;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const json::Fault fault = fault_behind(0, text);
  const json::Fault other = fault_behind(200, text);
  if (bool(fault) != bool(other) || fault.offset != other.offset) std::abort();
  const bool ours = !fault && adyton::is_utf8(text);

  boost::json::parse_options options;
  options.max_depth = json::max_depth;
  boost::system::error_code code;
  (void)boost::json::parse(text, code, {}, options);
  if (ours && code.failed() && !may_be_refused(text, code)) std::abort();
  if (!ours && !code.failed()) std::abort();
  return 0;
}
