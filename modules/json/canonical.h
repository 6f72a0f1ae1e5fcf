#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "modules/json/scan.h"

namespace adyton::json {

/// What becomes of an integer that a double does not hold to its last digit, as 2^53 + 1.
enum class Integers : std::uint8_t {
  doubles,  // it is a fault: RFC 8785 knows numbers that are doubles only
  exact,    // it keeps its digits, so that different integers stay different
};

/// The canonical form of JSON texts by RFC 8785 (JCS): no white space, members in the order of
/// their keys' UTF-16 code units, numbers as ECMAScript writes them, no escape but the needed ones;
/// so texts that mean the same have the same form, and a form is its own form. Keeps its memory
/// from text to text: a text no larger than those before it allocates nothing. One thread at a
/// time.
class Canonicalizer {
 public:
  explicit Canonicalizer(Integers integers) : integers_(integers) {}

  /// Appends the form of `text` to `out`. A text that is not JSON in UTF-8, nests deeper than
  /// max_depth, repeats a key (compared after unescaping), holds a surrogate without its other half
  /// or a number beyond the largest double: a fault, and `out` is as it was.
  Fault append(std::string_view text, std::string& out);

 private:
  class Reader;

  enum class Kind : std::uint8_t { scalar, array, object };

  /// A value. They stand in the order of the text, so that what a container holds follows it.
  struct Value {
    Kind kind;
    std::size_t end;         // the index behind the last value within this one
    std::size_t text_begin;  // scalar: its form within texts_; object: its members within order_
    std::size_t text_size;   //   or how many members
    std::size_t key_begin;   // of an object's member: the characters of its key within texts_
    std::size_t key_size;
    std::size_t key_offset;  // and where the key stands in the text
  };

  std::string_view key_of(std::size_t value) const {
    return std::string_view(texts_).substr(values_[value].key_begin, values_[value].key_size);
  }
  bool sort_members(std::size_t object, Fault& fault);
  void write(std::size_t value, std::string& out) const;

  Integers integers_;
  std::string input_;               // the text with the NUL that the parser wants behind it
  std::string texts_;               // forms of scalars and characters of keys
  std::vector<Value> values_;       // the first is the whole document
  std::vector<std::size_t> order_;  // the members of each object, sorted
};

/// Writes a finite double as ECMAScript does (Number.prototype.toString) at `out`, which has room
/// for ecmascript_capacity characters; returns the end.
inline constexpr std::size_t ecmascript_capacity = 32;
char* write_ecmascript(double value, char* out);

/// True if key `a` stands before `b` by UTF-16 code units; both are UTF-8.
bool utf16_less(std::string_view a, std::string_view b);

}  // namespace adyton::json
