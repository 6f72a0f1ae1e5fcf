#include "modules/json/line_splitter.h"

#include <algorithm>
#include <cstring>

namespace adyton::json {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

bool LineSplitter::next(Line& line) {
  while (!piece_.empty()) {
    const auto* const end =
        static_cast<const char*>(std::memchr(piece_.data(), '\n', piece_.size()));
    if (end == nullptr) {
      keep(piece_);
      piece_ = {};
      return false;
    }
    const auto size = static_cast<std::size_t>(end - piece_.data());
    const std::string_view part = piece_.substr(0, size);
    piece_.remove_prefix(size + 1);
    if (take(part, line)) return true;
  }
  return false;
}

bool LineSplitter::finish(Line& line) {
  return has_begun_ && take({}, line);
}

/// Of a line that has become too long only the beginning is kept; what may be a carriage return
/// before its end, one byte, does not make it so.
void LineSplitter::keep(std::string_view part) {
  if (!has_begun_) begun_.clear();
  has_begun_ = true;
  size_ += part.size();
  const bool too_long = longest_ != no_limit && size_ > longest_ + byte_order_mark.size() + 1;
  const std::size_t room = too_long ? excerpt - std::min(excerpt, begun_.size()) : no_limit;
  begun_ += part.substr(0, room);
  if (too_long && begun_.size() > excerpt) begun_.resize(excerpt);
}

/// Ends the line with `part`; false if it is blank.
bool LineSplitter::take(std::string_view part, Line& line) {
  const std::size_t behind = part.size() + 1;
  std::size_t size = part.size();
  if (has_begun_) {
    keep(part);
    size = size_;
    part = begun_;
  }
  line = {part, ++number_, offset_, false};
  offset_ += (has_begun_ ? size_ + 1 : behind);
  const bool whole = part.size() == size;
  has_begun_ = false;
  size_ = 0;

  if (number_ == 1 && line.text.starts_with(byte_order_mark)) {
    line.text.remove_prefix(byte_order_mark.size());
    line.offset += byte_order_mark.size();
  }
  if (whole && line.text.ends_with('\r')) line.text.remove_suffix(1);
  line.too_long = !whole || line.text.size() > longest_;
  if (line.too_long) {
    line.text = line.text.substr(0, excerpt);
    return true;
  }
  return line.text.find_first_not_of(" \t\r") != std::string_view::npos;
}

}  // namespace adyton::json
