#include <set>

#include "host/pipeline/source.h"
#include "tests/unit/pipeline/toml_step.h"

using namespace adyton::pipeline;
using adyton::cat;
using adyton::make_os;
using test::step_problems;
using List = std::vector<std::string>;

namespace {

constexpr int lines = 20'000;

std::string numbered() {
  std::string text;
  for (int i = 0; i < lines; ++i) text += cat("{\"n\":", i, "}\n");
  return text;
}

/// What the step keeps of a file that is read in batches of that size, from an offset on.
std::string sampled(std::string_view options, const std::string& path,
                    std::size_t batch_size = 256 << 10, std::uint64_t from = 0) {
  const auto outcome = test::read_step_job(cat("use = \"sample\"\n", options));
  REQUIRE(outcome.config);
  const std::map<std::string, adyton::crypto::Keyring, std::less<>> keyrings;
  auto step =
      sample_step.make(outcome.config->steps.front(), {*outcome.config, keyrings, nullptr}, 1);
  REQUIRE(step.ok());
  const auto os = make_os();
  const std::vector<Input> inputs = {{path, 0, 0}};
  Source source(*os, inputs, {.batch_size = batch_size});
  if (from > 0) REQUIRE(source.start_at({.offset = from}).ok());
  std::string out;
  for (;;) {
    auto batch = source.next();
    REQUIRE(batch.ok());
    if (!*batch) return out;
    REQUIRE((*step)->run(**batch).ok());
    for (const Record& record : (*batch)->records) {
      CHECK((record.state == State::live || record.state == State::dropped));
    }
    out += test::outgoing(**batch);
  }
}

auto count(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

}  // namespace

TEST_CASE("sample keeps about the share it is told, and all or nothing at the ends") {
  const test::Folder folder;
  const std::string path = folder.write("a", numbered());
  // Six standard deviations.
  CHECK(std::abs(count(sampled("rate = 0.25", path)) - lines / 4) < 370);
  CHECK(std::abs(count(sampled("rate = 0.01", path)) - lines / 100) < 85);
  CHECK(sampled("rate = 1", path) == numbered());
  CHECK(sampled("rate = 1.0", path) == numbered());
  CHECK(sampled("rate = 0", path).empty());
}

TEST_CASE("sample keeps the same records however the input is cut, and wherever reading begins") {
  const test::Folder folder;
  const std::string text = numbered();
  const std::string path = folder.write("a", text);
  const std::string kept = sampled("rate = 0.1", path);
  CHECK(sampled("rate = 0.1", path, 1000) == kept);
  const std::size_t half = text.find('\n', text.size() / 2) + 1;
  const std::string rest = sampled("rate = 0.1", path, 4096, half);
  CHECK(!rest.empty());
  CHECK(rest.size() < kept.size());
  CHECK(kept.ends_with(rest));
}

TEST_CASE("a larger rate keeps what a smaller one keeps; another seed or file, other records") {
  const test::Folder folder;
  const std::string path = folder.write("a", numbered());
  const auto set = [](const std::string& text) {
    std::set<std::string> all;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
      all.insert(text.substr(at, text.find('\n', at) - at));
    }
    return all;
  };
  const auto small = set(sampled("rate = 0.1", path));
  const auto large = set(sampled("rate = 0.2", path));
  CHECK(std::includes(large.begin(), large.end(), small.begin(), small.end()));
  CHECK(set(sampled("rate = 0.1\nseed = 1", path)) != small);
  CHECK(set(sampled("rate = 0.1\nseed = 0", path)) == small);
  CHECK(set(sampled("rate = 0.1", folder.write("b", numbered()))) != small);
}

TEST_CASE("a rate is a number from 0 to 1") {
  CHECK(step_problems("use = \"sample\"\nrate = 2") == List{"8: rate is a number from 0 to 1"});
  CHECK(step_problems("use = \"sample\"\nrate = -0.1") == List{"8: rate is a number from 0 to 1"});
  CHECK(step_problems("use = \"sample\"\nrate = nan") == List{"8: rate is a number from 0 to 1"});
  CHECK(step_problems("use = \"sample\"\nrate = '1 %'") ==
        List{"8: rate takes a number from 0 to 1, not a string"});
  CHECK(step_problems("use = \"sample\"") == List{"1: sample needs the option \"rate\""});
}
