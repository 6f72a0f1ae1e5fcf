// The elements of an array are the same wherever batches are cut, and are those that Boost.JSON
// finds. The input's first byte is the limit of a record; the rest is the file.
#include <boost/json.hpp>

#include "host/pipeline/value_skipper.h"
#include "modules/json/scan.h"
#include "tests/fuzz/record_story.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace {

std::string padded(std::string_view text) {
  return std::string(text) + std::string(json::scan_padding, '\0');
}

/// In pieces a value ends where it ends in one.
void check_skipper(std::string_view text, std::size_t step) {
  const std::string bytes = padded(text);
  std::size_t end = 0;
  const json::Fault fault = json::skip_value({bytes.data(), text.size()}, end, 0);
  ValueSkipper skipper;
  auto outcome = ValueSkipper::Outcome::more;
  std::size_t taken = 0;
  while (taken < text.size() && outcome == ValueSkipper::Outcome::more) {
    std::size_t used = 0;
    outcome = skipper.take(text.substr(taken, step), used);
    taken += used;
  }
  if (outcome == ValueSkipper::Outcome::done && (fault || taken != end)) std::abort();
  if (outcome == ValueSkipper::Outcome::fault && !fault) std::abort();
  // A number alone is not known to be over.
  if (outcome == ValueSkipper::Outcome::more && !fault && end != text.size()) std::abort();
}

void check_against_boost(std::string_view file, const fuzz::Story& story) {
  if (file.starts_with(byte_order_mark)) file.remove_prefix(byte_order_mark.size());
  const std::string bytes = padded(file);
  const std::string_view text(bytes.data(), file.size());
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool array = first != std::string_view::npos && text[first] == '[';
  const json::Fault fault = json::validate(text);
  if (story.failed && array && !fault) std::abort();
  if (story.failed) return;
  // An element may be nested as deep as a whole text may.
  if (!array || (fault && std::string_view(fault.message).find("deep") == std::string_view::npos)) {
    std::abort();
  }
  boost::json::parse_options options;
  options.max_depth = 2 * json::max_depth;
  boost::system::error_code code;
  const auto document = boost::json::parse(text, code, {}, options);
  if (code) return;  // what it refuses and JSON allows: half a surrogate pair, a huge exponent
  if (document.as_array().size() != story.live + story.dead) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 1000) return 0;
  const std::string_view file(reinterpret_cast<const char*>(data) + 1, size - 1);
  Reading reading{.format = Format::array, .max_record = std::uint64_t{data[0]} + 1};
  reading.batch_size = size + 100;
  const fuzz::Story whole = fuzz::story_of(file, reading);
  check_against_boost(file, whole);
  const std::size_t most = std::min<std::size_t>(file.size() + 1, 50);
  for (reading.batch_size = 1; reading.batch_size <= most; ++reading.batch_size) {
    const fuzz::Story cut = fuzz::story_of(file, reading);
    if (cut.told != whole.told || cut.lines != whole.lines) std::abort();
  }
  const std::string_view value =
      file.substr(std::min(file.find_first_not_of(" \t\r\n"), file.size()));
  for (std::size_t step = 1; step < 8; ++step) check_skipper(value, step);
  return 0;
}
