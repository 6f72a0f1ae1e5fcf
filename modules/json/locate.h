#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "modules/json/findings.h"
#include "modules/json/locator_notes.h"
#include "modules/json/pointer.h"
#include "modules/json/scan.h"

namespace adyton::json {

/// What was found in one text. Reused from text to text, so that nothing is allocated. What was
/// learnt of the texts' shape goes back to the FieldSet in the end, for whoever locates its fields
/// next: it makes that faster, and changes nothing in what is found. One thread at a time. Can be
/// moved, not copied.
struct Locations : Findings {
  detail::NotesLender::Borrowed notes;  // the locator's own
};

/// A set of fields, none overlapping another, compiled for locating all of them in one pass over a
/// text that also checks that all of it is JSON in UTF-8. Immutable: any number of threads.
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
  std::shared_ptr<detail::NotesLender> lender_;
};

}  // namespace adyton::json
