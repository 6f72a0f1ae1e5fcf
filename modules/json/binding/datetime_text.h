#pragma once

#include <cstdint>
#include <optional>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/native_options.h"
#include "modules/json/write.h"

namespace adyton::json {

/// The module datetime as C sees it, and the texts of its objects, in quotes. One for each
/// interpreter; every function needs the GIL and throws std::bad_alloc.
class DateTimes {
 public:
  /// False, without an exception, while nobody has imported datetime.
  bool load(python::Gil& gil);

  /// The types, borrowed; null before load().
  PyTypeObject* datetime_type() const { return datetime_; }
  PyTypeObject* date_type() const { return date_; }
  PyTypeObject* time_type() const { return time_; }

  // The texts, with their quotes, of instances of these types or of types derived from them.
  // Precondition: load().

  /// At most so many characters are written at `out`; the end is returned.
  static constexpr std::size_t capacity = 40;
  static char* write_date(PyObject* date, char* out) noexcept;
  /// Null if the time has a tzinfo: without a date nobody knows what offset it stands for.
  static char* write_time(PyObject* time, Microseconds microseconds, char* out) noexcept;
  /// Null if it takes Python code to know the offset from UTC.
  char* write_datetime(PyObject* datetime, const NativeOptions& options, char* out) const noexcept;

  /// The last in any case: false with an exception set.
  bool put_datetime(python::Gil& gil, PyObject* datetime, const NativeOptions& options,
                    Buffer& out);

  static bool is_naive_time(PyObject* time) noexcept;

  void clear();

 private:
  struct Offset {
    enum class State : std::uint8_t { naive, aware, unknown };

    State state = State::unknown;
    std::int64_t microseconds = 0;  // from UTC, if it is aware
  };
  static char* write(PyObject* datetime, const Offset& offset, const NativeOptions& options,
                     char* out) noexcept;
  Offset offset_of(PyObject* tzinfo) const noexcept;
  Offset ask(python::Gil& gil, PyObject* datetime, PyObject* tzinfo);

  PyTypeObject* datetime_ = nullptr;
  PyTypeObject* date_ = nullptr;
  PyTypeObject* time_ = nullptr;
  PyObject* utc_ = nullptr;  // borrowed
  PyTypeObject* delta_ = nullptr;
  python::Ref name_;       // "utcoffset"
  python::Ref utcoffset_;  // datetime.utcoffset
  // The datetime.timezone that was met last: its offset never changes.
  python::Ref zone_;
  std::int64_t zone_offset_ = 0;
};

}  // namespace adyton::json
