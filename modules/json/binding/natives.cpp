#include "modules/json/binding/natives.h"

#include <array>
#include <cmath>
#include <cstring>
#include <string_view>

#include "host/base/base64.h"
#include "modules/json/binding/buffer_view.h"
#include "modules/json/binding/fragment.h"
#include "modules/json/binding/serialize.h"
#include "modules/json/parse.h"
#include "modules/json/uuid_text.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

/// The 128 bits of an int, the first byte the highest; false, without an exception, if they are not
/// enough.
bool read_128_bits(PyObject* number, std::array<std::uint8_t, 16>& bytes) {
#if PY_VERSION_HEX >= 0x030D0000
  const int flags = Py_ASNATIVEBYTES_BIG_ENDIAN | Py_ASNATIVEBYTES_UNSIGNED_BUFFER |
                    Py_ASNATIVEBYTES_REJECT_NEGATIVE;
  const Py_ssize_t size = PyLong_AsNativeBytes(number, bytes.data(), bytes.size(), flags);
  const bool read = size >= 0 && size <= static_cast<Py_ssize_t>(bytes.size());
#elif defined(ADYTON_PUBLIC_PYTHON_API)
  const Ref text = Ref::steal(PyObject_CallMethod(number, "to_bytes", "is", 16, "big"));
  const bool read = text && PyBytes_GET_SIZE(text.get()) == 16;
  if (read) std::memcpy(bytes.data(), PyBytes_AS_STRING(text.get()), bytes.size());
#else
  const bool read = _PyLong_AsByteArray(reinterpret_cast<PyLongObject*>(number), bytes.data(),
                                        bytes.size(), 0, 0) == 0;
#endif
  if (!read) PyErr_Clear();
  return read;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A decimal's text that is no number, as floats of that kind are written.
std::string_view non_finite_text(std::string_view text) {
  if (text.find("Inf") == std::string_view::npos) return "NaN";
  return text.starts_with('-') ? "-Infinity" : "Infinity";
}

bool is_key(NativeKind kind) {
  return kind == NativeKind::datetime || kind == NativeKind::date || kind == NativeKind::time ||
         kind == NativeKind::uuid;
}

}  // namespace

NativeWriter::NativeWriter(Gil& gil, NativeTypes& types, const SerializeOptions& options,
                           Writer& writer)
    : gil_(gil),
      types_(types),
      use_(types),
      options_(options),
      writer_(writer),
      out_(writer.out()),
      natives_(options.native.natives == Natives::on),
      bytes_(options.native.bytes_as.has_value()) {}

NativeWriter::Quick NativeWriter::offer_quickly(PyObject* object, char* out,
                                                std::size_t room) noexcept {
  const NativeType* const type = natives_ ? types_.find(Py_TYPE(object)) : nullptr;
  if (type == nullptr) return {};
  if (type->kind == NativeKind::dataclass) return {nullptr, type->fields.get()};
  if (type->kind == NativeKind::fragment) return {write_fragment(object, out, room), nullptr};
  if (type->kind == NativeKind::numpy_array || type->kind == NativeKind::array) {
    return {write_short_buffer(object, out, room), nullptr};
  }
  return {write_text(object, *type, out), nullptr};
}

char* NativeWriter::write_key_quickly(PyObject* key, char* out) noexcept {
  const NativeType* const type = natives_ ? types_.find(Py_TYPE(key)) : nullptr;
  if (type == nullptr || !is_key(type->kind)) return nullptr;
  return write_text(key, *type, out);
}

/// Null if it is of no kind that has a short text which takes no Python code.
char* NativeWriter::write_text(PyObject* object, const NativeType& type, char* out) noexcept {
  switch (type.kind) {
    case NativeKind::datetime:
      return types_.datetimes().write_datetime(object, options_.native, out);
    case NativeKind::date:
      return DateTimes::write_date(object, out);
    case NativeKind::time:
      return DateTimes::write_time(object, options_.native.time_form.microseconds, out);
    case NativeKind::uuid:
      return write_uuid_number(type.attribute.find(object), out);
    case NativeKind::numpy_scalar:
      return write_scalar(object, type.number, out);
    case NativeKind::real:
      return write_real_object(object, out);
    default:
      return nullptr;
  }
}

Offer NativeWriter::offer(PyObject* object, std::size_t room, Ref& instead, const Fields*& fields) {
  const NativeType* const type = types_.of(gil_, object);
  if (type == nullptr) return Offer::failed;
  if (type->kind == NativeKind::bytes) return bytes_ ? put_bytes(object) : Offer::unknown;
  if (type->kind == NativeKind::memoryview) return put_memoryview(object, room, instead);
  if (!natives_) return Offer::unknown;
  out_.reserve(quick_room);
  if (char* const end = write_text(object, *type, out_.cursor())) {
    out_.advance_to(end);
    return Offer::written;
  }
  switch (type->kind) {
    case NativeKind::dataclass:
      fields = type->fields.get();
      return Offer::fields;
    case NativeKind::enumeration:
      return offer_enumeration(object, *type, instead);
    case NativeKind::datetime: {
      const bool put = types_.datetimes().put_datetime(gil_, object, options_.native, out_);
      return put ? Offer::written : Offer::failed;
    }
    case NativeKind::uuid:
      return put_uuid(object, *type);
    case NativeKind::decimal:
      return put_decimal(object, *type);
    case NativeKind::numpy_scalar:
      return put_scalar(object, type->number, instead);
    case NativeKind::numpy_array:
    case NativeKind::array:
      return put_buffer(object, room, instead);
    case NativeKind::fragment:
      return put_fragment(object);
    default:
      return Offer::unknown;
  }
}

Offer NativeWriter::offer_enumeration(PyObject* object, const NativeType& type, Ref& instead) {
  Ref kept;
  PyObject* const value = type.attribute.read(gil_, object, kept);
  if (value == nullptr) return Offer::failed;
  instead = Ref::borrow(value);
  return Offer::value;
}

/// Null if the number, which may be null, is none of a UUID.
char* NativeWriter::write_uuid_number(PyObject* number, char* out) noexcept {
  std::array<std::uint8_t, 16> bytes;
  if (number == nullptr || !PyLong_Check(number) || !read_128_bits(number, bytes)) return nullptr;
  *out++ = '"';
  out = write_uuid(bytes, out);
  *out++ = '"';
  return out;
}

/// A UUID whose number is not where it usually is.
Offer NativeWriter::put_uuid(PyObject* object, const NativeType& type) {
  Ref kept;
  PyObject* const number = type.attribute.read(gil_, object, kept);
  if (number == nullptr) return Offer::failed;
  char* const end = write_uuid_number(number, out_.cursor());
  if (end == nullptr) return Offer::unknown;
  out_.advance_to(end);
  return Offer::written;
}

Offer NativeWriter::put_decimal(PyObject* object, const NativeType& type) {
  const Ref text = Ref::steal(type.to_text ? PyObject_CallOneArg(type.to_text.get(), object)
                                           : Py_TYPE(object)->tp_str(object));
  Py_ssize_t size = 0;
  const char* const data = text ? PyUnicode_AsUTF8AndSize(text.get(), &size) : nullptr;
  if (data == nullptr) return Offer::failed;
  const std::string_view digits(data, static_cast<std::size_t>(size));
  const bool finite = is_digit(digits[0]) || (digits[0] == '-' && is_digit(data[1]));
  if (!finite && options_.non_finite == NonFinite::reject) {
    PyErr_Format(PyExc_ValueError, "Out of range Decimal values are not JSON compliant: %R",
                 object);
    return Offer::failed;
  }
  out_.put(finite ? digits : non_finite_text(digits));
  return Offer::written;
}

/// A float of a derived type, which is written as float itself is; null if it is not finite.
char* NativeWriter::write_real_object(PyObject* number, char* out) noexcept {
  const double value = PyFloat_AS_DOUBLE(number);
  return std::isfinite(value) ? write_real(value, out) : nullptr;
}

void NativeWriter::learn_real(PyObject* number) {
  if (natives_ && types_.of(gil_, number) == nullptr) PyErr_Clear();
}

char* NativeWriter::write_scalar(PyObject* object, const EmbeddedNumber& number,
                                 char* out) noexcept {
  return write_element(reinterpret_cast<const char*>(object) + number.offset, number.element, out);
}

/// A scalar that is not finite.
Offer NativeWriter::put_scalar(PyObject* object, const EmbeddedNumber& number, Ref& instead) {
  Array array;
  array.data = reinterpret_cast<const char*>(object) + number.offset;
  array.element = number.element;
  return put_array(array, 0, instead);
}

/// Null if it takes more than room for a short array.
char* NativeWriter::write_short_buffer(PyObject* object, char* out, std::size_t room) noexcept {
  const BufferView view(object);
  const auto element = view && view->ndim == 1 ? view.element() : std::nullopt;
  if (!element) return nullptr;
  return write_short_array(view.as_array(*element), options_.layout, out, room);
}

Offer NativeWriter::put_buffer(PyObject* object, std::size_t room, Ref& instead) {
  const BufferView view(object);
  const auto element = view ? view.element() : std::nullopt;
  return element ? put_array(view.as_array(*element), room, instead) : Offer::unknown;
}

Offer NativeWriter::put_array(const Array& array, std::size_t room, Ref& instead) {
  if (array.shape.size() > room) {
    PyErr_SetString(PyExc_RecursionError,
                    "maximum recursion depth exceeded while encoding an array of numbers");
    return Offer::failed;
  }
  const auto refused = write_array(writer_, options_.layout, array, options_.non_finite);
  if (!refused) return Offer::written;
  instead = Ref::steal(PyFloat_FromDouble(*refused));
  return instead ? Offer::not_finite : Offer::failed;
}

/// A row of bytes is bytes, any other an array.
Offer NativeWriter::put_memoryview(PyObject* object, std::size_t room, Ref& instead) {
  const BufferView view(object);
  if (!view) return Offer::unknown;
  if (view.is_bytes()) return bytes_ ? put_bytes(object) : Offer::unknown;
  const auto element = natives_ ? view.element() : std::nullopt;
  return element ? put_array(view.as_array(*element), room, instead) : Offer::unknown;
}

Offer NativeWriter::put_bytes(PyObject* object) {
  // One piece: that of the object, or a copy of what lies scattered.
  const Ref whole = Ref::steal(PyMemoryView_GetContiguous(object, PyBUF_READ, 'C'));
  if (!whole) return Offer::failed;
  const Py_buffer& view = *PyMemoryView_GET_BUFFER(whole.get());
  const Bytes bytes(static_cast<const std::uint8_t*>(view.buf), static_cast<std::size_t>(view.len));
  const base64::Alphabet alphabet = *options_.native.bytes_as;
  out_.reserve(base64::encoded_size(bytes.size(), alphabet) + 2);
  char* cursor = out_.cursor();
  *cursor++ = '"';
  cursor = base64::encode(bytes, cursor, alphabet);
  *cursor++ = '"';
  out_.advance_to(cursor);
  return Offer::written;
}

/// Null if it is too long, or has to be escaped.
char* NativeWriter::write_fragment(PyObject* fragment, char* out, std::size_t room) noexcept {
  const std::string_view text = fragment_text(fragment);
  if (text.size() > room) return nullptr;
  if (options_.characters == Characters::ascii && !fragment_is_ascii(fragment)) return nullptr;
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

Offer NativeWriter::put_fragment(PyObject* object) {
  if (options_.characters == Characters::ascii) {
    put_fragment_ascii(object, out_);
  } else {
    out_.put(fragment_text(object));
  }
  return Offer::written;
}

Ref NativeWriter::key(PyObject* key) {
  // An enumeration whose value is a member of one, and so on, is not endless.
  constexpr int most_members = 100;
  Ref current = Ref::borrow(key);
  for (int i = 0; natives_ && i < most_members; ++i) {
    PyObject* const value = current.get();
    if (PyUnicode_Check(value) || PyLong_Check(value) || PyFloat_Check(value)) break;
    const NativeType* const type = types_.of(gil_, value);
    if (type == nullptr) return Ref();
    if (type->kind != NativeKind::enumeration) break;
    Ref inside;
    if (offer_enumeration(value, *type, inside) == Offer::failed) return Ref();
    current = inside;
  }
  return current;
}

NativeWriter::KeyText NativeWriter::has_text(PyObject* key) {
  if (!natives_) return KeyText::no;
  const NativeType* const type = types_.of(gil_, key);
  if (type == nullptr) return KeyText::failed;
  const bool aware = type->kind == NativeKind::time && !DateTimes::is_naive_time(key);
  return is_key(type->kind) && !aware ? KeyText::yes : KeyText::no;
}

bool NativeWriter::put_key(PyObject* key) {
  Ref instead;
  const Fields* fields = nullptr;
  return offer(key, 0, instead, fields) == Offer::written;
}

const char* NativeWriter::advice(PyObject* object) {
  const NativeType* const type = natives_ ? types_.of(gil_, object) : nullptr;
  if (type == nullptr) {
    PyErr_Clear();
    return "";
  }
  switch (type->kind) {
    case NativeKind::bytes:
      return ": bytes_as='base64' or bytes_as='base64url' writes it as a string";
    case NativeKind::memoryview:
      return ": bytes_as='base64' or bytes_as='base64url' writes a row of bytes as a string";
    case NativeKind::time:
      return ": a time with a tzinfo has no offset from UTC without its date";
    case NativeKind::array:
    case NativeKind::numpy_array:
      return ": its elements are no numbers in this machine's byte order; default= may return its "
             "tolist()";
    default:
      return type->advice;
  }
}

}  // namespace adyton::json
