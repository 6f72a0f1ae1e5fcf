#include "modules/json/binding/datetime_text.h"

#include <utility>

#include <datetime.h>

#include "modules/json/timestamp.h"

namespace adyton::json {
namespace {

using python::Gil;
using python::Ref;

bool is_imported(const char* module) {
  PyObject* const modules = PyImport_GetModuleDict();  // borrowed
  return modules != nullptr && PyDict_GetItemString(modules, module) != nullptr;
}

Date date_of(PyObject* date) {
  return {PyDateTime_GET_YEAR(date), PyDateTime_GET_MONTH(date), PyDateTime_GET_DAY(date)};
}

Clock clock_of(PyObject* datetime) {
  return {PyDateTime_DATE_GET_HOUR(datetime), PyDateTime_DATE_GET_MINUTE(datetime),
          PyDateTime_DATE_GET_SECOND(datetime), PyDateTime_DATE_GET_MICROSECOND(datetime)};
}

std::int64_t microseconds_of(PyObject* delta) {
  const std::int64_t seconds =
      std::int64_t{PyDateTime_DELTA_GET_DAYS(delta)} * 86'400 + PyDateTime_DELTA_GET_SECONDS(delta);
  return seconds * 1'000'000 + PyDateTime_DELTA_GET_MICROSECONDS(delta);
}

/// A text in quotes that `write` makes.
template <class Write>
char* write_quoted(char* out, Write write) {
  *out++ = '"';
  out = write(out);
  *out++ = '"';
  return out;
}

}  // namespace

bool DateTimes::load(Gil&) {
  if (datetime_ != nullptr) return true;
  if (!is_imported("datetime")) return false;
  const auto* const api =
      static_cast<const PyDateTime_CAPI*>(PyCapsule_Import(PyDateTime_CAPSULE_NAME, 0));
  PyObject* const type = api == nullptr ? nullptr : reinterpret_cast<PyObject*>(api->DateTimeType);
  utcoffset_ = Ref::steal(type == nullptr ? nullptr : PyObject_GetAttrString(type, "utcoffset"));
  name_ = Ref::steal(PyUnicode_InternFromString("utcoffset"));
  if (!utcoffset_ || !name_) {
    PyErr_Clear();  // a datetime written in Python: its objects are unknown here
    return false;
  }
  datetime_ = api->DateTimeType;
  date_ = api->DateType;
  time_ = api->TimeType;
  delta_ = api->DeltaType;
  utc_ = api->TimeZone_UTC;
  return true;
}

void DateTimes::clear() {
  *this = DateTimes();
}

char* DateTimes::write_date(PyObject* date, char* out) noexcept {
  return write_quoted(out, [date](char* p) { return json::write_date(date_of(date), p); });
}

char* DateTimes::write_time(PyObject* time, Microseconds microseconds, char* out) noexcept {
  if (!is_naive_time(time)) return nullptr;
  const Clock clock{PyDateTime_TIME_GET_HOUR(time), PyDateTime_TIME_GET_MINUTE(time),
                    PyDateTime_TIME_GET_SECOND(time), PyDateTime_TIME_GET_MICROSECOND(time)};
  return write_quoted(out, [&](char* p) { return write_clock(clock, microseconds, p); });
}

char* DateTimes::write_datetime(PyObject* datetime, const NativeOptions& options,
                                char* out) const noexcept {
  const Offset offset = offset_of(PyDateTime_DATE_GET_TZINFO(datetime));
  if (offset.state == Offset::State::unknown) return nullptr;
  return write(datetime, offset, options, out);
}

bool DateTimes::put_datetime(Gil& gil, PyObject* datetime, const NativeOptions& options,
                             Buffer& out) {
  PyObject* const tzinfo = PyDateTime_DATE_GET_TZINFO(datetime);
  Offset offset = offset_of(tzinfo);
  if (offset.state == Offset::State::unknown) offset = ask(gil, datetime, tzinfo);
  if (offset.state == Offset::State::unknown) return false;
  out.reserve(capacity);
  out.advance_to(write(datetime, offset, options, out.cursor()));
  return true;
}

bool DateTimes::is_naive_time(PyObject* time) noexcept {
  return PyDateTime_TIME_GET_TZINFO(time) == Py_None;
}

char* DateTimes::write(PyObject* datetime, const Offset& offset, const NativeOptions& options,
                       char* out) noexcept {
  const bool naive = offset.state == Offset::State::naive;
  const bool local = naive && options.naive_times == NaiveTimes::local;
  return write_quoted(out, [&](char* p) {
    const Date date = date_of(datetime);
    const Clock clock = clock_of(datetime);
    return local ? write_local(date, clock, options.time_form.microseconds, p)
                 : write_timestamp(date, clock, offset.microseconds, options.time_form, p);
  });
}

DateTimes::Offset DateTimes::offset_of(PyObject* tzinfo) const noexcept {
  if (tzinfo == Py_None) return {Offset::State::naive, 0};
  if (tzinfo == utc_) return {Offset::State::aware, 0};
  if (tzinfo == zone_.get()) return {Offset::State::aware, zone_offset_};
  return {};
}

/// tzinfo.utcoffset(datetime). Unknown: with an exception set.
DateTimes::Offset DateTimes::ask(Gil&, PyObject* datetime, PyObject* tzinfo) {
  const Ref zone = Ref::borrow(tzinfo);
  Ref delta = Ref::steal(PyObject_CallMethodOneArg(tzinfo, name_.get(), datetime));
  if (!delta) return {};
  if (delta.get() == Py_None) return {Offset::State::naive, 0};
  constexpr std::int64_t day = 86'400'000'000;
  const auto is_offset = [this](const Ref& found) {
    if (Py_TYPE(found.get()) != delta_) return false;
    const std::int64_t size = microseconds_of(found.get());
    return -day < size && size < day;
  };
  if (!is_offset(delta)) {
    // datetime itself has the words for it.
    delta = Ref::steal(PyObject_CallOneArg(utcoffset_.get(), datetime));
    if (!delta) return {};
    if (delta.get() == Py_None) return {Offset::State::naive, 0};
  }
  const Offset offset{Offset::State::aware, microseconds_of(delta.get())};
  if (Py_TYPE(tzinfo) == Py_TYPE(utc_)) {
    zone_ = zone;
    zone_offset_ = offset.microseconds;
  }
  return offset;
}

}  // namespace adyton::json
