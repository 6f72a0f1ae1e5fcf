#pragma once

#include <cstdint>
#include <optional>

#include "host/pipeline/config_keys.h"
#include "host/pipeline/config_reader.h"
#include "host/pipeline/toml_tree.h"

namespace adyton::pipeline {

/// True if the entry's value is as the rule says; else says why not, once.
bool check_value(const KeyRule& rule, const TomlEntry& entry, Diagnostics& problems);

/// The bytes that a sound value of KeyKind::size means.
std::optional<std::uint64_t> size_of(const TomlValue& value);

/// "1 %", "0.5%": the share, 0 to 1; nullopt if it is none.
std::optional<double> parse_share(std::string_view text);

}  // namespace adyton::pipeline
