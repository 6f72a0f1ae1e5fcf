// What a run leaves for the next one, and for the record: manifests and receipts. An input that
// begins with '{' is also given the header line that makes it a manifest, so that its JSON is
// looked at.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <xxhash.h>

#include "host/base/text.h"
#include "host/pipeline/manifest.h"
#include "host/pipeline/receipt.h"

namespace pipeline = adyton::pipeline;

namespace {

std::string with_header(std::string_view json) {
  const XXH128_hash_t hash = XXH3_128bits(json.data(), json.size());
  char digits[33];
  std::snprintf(digits, sizeof digits, "%016llx%016llx",
                static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return adyton::cat("adyton-manifest 1 ", json.size(), ' ', digits, '\n', json, '\n');
}

/// Whether it is taken. What is taken is written and taken again as the same.
bool try_manifest(std::string_view text) {
  const auto manifest = pipeline::decode_manifest(text);
  if (!manifest) {
    if (manifest.error().message.empty()) std::abort();
    return false;
  }
  auto again = pipeline::decode_manifest(pipeline::encode_manifest(*manifest));
  if (!again) std::abort();
  // Boost.JSON reads a double to within its last digits.
  const double seconds = manifest->tally.seconds;
  if (std::abs(again->tally.seconds - seconds) > std::abs(seconds) * 1e-12 + 1e-300) std::abort();
  again->tally.seconds = seconds;
  if (!(*again == *manifest)) std::abort();
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try_manifest(text);
  if (text.starts_with('{') && try_manifest(with_header(text))) {
    // One bit of it changed is noticed.
    std::string damaged = with_header(text);
    const std::size_t bit = (text.size() * 31) % (damaged.size() * 8);
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    if (try_manifest(damaged)) std::abort();
  }
  if (const auto receipt = pipeline::read_receipt(text);
      !receipt && receipt.error().message.empty()) {
    std::abort();
  }
  return 0;
}
