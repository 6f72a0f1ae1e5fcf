#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace adyton::cli {

/// The difference of two texts, line by line, as `diff -u` writes it, with three lines around each
/// change and without the two lines that name files. Empty if there is none.
std::string unified_diff(const std::vector<std::string>& before,
                         const std::vector<std::string>& after);

}  // namespace adyton::cli
