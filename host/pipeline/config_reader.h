#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/pipeline/config_keys.h"
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

/// `KEY takes a string, not an integer`, at the value.
void report_type(Diagnostics& problems, std::string_view key, std::string_view expected,
                 const TomlValue& value, std::string_view help = {});

/// `KEY is "a" or "b", not "c"`, at the value; `help` where none of them is near.
void report_choice(Diagnostics& problems, std::string_view key,
                   std::span<const std::string_view> choices, const std::string& text, Place at,
                   std::string_view help = {});

/// Reads one table of a job by the rules of its keys. All that the rules say of it is reported when
/// the reader is made: keys that there are not, that are missing, that are of the wrong type. What
/// is asked for afterwards is as the rules say, or absent. Borrows all it is given.
class TableReader {
 public:
  /// `title`: what messages call the table ("[job]"); `at`: where its header stands.
  TableReader(const TomlTable& table, std::string_view title, Place at,
              std::span<const KeyRule> rules, Diagnostics& problems);

  /// The entry if it is there and sound, else nullptr.
  const TomlEntry* find(std::string_view key) const;

  /// As find(); and reports the absence of a key that the rules leave free, unless a key was
  /// reported that is nearly it.
  const TomlEntry* require(std::string_view key, std::string_view help);

  /// True if the key was written, sound or not.
  bool has(std::string_view key) const;

  /// Each: of a key of that kind. Absent, or unsound and reported: nullptr, nullopt, empty.
  const std::string* text(std::string_view key) const;  // text, choice and path
  const bool* flag(std::string_view key) const;
  std::optional<std::uint64_t> size(std::string_view key) const;
  std::vector<const TomlValue*> texts(std::string_view key) const;  // texts and paths

  /// require() and text() of a key of KeyKind::any; it is reported if it is no string.
  const std::string* required_text(std::string_view key, std::string_view help);

  /// Of a key that was written.
  Place place(std::string_view key) const;

 private:
  const TomlEntry* entry(std::string_view key) const;
  const KeyRule* rule(std::string_view key) const;
  void report_unknown(const TomlEntry& entry);
  std::string complaint(const TomlEntry& entry) const;
  std::string whereabouts(const TomlEntry& entry) const;
  std::string noun(std::string_view key) const;
  bool holds_tables() const;

  const TomlTable& table_;
  std::string title_;
  Place at_;
  std::span<const KeyRule> rules_;
  std::set<std::string_view> meant_;    // keys that a misspelt one was taken for
  std::set<std::string_view> unsound_;  // keys that were reported
  Diagnostics& problems_;
};

}  // namespace adyton::pipeline
