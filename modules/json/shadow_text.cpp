#include "modules/json/shadow_text.h"

#include <algorithm>
#include <cstdint>

#include "modules/json/encode_utf8.h"

namespace adyton::json {
namespace {

template <class From, class To>
void narrow(const From* p, std::size_t size, std::string& out) {
  out.resize(size * sizeof(To));
  To* const to = reinterpret_cast<To*>(out.data());
  for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<To>(p[i]);
}

Width width_of(std::uint32_t all) {
  return all < 0x80      ? Width::ascii
         : all < 0x100   ? Width::latin1
         : all < 0x10000 ? Width::ucs2
                         : Width::ucs4;
}

}  // namespace

template <class Char>
void write_shadow(std::span<const Char> text, char* out) {
  for (const Char c : text) *out++ = static_cast<char>(c < 0x80 ? c : 0xFF);
}

template void write_shadow(std::span<const std::uint8_t>, char*);
template void write_shadow(std::span<const std::uint16_t>, char*);
template void write_shadow(std::span<const std::uint32_t>, char*);

const char* ShadowStrings::read(const char* begin, const char* p, StringRole role,
                                StringToken& token) {
  unsigned high = 0;
  const char* const stop = skip_plain(p, end_, high);
  if (*stop != '"' || role == StringRole::name) return decode(begin, end_of_string(stop), token);
  const auto at = static_cast<std::size_t>(begin - begin_);
  const auto size = static_cast<std::size_t>(stop - begin);
  token = {};
  token.raw = {begin, size};
  if (unit_ == 1) {
    take(static_cast<const std::uint8_t*>(characters_) + at, size, token);
  } else if (unit_ == 2) {
    take(static_cast<const std::uint16_t*>(characters_) + at, size, token);
  } else {
    take(static_cast<const std::uint32_t*>(characters_) + at, size, token);
  }
  return stop;
}

/// A string without escapes: its characters as they are, in the smallest units that hold them.
template <class Char>
void ShadowStrings::take(const Char* p, std::size_t size, StringToken& token) {
  std::uint32_t all = 0;
  for (std::size_t i = 0; i < size; ++i) all |= p[i];
  token.length = size;
  token.width = width_of(all);
  token.characters = p;
  if (token.width <= Width::latin1 && sizeof(Char) > 1) {
    narrow<Char, std::uint8_t>(p, size, narrow_);
    token.characters = narrow_.data();
  } else if (token.width == Width::ucs2 && sizeof(Char) > 2) {
    narrow<Char, std::uint16_t>(p, size, narrow_);
    token.characters = narrow_.data();
  }
}

/// Behind the closing quote of the string that `p` is in; at the latest the text's end.
const char* ShadowStrings::end_of_string(const char* p) const {
  unsigned high = 0;
  while (p < end_) {
    p = skip_plain(p, end_, high);
    if (p >= end_) break;
    if (*p == '"') return p + 1;
    p += *p == '\\' ? 2 : 1;
  }
  return end_;
}

template <class Char>
char* ShadowStrings::put_utf8(std::size_t at, std::size_t size, char* out) const {
  return encode_utf8(std::span(static_cast<const Char*>(characters_) + at, size), out);
}

/// A string by way of UTF-8. Where it is at fault is told as a place of the shadow.
const char* ShadowStrings::decode(const char* begin, const char* string_end, StringToken& token) {
  const auto at = static_cast<std::size_t>(begin - begin_);
  const auto size = static_cast<std::size_t>(string_end - begin);
  utf8_.resize(1 + utf8_capacity<std::uint32_t>(size) + 1);
  char* const first = utf8_.data() + 1;
  first[-1] = '"';
  char* const last = unit_ == 1   ? put_utf8<std::uint8_t>(at, size, first)
                     : unit_ == 2 ? put_utf8<std::uint16_t>(at, size, first)
                                  : put_utf8<std::uint32_t>(at, size, first);
  *last = '\0';
  decoder_.emplace(last, control_characters_);
  if (decoder_->read(first, first, token) != nullptr) return string_end - 1;
  fault_ = decoder_->fault();
  const std::string_view before(
      first, static_cast<std::size_t>(std::max<std::ptrdiff_t>(fault_.where - first, 0)));
  const auto characters = std::ranges::count_if(before, [](char c) { return (c & 0xC0) != 0x80; });
  fault_.where = fault_.where < first ? begin - 1 : begin + characters;
  return nullptr;
}

}  // namespace adyton::json
