#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "host/pipeline/steps/specs.h"
#include "tests/unit/pipeline/support.h"

namespace adyton::pipeline::test {

/// Steps with the keyring "pii", and what they do to lines.
class KeyBench {
 public:
  explicit KeyBench(crypto::KeyType type) {
    job_.path = "job.toml";
    job_.domain = "test";
    add_keyring("pii", type);
    options["key"] = std::string("pii");
    options["missing"] = std::string("error");
  }

  void domain(std::string name) { job_.domain = std::move(name); }

  /// A new keyring of that name; what had it is gone.
  crypto::Keyring& add_keyring(const std::string& name, crypto::KeyType type) {
    job_.keyrings[name].file = name + ".json";
    return keyrings_.insert_or_assign(name, crypto::Keyring::generate(type)).first->second;
  }
  void replace_key(crypto::KeyType type) { add_keyring("pii", type); }
  void rotate() { keyring().rotate(*keyring().keys().back().type); }
  crypto::Keyring& keyring() { return keyrings_.find("pii")->second; }

  std::string run(const StepSpec& spec, std::initializer_list<const char*> fields,
                  std::string_view lines) {
    auto made = make(spec, fields);
    REQUIRE(made.ok());
    Batch batch = batch_of(lines);
    REQUIRE((*made)->run(batch).ok());
    dead.clear();
    for (const DeadRecord& why : batch.dead) {
      dead.push_back(cat(why.origin, " ", why.kind, " ", why.field));
    }
    values = batch.values;
    return outgoing(batch);
  }

  /// Why the step cannot be made. The options `key`, `key_id`… stand on lines 7, 8…
  Error error(const StepSpec& spec, std::initializer_list<const char*> fields) {
    auto made = make(spec, fields);
    REQUIRE_FALSE(made.ok());
    return made.error();
  }

  std::map<std::string, OptionValue, std::less<>> options;
  std::vector<std::string> dead;
  std::uint64_t values = 0;

 private:
  Result<std::unique_ptr<Step>> make(const StepSpec& spec,
                                     std::initializer_list<const char*> fields) {
    StepConfig step;
    step.use = spec.name;
    step.options = options;
    step.at = {5, 1, 8};
    step.places = {{"key", {7, 9, 5}}, {"key_id", {8, 9, 5}}, {"from", {9, 9, 5}}};
    if (options.contains("algorithm")) step.places["algorithm"] = {10, 9, 5};
    std::vector<json::Pointer> pointers;
    for (const char* field : fields) pointers.push_back(*json::Pointer::parse(field));
    step.options["fields"] = pointers;
    if (!options.contains("algorithm")) step.options["algorithm"] = std::string("sha256");
    return spec.make(step, {job_, keyrings_, nullptr}, 1);
  }

  JobConfig job_;
  std::map<std::string, crypto::Keyring, std::less<>> keyrings_;
};

}  // namespace adyton::pipeline::test
