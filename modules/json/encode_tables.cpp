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

namespace {

constexpr Piece hex_piece(unsigned c) {
  constexpr char digits[] = "0123456789abcdef";
  return {{'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]}, 6};
}

/// An ASCII character; DEL as it is.
constexpr Piece ascii_piece(unsigned c) {
  constexpr char letters[] = "\0\0\0\0\0\0\0\0btn\0fr";
  if (c == '"' || c == '\\') return {{'\\', static_cast<char>(c)}, 2};
  if (c >= ' ') return {{static_cast<char>(c)}, 1};
  if (c < sizeof letters && letters[c] != '\0') return {{'\\', letters[c]}, 2};
  return hex_piece(c);
}

}  // namespace

constinit const Pieces latin1_pieces = [] {
  Pieces pieces{};
  for (unsigned c = 0; c < 256; ++c) {
    pieces.ascii[c] = c < 0x7F ? ascii_piece(c) : hex_piece(c);
    pieces.utf8[c] =
        c < 0x80
            ? ascii_piece(c)
            : Piece{{static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))}, 2};
    pieces.raw[c] = c < 0x80 ? ascii_piece(c) : Piece{{static_cast<char>(c)}, 1};
  }
  return pieces;
}();

}  // namespace adyton::json::detail
