#include "modules/crypto/binding/column.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

#include "modules/crypto/binding/batch.h"
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

/// Offsets that are being copied and checked: each is from the one before it to `most`.
template <class Integer>
class OffsetCopy {
 public:
  OffsetCopy(const IntegerView& view, std::size_t most)
      : from_(view.data()), count_(view.size() / sizeof(Integer)), most_(most) {}

  /// The copy; nullptr with ValueError set for offsets that are wrong. All cores work: a copy of
  /// many takes as long as the encryption of some of the values.
  std::unique_ptr<std::size_t[]> make(python::Gil& gil) {
    // Arrow's layout of no values may have no offset at all.
    to_ = std::make_unique_for_overwrite<std::size_t[]>(std::max<std::size_t>(count_, 1));
    to_[0] = 0;
    const std::size_t chunks = (count_ + chunk - 1) / chunk;
    for_each_part(gil, chunks, count_ * sizeof(Integer),
                  [this](std::size_t begin, std::size_t end) {
                    copy(begin * chunk, std::min(end * chunk, count_));
                  });
    // What a part has copied others may have changed where it was read from.
    for (std::size_t i = chunk; i < count_ && !wrong_.any(); i += chunk) {
      if (to_[i] < to_[i - 1]) wrong_.at(i);
    }
    if (!wrong_.any()) return std::move(to_);
    refuse(wrong_.item());
    return nullptr;
  }

 private:
  static constexpr std::size_t chunk = 16384;

  Integer at(std::size_t i) const {
    Integer offset;
    std::memcpy(&offset, from_ + i * sizeof offset, sizeof offset);
    return offset;
  }

  void copy(std::size_t begin, std::size_t end) {
    Integer last = begin == 0 ? 0 : at(begin - 1);
    for (std::size_t i = begin; i < end; ++i) {
      const Integer offset = at(i);
      if (offset < last || static_cast<std::uint64_t>(offset) > most_) return wrong_.at(i);
      to_[i] = static_cast<std::size_t>(offset);
      last = offset;
    }
  }

  void refuse(std::size_t i) const {
    PyErr_Format(PyExc_ValueError,
                 "offsets[%zu] is %lld, which is not from %lld, the one before it, to %zu, the "
                 "length of data",
                 i, static_cast<long long>(at(i)), static_cast<long long>(i == 0 ? 0 : at(i - 1)),
                 most_);
  }

  const std::uint8_t* from_;
  std::size_t count_;
  std::size_t most_;
  std::unique_ptr<std::size_t[]> to_;
  FirstFailure wrong_;
};

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
  const std::size_t most = buffer->bytes().size();
  auto checked = *found == OffsetWidth::four ? OffsetCopy<std::int32_t>(view, most).make(gil)
                                             : OffsetCopy<std::int64_t>(view, most).make(gil);
  if (!checked) return std::nullopt;
  return Column(std::move(*buffer), std::move(checked), count == 0 ? 0 : count - 1, *found);
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
