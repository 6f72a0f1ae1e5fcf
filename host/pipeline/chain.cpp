#include "host/pipeline/chain.h"

#include "host/pipeline/keyring_files.h"
#include "host/pipeline/steps/spec.h"

namespace adyton::pipeline {
Result<std::unique_ptr<Chain>> Chain::make(const JobConfig& job, Os& os, ScriptHost* scripts) {
  std::unique_ptr<Chain> chain(new Chain);
  ADYTON_CHECK(chain->load_keyrings(job, os));
  ADYTON_CHECK(chain->make_steps(job, scripts));
  chain->group();
  return chain;
}

Status Chain::load_keyrings(const JobConfig& job, Os& os) {
  for (const auto& [name, config] : job.keyrings) {
    auto keyring = pipeline::load_keyring(os, config);
    if (!keyring) {
      return Error{keyring.error().code, keyring.error().text(), job.where(config.at)};
    }
    keyrings_.emplace(name, *std::move(keyring));
  }
  return {};
}

Status Chain::make_steps(const JobConfig& job, ScriptHost* scripts) {
  const StepContext context{job, keyrings_, scripts};
  for (const StepConfig& config : job.steps) {
    const auto number = static_cast<std::uint32_t>(steps_.size() + 1);
    auto step = find_step(config.use)->make(config, context, number);
    if (!step) {
      Error error = step.error();
      if (error.where.empty()) error.where = job.where(config.at);
      return error;
    }
    steps_.push_back(*std::move(step));
  }
  return {};
}

std::set<std::pair<std::string, std::uint32_t>> Chain::primary_keys() const {
  std::set<std::pair<std::string, std::uint32_t>> keys;
  for (const auto& [name, keyring] : keyrings_) keys.emplace(name, keyring.primary_key_id());
  return keys;
}

void Chain::group() {
  for (std::size_t step = 0; step < steps_.size(); ++step) {
    const Step::Thread thread = steps_[step]->thread();
    if (stages_.empty() || stages_.back().thread != thread) stages_.push_back({thread, {}});
    stages_.back().steps.push_back(step);
  }
  if (stages_.empty() || stages_.front().thread == Step::Thread::main) {
    stages_.insert(stages_.begin(), {Step::Thread::pool, {}});
  }
  if (stages_.back().thread == Step::Thread::main) stages_.push_back({Step::Thread::pool, {}});
}

Status Chain::run_step(std::size_t step, Batch& batch) {
  batch.step = static_cast<std::uint32_t>(step + 1);
  return steps_[step]->run(batch);
}

Status Chain::run(std::size_t stage, Batch& batch) {
  // Without a step that looks at the records, they are checked all the same.
  if (stages_[stage].steps.empty()) validate(batch);
  for (const std::size_t step : stages_[stage].steps) ADYTON_CHECK(run_step(step, batch));
  return {};
}

}  // namespace adyton::pipeline
