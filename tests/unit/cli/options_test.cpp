#include "host/cli/options.h"

#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/cli/support.h"

using namespace adyton::cli;
namespace po = boost::program_options;

namespace {

struct Parsed {
  std::variant<po::variables_map, int> result;
  std::string out;
  std::string err;

  int code() const { return std::get<int>(result); }
  const po::variables_map& values() const { return std::get<po::variables_map>(result); }
};

Parsed parse(const std::vector<std::string>& args) {
  CommandOptions command{"run", "job", "usage: adyton run JOB\n", {}};
  command.options.add_options()("quiet", "say nothing")("threads", po::value<int>(), "how many");
  test::Capture out(stdout);
  test::Capture err(stderr);
  Parsed parsed{parse_options(std::move(command), args), {}, {}};
  parsed.err = err.text();
  parsed.out = out.text();
  return parsed;
}

}  // namespace

TEST_CASE("options stand before and behind the argument") {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"--quiet", "--threads", "3", "a.toml"},
        {"a.toml", "--threads=3", "--quiet"}}) {
    const auto parsed = parse(args);
    REQUIRE(std::holds_alternative<po::variables_map>(parsed.result));
    CHECK(parsed.values()["job"].as<std::string>() == "a.toml");
    CHECK(parsed.values()["threads"].as<int>() == 3);
    CHECK(parsed.values().count("quiet") == 1);
  }
}

TEST_CASE("an unknown option is a usage error that names the one that was meant") {
  const auto parsed = parse({"a.toml", "--quite"});
  CHECK(parsed.code() == exit_usage);
  CHECK(parsed.err ==
        "adyton run: there is no option --quite; did you mean --quiet?\ntry: adyton run --help\n");
  CHECK(parse({"a.toml", "--frobnicate"}).err ==
        "adyton run: there is no option --frobnicate\ntry: adyton run --help\n");
}

TEST_CASE("options are not abbreviated") {
  CHECK(parse({"a.toml", "--qui"}).code() == exit_usage);
}

TEST_CASE("the argument must be there, once") {
  CHECK(parse({}).err == "adyton run: which job?\ntry: adyton run --help\n");
  const auto two = parse({"a.toml", "b.toml"});
  CHECK(two.code() == exit_usage);
  CHECK(two.err == "adyton run: takes one job, not several\ntry: adyton run --help\n");
}

TEST_CASE("a value that is none is a usage error") {
  CHECK(parse({"a.toml", "--threads", "many"}).code() == exit_usage);
  CHECK(parse({"a.toml", "--threads"}).code() == exit_usage);
  CHECK(parse({"a.toml", "--quiet=yes"}).code() == exit_usage);
}

TEST_CASE("--help prints the usage and the options, on standard output, whatever else is there") {
  const auto parsed = parse({"--help"});
  CHECK(parsed.code() == exit_done);
  CHECK(parsed.err.empty());
  CHECK(parsed.out.starts_with("usage: adyton run JOB\n"));
  CHECK(parsed.out.find("--threads") != std::string::npos);
  CHECK(parsed.out.find("--job") == std::string::npos);
}
