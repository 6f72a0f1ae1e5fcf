// base64: what decodes is canonical, so it encodes to the same text; what is encoded decodes.
#include <cstdlib>

#include "host/base/base64.h"

using adyton::as_text;
using adyton::Bytes;
namespace base64 = adyton::base64;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  for (const auto alphabet : {base64::Alphabet::standard, base64::Alphabet::url}) {
    if (const auto decoded = base64::decode(as_text(bytes), alphabet)) {
      if (base64::encode(adyton::as_bytes(*decoded), alphabet) != as_text(bytes)) std::abort();
    }
    const auto back = base64::decode(base64::encode(bytes, alphabet), alphabet);
    if (!back || *back != as_text(bytes)) std::abort();
  }
  return 0;
}
