#include "modules/json/array_text.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "host/base/cpu.h"
#include "modules/json/real32.h"
#include "modules/json/real_row.h"
#include "modules/json/write_number.h"

namespace adyton::json {
namespace {

enum class Boolean : std::uint8_t {};
enum class Real16 : std::uint16_t {};

static_assert(element_capacity >= std::max({real_capacity, integer_capacity, real32_capacity}));

/// Separators up to this length are copied as one word.
constexpr std::size_t word = 8;

template <class T>
T load(const char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

/// A half float's value, which a float holds exactly.
float widen(Real16 half) {
  const auto bits = static_cast<std::uint32_t>(half);
  const std::uint32_t sign = (bits & 0x8000) << 16;
  const std::uint32_t magnitude = bits & 0x7FFF;
  if (magnitude < 0x400) {
    const float value = static_cast<float>(magnitude) * 0x1p-24f;
    return sign != 0 ? -value : value;
  }
  const std::uint32_t bias = magnitude >= 0x7C00 ? 0xE0u : 0x70u;
  return std::bit_cast<float>(sign | ((magnitude << 13) + (bias << 23)));
}

template <class T>
bool is_finite(T value) {
  if constexpr (std::same_as<T, Real16>) {
    return (static_cast<unsigned>(value) & 0x7C00) != 0x7C00;
  } else if constexpr (std::floating_point<T>) {
    return std::isfinite(value);
  } else {
    return true;
  }
}

double as_double(Real16 value) {
  return static_cast<double>(widen(value));
}
template <class T>
double as_double(T value) {
  return static_cast<double>(value);
}

char* copy(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

/// As Python names them.
char* write_non_finite(double value, char* out) {
  if (std::isnan(value)) return copy("NaN", out);
  return copy(value > 0 ? "Infinity" : "-Infinity", out);
}

char* write_value(Boolean value, char* out) {
  // Without a branch, for it cannot be foreseen.
  static constexpr char words[2][8] = {"false", "true"};
  const auto is_true = static_cast<std::size_t>(value != Boolean{0});
  std::memcpy(out, words[is_true], sizeof words[0]);
  return out + 5 - is_true;
}
template <std::unsigned_integral T>
char* write_value(T value, char* out) {
  return detail::put_unsigned(value, out);
}
template <std::signed_integral T>
char* write_value(T value, char* out) {
  return detail::put_signed(value, out);
}
char* write_value(double value, char* out) {
  return detail::put_finite(value, out);
}
char* write_value(float value, char* out) {
  return write_real32(value, out);
}
char* write_value(Real16 value, char* out) {
  return write_real32(widen(value), out);
}

decltype(&write_reals) finite_writer() {
#if defined(__x86_64__)
  if (vector_level() != VectorLevel::portable) return &write_reals_avx2;
#endif
  return &write_reals;
}

/// The elements without brackets; null if one is not finite.
template <class T>
char* write_finite_row(const RealRow& row, std::ptrdiff_t count, char* out) {
  std::ptrdiff_t i = 0;
  if constexpr (std::same_as<T, double>) {
    out = finite_writer()(row, i, count, out);
    return i == count ? out : nullptr;
  }
  for (; i < count; ++i) {
    if (i > 0) {
      std::memcpy(out, row.separator, word);
      out += row.separator_size;
    }
    const T value = load<T>(row.data + i * row.stride);
    if (!is_finite(value)) return nullptr;
    out = write_value(value, out);
  }
  return out;
}

/// Writes the elements of one type. `refused` is set where the result is false.
template <class T>
class Elements {
 public:
  Elements(Writer& writer, const Layout& layout, const Array& array, NonFinite non_finite)
      : writer_(writer), layout_(layout), array_(array), non_finite_(non_finite) {}

  bool write(std::size_t dimension, const char* data) {
    if (dimension == array_.shape.size()) return write_one(data);
    const std::ptrdiff_t count = array_.shape[dimension];
    if (count == 0) return writer_.out().put("[]"), true;
    writer_.open('[');
    const bool innermost = dimension + 1 == array_.shape.size();
    const bool written = innermost && !layout_.indent && layout_.item_separator.size() <= word
                             ? write_row(data, count, array_.strides[dimension])
                             : write_parts(dimension, data, count);
    if (written) writer_.close(']');
    return written;
  }

  double refused() const { return refused_; }

 private:
  bool write_parts(std::size_t dimension, const char* data, std::ptrdiff_t count) {
    for (std::ptrdiff_t i = 0; i < count; ++i) {
      if (i > 0) writer_.separate();
      if (!write(dimension + 1, data + i * array_.strides[dimension])) return false;
    }
    return true;
  }

  bool write_one(const char* data) {
    Buffer& out = writer_.out();
    out.reserve(element_capacity);
    char* const end = put(data, out.cursor());
    if (end != nullptr) out.advance_to(end);
    return end != nullptr;
  }

  /// The elements of the last dimension on one line, with the memory for a piece of them asked for
  /// at once.
  bool write_row(const char* data, std::ptrdiff_t count, std::ptrdiff_t stride) {
    constexpr std::ptrdiff_t piece = 128;
    char separator[word] = {};
    copy(layout_.item_separator, separator);
    const RealRow row{data, stride, separator, layout_.item_separator.size()};
    Buffer& out = writer_.out();
    for (std::ptrdiff_t done = 0; done < count; done += piece) {
      const std::ptrdiff_t last = std::min(done + piece, count);
      out.reserve(static_cast<std::size_t>(last - done) * (element_capacity + word));
      char* const end = write_piece(row, done, last, out.cursor());
      if (end == nullptr) return false;
      out.advance_to(end);
    }
    return true;
  }

  /// Null if an element is refused.
  char* write_piece(const RealRow& row, std::ptrdiff_t begin, std::ptrdiff_t end, char* out) {
    for (std::ptrdiff_t i = begin; i < end; ++i) {
      if constexpr (std::same_as<T, double>) {
        out = write_finite_(row, i, end, out);
        if (i == end) return out;
      }
      if (i > 0) {
        std::memcpy(out, row.separator, word);
        out += row.separator_size;
      }
      out = put(row.data + i * row.stride, out);
      if (out == nullptr) return nullptr;
    }
    return out;
  }

  /// Null if the element is refused.
  char* put(const char* data, char* out) {
    const T value = load<T>(data);
    if (is_finite(value)) [[likely]] {
      return write_value(value, out);
    }
    if (non_finite_ == NonFinite::accept) return write_non_finite(as_double(value), out);
    refused_ = as_double(value);
    return nullptr;
  }

  Writer& writer_;
  const Layout& layout_;
  const Array& array_;
  const NonFinite non_finite_;
  decltype(&write_reals) const write_finite_ = finite_writer();
  double refused_ = 0;
};

/// Calls `use` with a value of the type of `element`.
template <class Use>
auto with_type(Element element, Use use) {
  switch (element) {
    case Element::boolean:
      return use(Boolean{});
    case Element::int8:
      return use(std::int8_t{});
    case Element::int16:
      return use(std::int16_t{});
    case Element::int32:
      return use(std::int32_t{});
    case Element::int64:
      return use(std::int64_t{});
    case Element::uint8:
      return use(std::uint8_t{});
    case Element::uint16:
      return use(std::uint16_t{});
    case Element::uint32:
      return use(std::uint32_t{});
    case Element::uint64:
      return use(std::uint64_t{});
    case Element::real16:
      return use(Real16{});
    case Element::real32:
      return use(float{});
    case Element::real64:
      break;
  }
  return use(double{});
}

}  // namespace

std::size_t size_of(Element element) {
  return with_type(element, [](auto value) { return sizeof value; });
}

char* write_element(const char* data, Element element, char* out) noexcept {
  return with_type(element, [data, out](auto type) -> char* {
    const auto value = load<decltype(type)>(data);
    return is_finite(value) ? write_value(value, out) : nullptr;
  });
}

char* write_short_array(const Array& array, const Layout& layout, char* out,
                        std::size_t room) noexcept {
  constexpr std::size_t most = 1000;
  if (array.shape.size() != 1 || layout.indent || layout.item_separator.size() > word) {
    return nullptr;
  }
  const auto count = static_cast<std::size_t>(array.shape[0]);
  if (count > most || count * (element_capacity + word) + 2 > room) return nullptr;
  char separator[word] = {};
  copy(layout.item_separator, separator);
  const RealRow row{array.data, array.strides[0], separator, layout.item_separator.size()};
  return with_type(array.element, [&](auto type) -> char* {
    char* const end = write_finite_row<decltype(type)>(row, array.shape[0], out + 1);
    if (end == nullptr) return nullptr;
    *out = '[';
    *end = ']';
    return end + 1;
  });
}

std::optional<double> write_array(Writer& writer, const Layout& layout, const Array& array,
                                  NonFinite non_finite) {
  return with_type(array.element, [&](auto value) -> std::optional<double> {
    Elements<decltype(value)> elements(writer, layout, array, non_finite);
    if (elements.write(0, array.data)) return std::nullopt;
    return elements.refused();
  });
}

}  // namespace adyton::json
