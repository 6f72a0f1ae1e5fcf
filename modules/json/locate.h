#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "modules/json/field_tree.h"
#include "modules/json/member_heads.h"
#include "modules/json/pointer.h"
#include "modules/json/scan.h"

namespace adyton::json {

namespace detail {

/// What the locator keeps from text to text, for one tree at a time.
struct LocatorNotes {
  std::shared_ptr<const FieldTree> tree;  // what the numbers are of
  std::vector<MemberHeads> heads;         // by the node's number
  std::vector<std::uint64_t> met;  // by the edge's number: the container in which it was met last
  std::uint64_t container = 0;     // the number of the last one; no two have the same
  std::vector<std::string> keys;   // of the open objects all of whose members are named
  std::string unescaped;

  /// For another tree than before all begins anew.
  void take(const std::shared_ptr<const FieldTree>& other) {
    keys.clear();  // a fault leaves some
    if (tree == other) [[likely]]
      return;
    tree = other;
    heads = std::vector<MemberHeads>(other->nodes);
    met.assign(other->edges, 0);
    container = 0;
  }
};

}  // namespace detail

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

/// What was found in one text. Reused from text to text, so that nothing is allocated and what was
/// learnt of the objects' shape serves the next text; what is found does not depend on that. One
/// thread at a time. Can be moved, not copied.
struct Locations {
  std::vector<Match> matches;  // in the order of the text; they never lie in one another
  std::vector<Gap> gaps;
  /// The field on whose path a key is repeated (keys compared after unescaping); no_offset if none.
  std::uint32_t repeated = no_offset;

  detail::LocatorNotes notes;  // the locator's own

  void clear() {
    matches.clear();
    gaps.clear();
    repeated = no_offset;
  }
};

enum class Select {
  fields,  // the matches are the values the fields name
  rest,  // the matches are all that lies neither in nor on the way to a field; `field` is no_offset
};

/// A set of fields, none overlapping another, compiled for locating all of them in one pass over a
/// text that also checks the whole text's syntax. Immutable: any number of threads.
class FieldSet {
 public:
  /// Precondition: no two pointers overlap. May be empty: then locate() only validates.
  explicit FieldSet(std::span<const Pointer> fields);

  const std::vector<Pointer>& pointers() const { return pointers_; }

  /// Precondition: `text` is shorter than 4 GiB and scan_padding bytes behind it are readable.
  /// On a fault `out` holds nothing of use.
  Fault locate(std::string_view text, Locations& out, Select select = Select::fields) const;

 private:
  std::vector<Pointer> pointers_;
  std::shared_ptr<const detail::FieldTree> tree_;
};

}  // namespace adyton::json
