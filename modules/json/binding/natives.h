#pragma once

#include <cstddef>
#include <cstdint>

#include <Python.h>

#include "host/python/gil.h"
#include "host/python/ref.h"
#include "modules/json/binding/native_types.h"
#include "modules/json/write.h"

namespace adyton::json {

struct SerializeOptions;

/// What became of an object that was offered to a NativeWriter.
enum class Offer : std::uint8_t {
  written,
  value,       // `instead` is to be written in its place
  fields,      // it is an instance of a dataclass with these
  not_finite,  // `instead` is a float in it that the options refuse
  unknown,     // `default` may know what it is
  failed,      // with an exception set
};

/// Writes objects that JSON has no form for, but an obvious text: dates and times, UUIDs, decimals,
/// arrays of numbers, Fragments, and bytes where an option says how. Containers are the caller's
/// affair. The GIL is held for its whole life. Throws std::bad_alloc.
class NativeWriter {
 public:
  /// `types`, `options` and `writer` are borrowed.
  NativeWriter(python::Gil& gil, NativeTypes& types, const SerializeOptions& options,
               Writer& writer);

  /// Whether there is anything to offer to it.
  bool is_active() const { return natives_ || bytes_; }

  /// Whether objects of that type are known to be for it.
  bool knows(PyTypeObject* type) const noexcept {
    const NativeType* const found = is_active() ? types_.find(type) : nullptr;
    return found != nullptr && found->kind != NativeKind::none && found->kind != NativeKind::real;
  }

  /// Makes the type of a float that is not exactly one known to offer_quickly().
  void learn_real(PyObject* number);

  // `object` is no str, int, float, bool, None, list, tuple or dict, nor of a type derived from
  // one.

  /// What needs no Python code, and no more room than the `room` bytes at `out`, at least
  /// `quick_room`.
  struct Quick {
    char* end = nullptr;             // of the text, if it was written
    const Fields* fields = nullptr;  // of an instance of a dataclass
  };
  static constexpr std::size_t quick_room = 200;
  Quick offer_quickly(PyObject* object, char* out, std::size_t room) noexcept;

  /// The same for a key that is no str: the end of its text, with its quotes, or null.
  char* write_key_quickly(PyObject* key, char* out) noexcept;

  /// The whole of it. `room` is how many more containers may be opened. Sets `instead` or `fields`
  /// where the result says so.
  Offer offer(PyObject* object, std::size_t room, python::Ref& instead, const Fields*& fields);

  /// What a key that is no str stands for: a member of an enumeration for its value. None with an
  /// exception set.
  python::Ref key(PyObject* key);

  /// Whether such a key, which is no str, int, float, bool or None, has a text; failed with an
  /// exception set.
  enum class KeyText : std::uint8_t { yes, no, failed };
  KeyText has_text(PyObject* key);

  /// Writes it with its quotes. Precondition: has_text(). False with an exception set.
  bool put_key(PyObject* key);

  /// What to do about an object that was not written, to follow a message, or "".
  const char* advice(PyObject* object);

 private:
  Offer offer_enumeration(PyObject* object, const NativeType& type, python::Ref& instead);
  char* write_uuid_number(PyObject* number, char* out) noexcept;
  char* write_scalar(PyObject* object, const EmbeddedNumber& number, char* out) noexcept;
  char* write_fragment(PyObject* fragment, char* out, std::size_t room) noexcept;
  char* write_short_buffer(PyObject* object, char* out, std::size_t room) noexcept;
  char* write_real_object(PyObject* number, char* out) noexcept;
  char* write_text(PyObject* object, const NativeType& type, char* out) noexcept;
  Offer put_uuid(PyObject* object, const NativeType& type);
  Offer put_decimal(PyObject* object, const NativeType& type);
  Offer put_buffer(PyObject* object, std::size_t room, python::Ref& instead);
  Offer put_scalar(PyObject* object, const EmbeddedNumber& number, python::Ref& instead);
  Offer put_array(const Array& array, std::size_t room, python::Ref& instead);
  Offer put_memoryview(PyObject* object, std::size_t room, python::Ref& instead);
  Offer put_bytes(PyObject* object);
  Offer put_fragment(PyObject* object);

  python::Gil& gil_;
  NativeTypes& types_;
  const NativeTypes::Use use_;
  const SerializeOptions& options_;
  Writer& writer_;
  Buffer& out_;
  const bool natives_;
  const bool bytes_;
};

}  // namespace adyton::json
