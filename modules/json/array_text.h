#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "modules/json/parse.h"
#include "modules/json/write.h"

namespace adyton::json {

/// What the elements of an array are, in this machine's byte order.
enum class Element : std::uint8_t {
  boolean,
  int8,
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  real16,
  real32,
  real64,
};

std::size_t size_of(Element element);

/// Numbers in memory, of any number of dimensions. `strides` are bytes from one element to the next
/// in each dimension, and may be negative or zero. No dimension at all is a single number. A view.
struct Array {
  const char* data = nullptr;
  Element element = Element::int8;
  std::span<const std::ptrdiff_t> shape;
  std::span<const std::ptrdiff_t> strides;
};

/// Writes one element at `out`, where there is room for `element_capacity` bytes, and returns the
/// end; null if it is not finite.
inline constexpr std::size_t element_capacity = 40;
char* write_element(const char* data, Element element, char* out) noexcept;

/// Writes an array of one dimension on one line at `out`; null, with nothing said, if that needs
/// more than `room` bytes, or the layout more lines, or an element is not finite.
char* write_short_array(const Array& array, const Layout& layout, char* out,
                        std::size_t room) noexcept;

/// Writes arrays in arrays, as `layout`, which is the writer's, has it. real32 is the shortest text
/// that reads back as the same float, real16 the text of the real32 of the same value. The first
/// number that `non_finite` rejects ends it, and is the result. Throws std::bad_alloc.
std::optional<double> write_array(Writer& writer, const Layout& layout, const Array& array,
                                  NonFinite non_finite);

}  // namespace adyton::json
