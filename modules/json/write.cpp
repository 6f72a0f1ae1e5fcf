#include "modules/json/write.h"

#include <cmath>

namespace adyton::json {

void StringBuffer::grow(std::size_t more) {
  const std::size_t size = written().size();
  text_.resize(next_capacity(more));
  place(text_.data(), size, text_.size());
}

void Writer::new_line() {
  out_.put('\n');
  for (std::size_t i = 0; i < level_; ++i) out_.put(*layout_.indent);
}

void put_real(Buffer& out, double value) {
  if (std::isnan(value)) return out.put("NaN");
  if (std::isinf(value)) return out.put(value > 0 ? "Infinity" : "-Infinity");
  out.reserve(real_capacity);
  out.advance_to(write_real(value, out.cursor()));
}

}  // namespace adyton::json
