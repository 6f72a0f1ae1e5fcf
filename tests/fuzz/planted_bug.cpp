// A target with two bugs, a mutation away from its corpora: what the driver's own tests hunt.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  if (data[0] == 'c' && data[1] == '\\') std::abort();
  volatile bool forever = data[0] == 'h' && data[1] == '\\';
  while (forever) {
  }
  return 0;
}
