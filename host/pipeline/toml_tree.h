#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/pipeline/diagnostic.h"

namespace adyton::pipeline {

struct TomlEntry;
struct TomlValue;

/// In the order of the file, so that what is made from them is, too.
using TomlTable = std::vector<TomlEntry>;
using TomlArray = std::vector<TomlValue>;

/// A date or a time: a job has no use for one, so only its being one is kept.
struct TomlDate {};

/// A value of a TOML document and where it stands. A table written as `[name]` stands at its
/// header, an inline one at its brace.
struct TomlValue {
  std::variant<std::string, std::int64_t, double, bool, TomlDate, TomlArray, TomlTable> data;
  Place at;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&data);
  }

  /// "a string", "a table": for messages.
  std::string_view kind() const;
};

struct TomlEntry {
  std::string key;
  Place at;  // of the key
  TomlValue value;
};

/// Reads a TOML 1.0 document. Either the tree, or the first mistake.
std::variant<TomlTable, Diagnostic> parse_toml(std::string_view text);

}  // namespace adyton::pipeline
