#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace adyton::pipeline {

/// A place in a job file; both 1-based, the column in characters (not bytes). 0: no place.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 1;   // how many characters the caret underlines
  std::uint32_t setting = 0;  // of what is not in the file: 1-based number of the --set it is from

  friend bool operator==(const Place&, const Place&) = default;
};

/// One problem in a job file.
struct Diagnostic {
  Place at;
  std::string message;      // what is wrong, one sentence without a full stop
  std::string help;         // the way out ("did you mean …"), or empty
  std::string origin = {};  // what is at fault instead of the file ("--set job.name"), or empty
};

/// The diagnostic as people read it: `path:line:column: error: message`, the line, a caret under
/// the place, the help; or `origin: error: message` and the help. `source` is the job file's text;
/// tabs and wide characters keep the caret in place.
std::string render(const Diagnostic& diagnostic, std::string_view path, std::string_view source);

/// The line, which `at.column` and `at.length` are in, and under it the caret, as render() shows
/// them.
std::string excerpt(std::string_view line, const Place& at);

}  // namespace adyton::pipeline
