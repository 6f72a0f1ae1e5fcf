#include "host/cli/run.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/text.h"
#include "host/cli/check.h"
#include "host/cli/options.h"
#include "host/cli/stop_signal.h"
#include "tests/unit/cli/support.h"

using namespace adyton;
using namespace adyton::cli;

namespace {

/// A folder of the test's own, the current one while it lives.
class Workplace {
 public:
  Workplace() : before_(std::filesystem::current_path()) {
    char name[] = "/tmp/adyton-test-XXXXXX";
    path_ = ::mkdtemp(name);
    std::filesystem::current_path(path_);
  }
  ~Workplace() {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(path_);
  }
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(name, std::ios::binary) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  std::filesystem::path before_;
  std::filesystem::path path_;
};

struct Ended {
  int code;
  std::string out;
  std::string err;
};

template <class Command>
Ended capture(Command&& command) {
  test::Capture out(stdout);
  test::Capture err(stderr);
  const int code = command();
  std::string errors = err.text();
  return {code, out.text(), std::move(errors)};
}

Result<std::unique_ptr<pipeline::ScriptHost>> no_scripts(const pipeline::JobConfig&) {
  return Error{ErrorCode::config, "no script can run here"};
}

Ended run(const std::vector<std::string>& args) {
  const auto os = make_os();
  return capture([&] { return run_command(args, *os, no_scripts); });
}

Ended check(const std::vector<std::string>& args) {
  const auto os = make_os();
  return capture([&] { return check_command(args, *os); });
}

constexpr std::string_view copy_job =
    "[job]\nname = 'copy'\n[source]\nfiles = ['in/*.ndjson']\n[sink]\nfiles = "
    "'out/{stem}.ndjson'\n";

struct CopyJob : Workplace {
  CopyJob() {
    std::filesystem::create_directory("in");
    write("in/a.ndjson", "{\"a\": 1}\n\n{\"b\": 2}\n");
    write("in/b.ndjson", "[]\n");
    write("job.toml", copy_job);
  }
};

}  // namespace

TEST_CASE("check prints what a job in order would do, and touches nothing") {
  CopyJob place;
  const auto ended = check({"job.toml"});
  CHECK(ended.code == exit_done);
  CHECK(ended.err == "");
  CHECK(ended.out ==
        "job.toml: ok\n"
        "  reads         2 files: \"in/a.ndjson\", \"in/b.ndjson\" (22 B)\n"
        "  steps         none: records are checked and copied\n"
        "  writes        \"out/a.ndjson\", \"out/b.ndjson\"\n"
        "  dead letters  no file; none allowed\n");
  CHECK_FALSE(std::filesystem::exists("out"));
}

TEST_CASE("check prints every mistake with its line, and how many there are") {
  Workplace place;
  place.write("job.toml", "[job]\nname = 'j'\nx = 1\n[source]\nfiles = []\n[sink]\nfiles = '-'\n");
  const auto ended = check({"job.toml"});
  CHECK(ended.code == exit_config);
  CHECK(ended.out == "");
  CHECK(ended.err ==
        "job.toml:3:1: error: [job] has no key \"x\"\n    x = 1\n    ^\n"
        "    help: [job] has name, domain, state and commit_every\n"
        "job.toml:5:9: error: files is empty\n    files = []\n            ^~\n"
        "    help: files = [\"data/*.ndjson\"], or \"-\" for standard input\n"
        "job.toml: 2 errors\n");
}

TEST_CASE("check finds inputs that match nothing and outputs that exist, in their place") {
  CopyJob place;
  place.write("none.toml", "[job]\nname='j'\n[source]\nfiles='x/*.ndjson'\n[sink]\nfiles='-'\n");
  const auto none = check({"none.toml"});
  CHECK(none.code == exit_config);
  CHECK(none.err.starts_with("none.toml:4:7: error: no file matches \"x/*.ndjson\""));
  std::filesystem::create_directory("out");
  place.write("out/b.ndjson", "");
  const auto taken = check({"job.toml"});
  CHECK(taken.code == exit_config);
  CHECK(taken.err.find("out/b.ndjson") != std::string::npos);
  CHECK(taken.err.starts_with("job.toml:6:9: error: "));
  CHECK(taken.err.find("    files = 'out/{stem}.ndjson'\n            ^") != std::string::npos);
}

TEST_CASE("a job file that is not there is a bad job, not a crash") {
  Workplace place;
  const auto ended = check({"none.toml"});
  CHECK(ended.code == exit_config);
  CHECK(ended.err == "none.toml: error: cannot open none.toml: No such file or directory\n");
  CHECK(run({"none.toml"}).code == exit_config);
}

TEST_CASE("run publishes and prints the summary on standard error") {
  CopyJob place;
  const auto ended = run({"job.toml"});
  CHECK(ended.code == exit_done);
  CHECK(ended.out == "");
  CHECK(ended.err.starts_with("copy: done in "));
  CHECK(ended.err.find("  written      3 records to 2 files (22 B)\n") != std::string::npos);
  CHECK(place.read("out/a.ndjson") == "{\"a\": 1}\n\n{\"b\": 2}\n");
}

TEST_CASE("--summary json prints one object on standard output; --quiet prints nothing") {
  CopyJob place;
  const auto json = run({"job.toml", "--summary", "json", "--threads", "1"});
  CHECK(json.code == exit_done);
  CHECK(json.err == "");
  CHECK(json.out.starts_with("{\"job\":\"copy\",\"outcome\":\"done\",\"read\":3,"));
  CHECK(json.out.find("\"blank\":1") != std::string::npos);
  CHECK(json.out.ends_with("}\n"));
  std::filesystem::remove_all("out");
  const auto quiet = run({"--quiet", "job.toml"});
  CHECK(quiet.code == exit_done);
  CHECK(quiet.out + quiet.err == "");
}

TEST_CASE("where records go to standard output, the summary in JSON goes to standard error") {
  CopyJob place;
  place.write("job.toml", "[job]\nname='j'\n[source]\nfiles='in/b.ndjson'\n[sink]\nfiles='-'\n");
  const auto ended = run({"job.toml", "--summary=json"});
  CHECK(ended.code == exit_done);
  CHECK(ended.out == "[]\n");
  CHECK(ended.err.starts_with("{\"job\":\"j\","));
}

TEST_CASE("too many dead records publish nothing and exit with 65") {
  CopyJob place;
  place.write("in/b.ndjson", "[]\nnonsense\n");
  const auto ended = run({"job.toml"});
  CHECK(ended.code == exit_over_budget);
  CHECK(ended.err.starts_with("copy: over budget in "));
  CHECK(
      ended.err.ends_with("adyton run: 1 record is dead and max_errors allows none: nothing "
                          "was published\n"));
  CHECK_FALSE(std::filesystem::exists("out/a.ndjson"));
  const auto quiet = run({"job.toml", "--quiet"});
  CHECK(quiet.code == exit_over_budget);
  CHECK(quiet.err.find("; the first: in/b.ndjson:2") != std::string::npos);
}

TEST_CASE("a bad option, form or number of threads is a usage error") {
  CopyJob place;
  CHECK(run({"job.toml", "--summary", "xml"}).err ==
        "adyton run: --summary is text or json, not \"xml\"\n");
  CHECK(run({"job.toml", "--threads", "0"}).code == exit_usage);
  CHECK(run({"job.toml", "--threads", "2000"}).code == exit_usage);
  CHECK(run({}).code == exit_usage);
  CHECK_FALSE(std::filesystem::exists("out"));
}

TEST_CASE("only a job with a Python step starts Python, and where that fails nothing is written") {
  CopyJob place;
  place.write("s.py", "def f(record): return record\n");
  place.write("job.toml", cat(copy_job, "[[step]]\nuse = 'python'\ncall = 's.py:f'\n"));
  const auto ended = run({"job.toml"});
  CHECK(ended.code == exit_config);
  CHECK(ended.err == "adyton run: no script can run here\n");
  CHECK_FALSE(std::filesystem::exists("out"));
}

TEST_CASE("the dead-letter file is told apart from the outputs") {
  pipeline::JobConfig job;
  job.steps.resize(1);
  job.steps[0].use = "encrypt";
  job.dead_letter.file = "dead";
  pipeline::RunReport report;
  report.outputs = {"a", "dead"};
  report.tally.dead[{1, "missing field"}] = 2;
  const auto summary = make_summary(job, report);
  CHECK(summary.outputs == std::vector<std::string>{"a"});
  CHECK(summary.dead_letter == "dead");
  REQUIRE(summary.dead_by.size() == 1);
  CHECK(summary.dead_by[0].use == "encrypt");
}

TEST_CASE("a second signal ends the process at once, as a run that was stopped") {
  const pid_t child = ::fork();
  if (child == 0) {
    const StopSignal stop;
    ::raise(SIGTERM);
    ::raise(SIGINT);
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == exit_stopped);
}

TEST_CASE("the first signal asks to stop; afterwards all is as before") {
  enum class Handler { usual, ignored, ours };
  const auto handler = [](int number) {
    struct sigaction action;
    ::sigaction(number, nullptr, &action);
    if (action.sa_handler == SIG_DFL) return Handler::usual;
    return action.sa_handler == SIG_IGN ? Handler::ignored : Handler::ours;
  };
  const auto interrupt_handler = [] {
    struct sigaction action;
    ::sigaction(SIGINT, nullptr, &action);
    return reinterpret_cast<std::uintptr_t>(action.sa_handler);
  };
  const auto before = interrupt_handler();  // the test driver's
  struct sigaction ignore = {};
  ignore.sa_handler = SIG_IGN;
  struct sigaction hangup;
  ::sigaction(SIGHUP, &ignore, &hangup);
  {
    const StopSignal stop;
    CHECK_FALSE(stop.requested());
    CHECK(handler(SIGPIPE) == Handler::ignored);
    CHECK(handler(SIGHUP) == Handler::ignored);  // as under nohup
    ::raise(SIGTERM);
    CHECK(stop.requested());
    CHECK(handler(SIGINT) == Handler::ours);
    CHECK(handler(SIGALRM) == Handler::ours);  // an end to patience
  }
  CHECK(::alarm(0) == 0);
  CHECK(interrupt_handler() == before);
  CHECK(handler(SIGPIPE) == Handler::usual);
  ::sigaction(SIGHUP, &hangup, nullptr);
  CHECK_FALSE(StopSignal().requested());
}
