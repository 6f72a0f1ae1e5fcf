#include "modules/json/real_row_loop.h"

namespace adyton::json {

char* write_reals(const RealRow& row, std::ptrdiff_t& begin, std::ptrdiff_t end, char* out) {
  return detail::put_reals(row, begin, end, out);
}

}  // namespace adyton::json
