#include "modules/json/binding/buffer_view.h"

#include <bit>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace adyton::json {
namespace {

/// The format's type code, if it is a single one in this machine's byte order; else NUL.
char type_code(const char* format) {
  if (format == nullptr) return 'B';
  if (format[0] != '\0' && format[1] == '\0') return format[0];
  std::string_view text = format;
  if (text.empty()) return '\0';
  constexpr bool little = std::endian::native == std::endian::little;
  constexpr std::string_view foreign = little ? ">!" : "<";
  if (foreign.find(text[0]) != std::string_view::npos) return '\0';
  if (std::string_view("@=<>!").find(text[0]) != std::string_view::npos) text.remove_prefix(1);
  return text.size() == 1 ? text[0] : '\0';
}

/// The one of these that has that many bytes.
std::optional<Element> sized(Py_ssize_t size, Element one, Element two, Element four,
                             Element eight) {
  switch (size) {
    case 1:
      return one;
    case 2:
      return two;
    case 4:
      return four;
    case 8:
      return eight;
    default:
      return std::nullopt;
  }
}

bool is_one_of(char code, std::string_view codes) {
  return codes.find(code) != std::string_view::npos;
}

}  // namespace

std::optional<Element> BufferView::element() const {
  const char code = type_code(view_.format);
  const Py_ssize_t size = view_.itemsize;
  if (code == '?' && size == 1) return Element::boolean;
  if (code == 'e' && size == 2) return Element::real16;
  if (code == 'f' && size == 4) return Element::real32;
  if (code == 'd' && size == 8) return Element::real64;
  if (is_one_of(code, "bhilqn")) {
    return sized(size, Element::int8, Element::int16, Element::int32, Element::int64);
  }
  if (is_one_of(code, "BHILQN")) {
    return sized(size, Element::uint8, Element::uint16, Element::uint32, Element::uint64);
  }
  return std::nullopt;
}

bool BufferView::is_bytes() const {
  return view_.ndim == 1 && view_.itemsize == 1 && is_one_of(type_code(view_.format), "Bc");
}

Array BufferView::as_array(Element element) const {
  static_assert(std::is_same_v<Py_ssize_t, std::ptrdiff_t>);
  const auto dimensions = static_cast<std::size_t>(view_.ndim);
  return {static_cast<const char*>(view_.buf),
          element,
          {view_.shape, dimensions},
          {view_.strides, dimensions}};
}

}  // namespace adyton::json
