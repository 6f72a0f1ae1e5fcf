#include "modules/json/binding/source_text.h"

#include <algorithm>

#include "modules/json/binding/python_objects.h"
#include "modules/json/encode_utf8.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

constexpr std::string_view text_bom = "\xEF\xBB\xBF";

enum class Encoding { utf8, text_with_bom, utf16, utf16_le, utf16_be, utf32, utf32_le, utf32_be };

/// From the BOM, else from where the zero bytes of the first characters lie.
Encoding detect(std::string_view bytes) {
  using namespace std::string_view_literals;
  const auto zero = [bytes](std::size_t i) { return bytes[i] == '\0'; };
  if (bytes.starts_with("\0\0\xFE\xFF"sv) || bytes.starts_with("\xFF\xFE\0\0"sv)) {
    return Encoding::utf32;
  }
  if (bytes.starts_with("\xFE\xFF"sv) || bytes.starts_with("\xFF\xFE"sv)) return Encoding::utf16;
  if (bytes.starts_with(text_bom)) return Encoding::text_with_bom;
  if (bytes.size() >= 4) {
    if (zero(0)) return zero(1) ? Encoding::utf32_be : Encoding::utf16_be;
    if (zero(1)) return zero(2) && zero(3) ? Encoding::utf32_le : Encoding::utf16_le;
  } else if (bytes.size() == 2) {
    if (zero(0)) return Encoding::utf16_be;
    if (zero(1)) return Encoding::utf16_le;
  }
  return Encoding::utf8;
}

const char* codec(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf16:
      return "utf-16";
    case Encoding::utf16_le:
      return "utf-16-le";
    case Encoding::utf16_be:
      return "utf-16-be";
    case Encoding::utf32:
      return "utf-32";
    case Encoding::utf32_le:
      return "utf-32-le";
    case Encoding::utf32_be:
      return "utf-32-be";
    case Encoding::text_with_bom:
      return "utf-8-sig";
    case Encoding::utf8:
      break;
  }
  return "utf-8";
}

std::string_view view(PyObject* bytes) {
  return {PyBytes_AS_STRING(bytes), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes))};
}

Ref decode_bytes(std::string_view bytes, Encoding encoding) {
  return Ref::steal(PyUnicode_Decode(bytes.data(), static_cast<Py_ssize_t>(bytes.size()),
                                     codec(encoding), "surrogatepass"));
}

void refuse_type(PyObject* source) {
  Ref type = Ref::steal(PyObject_GetAttrString(source, "__class__"));
  Ref name = Ref::steal(type ? PyObject_GetAttrString(type.get(), "__name__") : nullptr);
  if (!name) return;
  PyErr_Format(PyExc_TypeError, "the JSON object must be str, bytes or bytearray, not %S",
               name.get());
}

}  // namespace

bool SourceText::open(Gil& gil, PyObject* source, Purpose purpose) {
  if (PyUnicode_Check(source)) {
    if (PyUnicode_IS_COMPACT_ASCII(source)) {
      str_ = Ref::borrow(source);
      const void* const characters = reinterpret_cast<PyASCIIObject*>(source) + 1;
      text_ = {static_cast<const char*>(characters),
               static_cast<std::size_t>(PyUnicode_GET_LENGTH(source))};
      return true;
    }
#if PY_VERSION_HEX < 0x030C0000
    if (PyUnicode_READY(source) < 0) return false;
#endif
    bom_in_str_ = PyUnicode_GET_LENGTH(source) > 0 && PyUnicode_READ_CHAR(source, 0) == 0xFEFF;
    str_ = Ref::borrow(source);
    return !bom_in_str_ && open_str(source, purpose);
  }
  if (PyBytes_Check(source)) return open_bytes(gil, Ref::borrow(source), purpose);
  if (PyByteArray_Check(source)) {
    Ref copy = Ref::steal(
        PyBytes_FromStringAndSize(PyByteArray_AS_STRING(source), PyByteArray_GET_SIZE(source)));
    return copy && open_bytes(gil, std::move(copy), purpose);
  }
  refuse_type(source);
  return false;
}

bool SourceText::open_str(PyObject* str, Purpose purpose) {
  const auto length = static_cast<std::size_t>(PyUnicode_GET_LENGTH(str));
  const void* const data = PyUnicode_DATA(str);
  if (PyUnicode_IS_ASCII(str)) {
    text_ = {static_cast<const char*>(data), length};
    return true;
  }
  if (purpose == Purpose::utf8) {
    text_ = kept_utf8(str);
    if (text_.data() != nullptr) return true;
  }
  switch (PyUnicode_KIND(str)) {
    case PyUnicode_1BYTE_KIND:
      convert(std::span(static_cast<const std::uint8_t*>(data), length), purpose);
      break;
    case PyUnicode_2BYTE_KIND:
      convert(std::span(static_cast<const std::uint16_t*>(data), length), purpose);
      break;
    default:
      convert(std::span(static_cast<const std::uint32_t*>(data), length), purpose);
  }
  return true;
}

template <class Char>
void SourceText::convert(std::span<const Char> text, Purpose purpose) {
  is_shadow_ = purpose != Purpose::utf8;
  const std::size_t capacity = is_shadow_ ? text.size() : utf8_capacity<Char>(text.size());
  converted_ = std::make_unique_for_overwrite<char[]>(capacity + 1);
  char* end = converted_.get() + text.size();
  if (is_shadow_) {
    write_shadow(text, converted_.get());
  } else {
    end = encode_utf8(text, converted_.get());
  }
  *end = '\0';
  text_ = {converted_.get(), static_cast<std::size_t>(end - converted_.get())};
}

std::optional<ShadowStrings> SourceText::shadow_strings(
    ControlCharacters control_characters) const {
  if (!is_shadow_) return std::nullopt;
  return std::optional<ShadowStrings>(std::in_place, PyUnicode_DATA(str_.get()),
                                      static_cast<std::size_t>(PyUnicode_KIND(str_.get())), text_,
                                      control_characters);
}

bool SourceText::open_bytes(Gil&, Ref bytes, Purpose purpose) {
  const std::string_view content = view(bytes.get());
  // As most documents begin, which says what detect() would.
  const auto ascii = [content](std::size_t i) {
    return static_cast<signed char>(content.data()[i]) > 0;
  };
  const bool plain = !content.empty() && ascii(0) && (content.size() == 1 || ascii(1));
  const Encoding encoding = plain ? Encoding::utf8 : detect(content);
  const bool is_utf8 = encoding == Encoding::utf8 || encoding == Encoding::text_with_bom;
  if (!is_utf8 || purpose == Purpose::hooks) {
    str_ = decode_bytes(content, encoding);
    return str_ && open_str(str_.get(), purpose);
  }
  bytes_ = std::move(bytes);
  text_ = content;
  if (encoding == Encoding::text_with_bom) text_.remove_prefix(text_bom.size());
  return true;
}

Ref SourceText::str(Gil&) const {
  return str_ ? str_ : decode_bytes(view(bytes_.get()), detect(view(bytes_.get())));
}

Py_ssize_t SourceText::characters_before(std::size_t offset) const {
  if (is_shadow_) return static_cast<Py_ssize_t>(offset);
  return std::count_if(text_.data(), text_.data() + offset,
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

}  // namespace adyton::json
