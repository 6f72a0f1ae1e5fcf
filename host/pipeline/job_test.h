#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/config.h"
#include "host/pipeline/diagnostic.h"
#include "host/pipeline/steps/script.h"

namespace adyton::pipeline {

/// What a case expects of a dead record; what is absent may be anything.
struct ExpectedDeath {
  std::optional<std::uint32_t> step;
  std::string use;
  std::string reason;
  std::string field;

  bool matches(const JobConfig& job, const DeadRecord& dead) const;
  std::string text() const;
};

/// One [[case]] of a test file.
struct TestCase {
  std::string name;
  Place at;
  std::vector<std::string> input;                  // records as JSON text (or what claims to be)
  std::string input_file;                          // instead of `input`
  std::optional<std::vector<std::string>> expect;  // records as JSON text
  std::string expect_file;                         // instead of `expect`: NDJSON
  bool expect_drop = false;                        // of every record
  std::vector<ExpectedDeath> expect_dead;          // in input order; no others may die
  bool decrypt = false;                            // what the job encrypted is opened first
  std::vector<std::string> set;                    // KEY=VALUE, as --set takes them
  std::map<std::string, std::string> environment;  // before that of the process
};

struct TestCases {
  std::vector<TestCase> cases;
  std::vector<Diagnostic> diagnostics;  // if there is any, the cases are of no use
  std::string source;                   // the file's text
};

/// "job.test.toml" of "job.toml".
std::string test_file_of(const std::string& job_path);

/// Reads a test file and reports at once all that is wrong with it. Opens no other file.
TestCases read_test_cases(Os& os, const std::string& path);

/// What a job made of a case's records.
struct TestRun {
  std::vector<std::string> output;      // the records that go on, decrypted if the case says so
  std::vector<std::string> dead;        // what each dead one died of, with detail and traceback
  std::vector<std::string> unexpected;  // in words: deaths and drops that are not as expected
  std::uint64_t dropped = 0;
};

/// Runs the job's steps over the case's records, on the calling thread; touches no source but
/// input_file, no sink and no state. An error is one of the job (ErrorCode::config) or of
/// input_file.
Result<TestRun> run_case(const TestCase& test, const JobConfig& job, Os& os, ScriptHost* scripts);

/// Recognises the ciphertexts of a job's keyrings by their form. Empty where a job has none.
Result<std::function<bool(std::string_view value)>> ciphertexts_of(const JobConfig& job, Os& os);

}  // namespace adyton::pipeline
