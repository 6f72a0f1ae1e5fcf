#include "modules/json/encode.h"

#include <algorithm>

#include "modules/json/encode_kernels.h"

namespace adyton::json {
namespace {

// Long strings are written in pieces, so that the worst case is reserved for a piece only.
constexpr std::size_t piece = 4096;

template <class Form, class Char>
bool put_string(Buffer& out, std::span<const Char> text, Surrogates surrogates) {
  const Char* p = text.data();
  const Char* const end = p + text.size();
  out.put('"');
  do {
    const auto size = std::min(piece, static_cast<std::size_t>(end - p));
    out.reserve(size * detail::worst_growth + detail::scribble);
    char* const cursor =
        detail::put_characters<Form>(p, p + size, out.cursor(), surrogates == Surrogates::reject);
    if (cursor == nullptr) return false;
    out.advance_to(cursor);
    p += size;
  } while (p != end);
  out.put('"');
  return true;
}

}  // namespace

template <class Char>
void put_string_ascii(Buffer& out, std::span<const Char> text) {
  put_string<detail::Ascii>(out, text, Surrogates::pass);
}

template <class Char>
bool put_string_utf8(Buffer& out, std::span<const Char> text, Surrogates surrogates) {
  return put_string<detail::Utf8>(out, text, surrogates);
}

template void put_string_ascii(Buffer&, std::span<const std::uint8_t>);
template void put_string_ascii(Buffer&, std::span<const std::uint16_t>);
template void put_string_ascii(Buffer&, std::span<const std::uint32_t>);
template bool put_string_utf8(Buffer&, std::span<const std::uint8_t>, Surrogates);
template bool put_string_utf8(Buffer&, std::span<const std::uint16_t>, Surrogates);
template bool put_string_utf8(Buffer&, std::span<const std::uint32_t>, Surrogates);

}  // namespace adyton::json
