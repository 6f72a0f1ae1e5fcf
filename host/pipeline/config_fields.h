#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "host/pipeline/config_sections.h"
#include "host/pipeline/toml_tree.h"
#include "modules/json/pointer.h"

namespace adyton::pipeline {

// The pointers in a step's options. Each gives what was read, or nullopt having reported why not;
// `option` is what messages call the value. None takes the empty pointer, which is the whole
// record.
using Pointers = std::vector<json::Pointer>;

/// An array of pointers of which none overlaps another, or one string.
std::optional<Pointers> read_fields(std::string_view option, const TomlValue& value,
                                    const CheckContext& context);

/// One pointer without `*`.
std::optional<Pointers> read_field(std::string_view option, const TomlValue& value,
                                   const CheckContext& context);

/// One pointer that does not end in `*`.
std::optional<Pointers> read_member(std::string_view option, const TomlValue& value,
                                    const CheckContext& context);

}  // namespace adyton::pipeline
