#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/pipeline/diagnostic.h"
#include "host/pipeline/toml_tree.h"

namespace adyton::pipeline {

using Diagnostics = std::vector<Diagnostic>;

/// The diagnostics in the order of the file, those without a place at the end.
void sort_by_place(Diagnostics& problems);

/// `did you mean "name"?`, or `other` where no candidate is near.
std::string suggestion(std::string_view word, std::span<const std::string_view> candidates,
                       std::string_view other);

/// "a, b and c".
std::string listing(std::span<const std::string_view> words, std::string_view last_word = "and");

/// One key that a table may have.
struct KeyRule {
  std::string_view name;
  std::string_view unavailable = {};  // a key of a later version: what can be done instead
};

/// Reads one table of a job: every key that no rule names is reported when the reader is made, a
/// missing one or one of the wrong type when it is asked for. Borrows all it is given.
class TableReader {
 public:
  enum class Holds { keys, tables };

  /// `title`: what messages call the table ("[job]"); `at`: where its header stands; `holds`: what
  /// its entries are called.
  TableReader(const TomlTable& table, std::string_view title, Place at,
              std::span<const KeyRule> rules, Diagnostics& problems, Holds holds = Holds::keys);

  /// The entry, or nullptr. Of a key that must be there its absence is reported, unless a key was
  /// reported that is nearly it.
  const TomlEntry* find(std::string_view key) const;
  const TomlEntry* require(std::string_view key, std::string_view help);

  /// The value of an optional key; nullptr if it is absent or, which is reported, of another type.
  const std::string* text(std::string_view key, std::string_view help = {});
  const std::string* required_text(std::string_view key, std::string_view help);
  const bool* flag(std::string_view key);

  const Place& at() const { return at_; }
  std::string_view title() const { return title_; }

 private:
  void report_unknown(const TomlEntry& entry, std::span<const KeyRule> rules);
  std::string noun(std::string_view key) const;
  const std::string* text_of(const TomlEntry* entry, std::string_view help);

  const TomlTable& table_;
  std::string title_;
  Place at_;
  Holds holds_;
  std::set<std::string_view> meant_;  // keys that a misspelt one was taken for
  Diagnostics& problems_;
};

/// `KEY takes a string, not an integer`, at the value.
void report_type(Diagnostics& problems, std::string_view key, std::string_view expected,
                 const TomlValue& value, std::string_view help = {});

}  // namespace adyton::pipeline
