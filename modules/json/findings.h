#pragma once

#include <cstdint>
#include <vector>

namespace adyton::json {

/// A value that a field of the set names. Offsets are into the text.
struct Match {
  std::uint32_t field;   // index into the FieldSet's pointers
  std::uint32_t member;  // where the member (its key's quote) or the element begins
  std::uint32_t begin;   // the value, without white space around it
  std::uint32_t end;
  std::uint32_t
      container;           // the offset of the bracket it lies in; no_offset for the whole document
  std::uint32_t position;  // how many members or elements stand before it
  std::uint32_t comma;     // the comma before it; no_offset for the first
  std::uint32_t next;      // where the next member or element begins; no_offset for the last
};
inline constexpr std::uint32_t no_offset = 0xffffffff;

/// A container in which a member that a field needs is absent, or a value that is no container
/// where a field goes on inside.
struct Gap {
  std::uint32_t field;
  std::uint32_t depth;  // how many of the field's tokens were found: tokens()[depth] is absent
  std::uint32_t begin;  // the value in which it is absent
  std::uint32_t end;
};

enum class Select {
  fields,  // the matches are the values the fields name
  rest,  // the matches are all that lies neither in nor on the way to a field; `field` is no_offset
};

/// What was found in one text.
struct Findings {
  std::vector<Match> matches;  // in the order of the text; they never lie in one another
  std::vector<Gap> gaps;
  /// The field on whose path a key is repeated (keys compared after unescaping); no_offset if none.
  std::uint32_t repeated = no_offset;

  void clear() {
    matches.clear();
    gaps.clear();
    repeated = no_offset;
  }
};

}  // namespace adyton::json
