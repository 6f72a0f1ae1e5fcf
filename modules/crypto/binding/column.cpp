#include "modules/crypto/binding/column.h"

#include <cstring>
#include <limits>
#include <string_view>

#include "modules/crypto/binding/call.h"

namespace adyton::crypto {
namespace {

/// A buffer of integers, with its format.
class IntegerView {
 public:
  explicit IntegerView(PyObject* object) {
    held_ = PyObject_GetBuffer(object, &view_, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) == 0;
  }
  ~IntegerView() {
    if (held_) PyBuffer_Release(&view_);
  }
  IntegerView(const IntegerView&) = delete;
  IntegerView& operator=(const IntegerView&) = delete;

  bool held() const { return held_; }
  const std::uint8_t* data() const { return static_cast<const std::uint8_t*>(view_.buf); }
  std::size_t size() const { return static_cast<std::size_t>(view_.len); }
  std::string_view format() const { return view_.format == nullptr ? "B" : view_.format; }

  /// The width of an offset; nullopt if these are none.
  std::optional<OffsetWidth> width(std::optional<OffsetWidth> wished) const {
    std::string_view letter = format();
    if (letter.starts_with('@') || letter.starts_with('<') || letter.starts_with('=')) {
      letter.remove_prefix(1);
    }
    if (letter == "B" || letter == "b" || letter == "c") return wished.value_or(OffsetWidth::four);
    if (letter != "i" && letter != "l" && letter != "q") return std::nullopt;
    const auto own = static_cast<OffsetWidth>(view_.itemsize);
    if (view_.itemsize != 4 && view_.itemsize != 8) return std::nullopt;
    return wished.value_or(own) == own ? std::optional(own) : std::nullopt;
  }

 private:
  Py_buffer view_{};
  bool held_;
};

template <class Integer>
std::optional<std::vector<std::size_t>> copy_checked(const std::uint8_t* from, std::size_t count,
                                                     std::size_t most) {
  std::vector<std::size_t> offsets(count);
  Integer last = 0;
  for (std::size_t i = 0; i < count; ++i) {
    Integer offset;
    std::memcpy(&offset, from + i * sizeof offset, sizeof offset);
    if (offset < last || static_cast<std::uint64_t>(offset) > most) {
      PyErr_Format(PyExc_ValueError,
                   "offsets[%zu] is %lld, which is not from %lld, the one before it, to %zu, the "
                   "length of data",
                   i, static_cast<long long>(offset), static_cast<long long>(last), most);
      return std::nullopt;
    }
    offsets[i] = static_cast<std::size_t>(offset);
    last = offset;
  }
  if (count == 0) offsets.push_back(0);  // Arrow's layout of no values may have no offset at all
  return offsets;
}

}  // namespace

std::optional<Column> Column::of(python::Gil& gil, PyObject* data, PyObject* offsets,
                                 std::optional<OffsetWidth> width) {
  auto buffer = Buffer::of(gil, data, "data");
  if (!buffer) return std::nullopt;
  const IntegerView view(offsets);
  if (!view.held()) {
    if (PyObject_CheckBuffer(offsets)) return std::nullopt;
    PyErr_Format(PyExc_TypeError, "offsets must be a buffer of int32 or int64, not %.100s",
                 Py_TYPE(offsets)->tp_name);
    return std::nullopt;
  }
  const auto found = view.width(width);
  if (!found) {
    PyErr_Format(PyExc_TypeError,
                 "offsets must be a buffer of int32 or int64 (or bytes and offset_width), not of "
                 "format '%.20s'",
                 std::string(view.format()).c_str());
    return std::nullopt;
  }
  const std::size_t size = static_cast<std::size_t>(*found);
  if (view.size() % size != 0) {
    PyErr_Format(PyExc_ValueError, "offsets has %zu bytes, which are no whole number of %zu",
                 view.size(), size);
    return std::nullopt;
  }
  const std::size_t count = view.size() / size;
  auto checked = *found == OffsetWidth::four
                     ? copy_checked<std::int32_t>(view.data(), count, buffer->bytes().size())
                     : copy_checked<std::int64_t>(view.data(), count, buffer->bytes().size());
  if (!checked) return std::nullopt;
  return Column(std::move(*buffer), std::move(*checked), *found);
}

void OffsetWriter::set(std::size_t i, std::size_t offset) {
  if (width_ == OffsetWidth::four) {
    const auto narrow = static_cast<std::int32_t>(offset);
    std::memcpy(out_ + i * sizeof narrow, &narrow, sizeof narrow);
  } else {
    const auto wide = static_cast<std::int64_t>(offset);
    std::memcpy(out_ + i * sizeof wide, &wide, sizeof wide);
  }
}

bool check_reach(OffsetWidth width, std::size_t size) {
  if (width == OffsetWidth::eight || size <= std::numeric_limits<std::int32_t>::max()) return true;
  PyErr_Format(PyExc_OverflowError,
               "the result has %zu bytes, more than offsets of 32 bits reach: give offsets of 64 "
               "bits, or fewer values at a time",
               size);
  return false;
}

bool take_width(python::Gil& gil, PyObject* object, std::optional<OffsetWidth>& width) {
  if (object == nullptr || object == Py_None) return true;
  const auto bytes = number(gil, object, "offset_width", 8);
  if (!bytes) return false;
  if (*bytes != 4 && *bytes != 8) {
    PyErr_SetString(PyExc_ValueError, "offset_width is 4 or 8 bytes");
    return false;
  }
  width = static_cast<OffsetWidth>(*bytes);
  return true;
}

PyObject* as_offsets(const python::Ref& bytes, OffsetWidth width) {
  const auto view = python::Ref::steal(PyMemoryView_FromObject(bytes.get()));
  if (!view) return nullptr;
  return PyObject_CallMethod(view.get(), "cast", "s", width == OffsetWidth::four ? "i" : "q");
}

}  // namespace adyton::crypto
