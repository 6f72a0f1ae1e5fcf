#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/array_text.h"
#include "modules/json/binding/datetime_text.h"
#include "modules/json/binding/fields.h"
#include "modules/json/binding/instance_attribute.h"

namespace adyton::json {

/// What the instances of a type are to JSON, beyond what JSON has a form for.
enum class NativeKind : std::uint8_t {
  none,
  real,  // derived from float: known here only for speed
  dataclass,
  enumeration,
  datetime,
  date,
  time,
  uuid,
  decimal,
  numpy_array,
  numpy_scalar,
  array,
  memoryview,
  bytes,
  fragment,
};

/// A number that lies at `offset` in every instance of a type.
struct EmbeddedNumber {
  Py_ssize_t offset = 0;
  Element element = Element::int8;
};

struct NativeType {
  NativeKind kind = NativeKind::none;
  std::unique_ptr<const Fields> fields = {};  // of a dataclass
  InstanceAttribute attribute = {};           // an enumeration's value, a UUID's number
  EmbeddedNumber number = {};                 // of a numpy_scalar
  python::Ref to_text = {};  // what makes a decimal's text, if that is not the type's own tp_str
  const char* advice = "";   // of a type that nearly is of a kind, to follow a message
};

/// Tells the kinds of types. What it found is kept for a limited number of types, without keeping
/// the types alive, and forgotten when a type changes: CPython gives each state of a type a version
/// of its own. A type that has none (it ran out of them) is looked at every time. A change inside
/// the dict __dataclass_fields__ of a class is no change of the class, and not seen.
///
/// Modules whose types are known here are never imported: without the module there are no
/// instances. One for each interpreter; every function needs the GIL.
class NativeTypes {
 public:
  /// While there is one, no NativeType goes away.
  class Use {
   public:
    explicit Use(NativeTypes& types) : types_(types) { types_.begin_use(); }
    ~Use() { types_.end_use(); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    NativeTypes& types_;
  };

  /// The type of `object`, which is no str, int, float, bool, None, list, tuple or dict. Null with
  /// an exception set. Throws std::bad_alloc. Precondition: there is a Use.
  const NativeType* of(python::Gil& gil, PyObject* object);

  /// The same if it is known already; else null, without an exception. No Python code runs.
  const NativeType* find(PyTypeObject* type) const noexcept {
    const Entry* const entry = slots_.empty() ? nullptr : slots_[slot_of(type)].get();
    return entry != nullptr && entry->version != 0 && entry->version == type->tp_version_tag
               ? &entry->native
               : nullptr;
  }

  /// Loaded if a type was found to be one of its own.
  DateTimes& datetimes() { return datetimes_; }
  const DateTimes& datetimes() const { return datetimes_; }

  void set_fragment_type(python::Ref type) { fragment_type_ = std::move(type); }

  int traverse(visitproc visit, void* arg);
  void clear();

 private:
  struct Entry {
    PyTypeObject* type = nullptr;  // to compare with only
    unsigned version = 0;
    NativeType native = {};
  };
  using Slots = std::vector<std::unique_ptr<Entry>>;

  void begin_use();
  void end_use();
  std::size_t slot_of(PyTypeObject* type) const noexcept;
  const NativeType* keep(PyTypeObject* type, unsigned version, NativeType native);
  void grow();
  bool is_date_or_time(python::Gil& gil, PyTypeObject* type, NativeType& native);
  bool classify(python::Gil& gil, PyObject* object, NativeType& native);

  // A table of open addressing, a power of two, at most half full.
  Slots slots_;
  std::size_t kept_ = 0;
  // What is in use perhaps, and no longer true.
  std::vector<std::unique_ptr<Entry>> retired_;
  std::size_t users_ = 0;
  DateTimes datetimes_;
  python::Ref fragment_type_;
};

}  // namespace adyton::json
