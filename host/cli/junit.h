#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace adyton::cli {

/// How one case went.
struct CaseOutcome {
  std::string name;
  std::string place;    // "job.test.toml:12"
  std::string failure;  // what was not as expected, some lines; empty: it passed
  double seconds = 0;
};

/// The outcomes as JUnit XML (one <testsuite>): well-formed whatever the texts hold.
std::string junit_xml(std::string_view suite, const std::vector<CaseOutcome>& outcomes);

}  // namespace adyton::cli
