#include <algorithm>
#include <iterator>

#include "modules/json/encode_kernels.h"

namespace adyton::json::detail {

constinit const Blocks special_bytes = [] {
  Blocks blocks{};
  std::fill(std::begin(blocks.quote), std::end(blocks.quote), '"');
  std::fill(std::begin(blocks.backslash), std::end(blocks.backslash), '\\');
  std::fill(std::begin(blocks.space), std::end(blocks.space), ' ');
  std::fill(std::begin(blocks.del), std::end(blocks.del), '\x7F');
  return blocks;
}();

}  // namespace adyton::json::detail
