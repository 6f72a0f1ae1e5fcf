#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace adyton::pipeline {

// Records as people look at them. All of it is for a few records at a time, not for a run.

/// One difference between two records.
struct Change {
  std::string pointer;  // JSON Pointer; empty: the whole record
  std::string before;   // JSON text; empty: it was not there
  std::string after;    // JSON text; empty: it is not there any more
};

/// What became of a record, member by member; elements of arrays are told apart by their place.
/// Precondition: both are JSON in UTF-8.
std::vector<Change> changes(std::string_view before, std::string_view after);

/// One text for all ways of writing the same value: RFC 8785's form, but integers keep all their
/// digits. What has no such form (a key that is repeated, half a surrogate pair) stays as it is.
/// Precondition: JSON in UTF-8.
std::string canonical(std::string_view record);

/// A canonical text over several lines, indented.
std::string laid_out(std::string_view canonical_record);

/// What an expected record may say in the place of a value: "<any>" for whatever is there, and
/// "<encrypted>" for a string for which `is_encrypted` holds (it gets the JSON text).
inline constexpr std::string_view any_value = "\"<any>\"";
inline constexpr std::string_view encrypted_value = "\"<encrypted>\"";

/// The actual record with the placeholders of the expected one where they are right, so that the
/// two are the same text if all else is. Precondition: both are canonical.
std::string with_placeholders(std::string_view actual, std::string_view expected,
                              const std::function<bool(std::string_view value)>& is_encrypted);

}  // namespace adyton::pipeline
