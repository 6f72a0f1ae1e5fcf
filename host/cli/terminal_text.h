#pragma once

#include <string>
#include <string_view>

namespace adyton::cli {

/// The text as it is, where a terminal shows it so: UTF-8 without control characters; any other in
/// quotes, with what is special escaped. Text that came from a file goes out through this.
std::string shown(std::string_view text);

/// A JSON text in one line. What stands in it beyond the printable characters is escaped.
std::string shown_record(std::string_view record);

}  // namespace adyton::cli
