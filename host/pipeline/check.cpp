#include "host/pipeline/check.h"

#include <algorithm>
#include <map>

#include "host/base/text.h"
#include "host/pipeline/config_reader.h"
#include "host/pipeline/keyring_files.h"
#include "host/pipeline/settings.h"
#include "host/pipeline/source_identities.h"
#include "host/pipeline/steps/spec.h"
#include "modules/crypto/age/identity.h"

namespace adyton::pipeline {
namespace {

/// Looks at what a job refers to, as far as the job could be read.
class JobChecker {
 public:
  JobChecker(const JobConfig& job, Os& os) : job_(job), os_(os) {}

  void load_keyrings() {
    for (const auto& [name, config] : job_.keyrings) {
      if (config.file.empty()) continue;
      auto keyring = load_keyring(os_, config);
      if (keyring) {
        keyrings_.emplace(name, *std::move(keyring));
      } else {
        // Of a file that is read and is no keyring the error says where.
        const bool other = !keyring.error().where.empty() &&
                           keyring.error().code == ErrorCode::config &&
                           !keyring.error().message.starts_with("is sealed");
        problems_.push_back({config.at, cat("the keyring cannot be used: ", keyring.error().text()),
                             other ? "make one with: adyton keys new FILE" : ""});
      }
    }
  }

  void load_source_identities() {
    const SourceConfig& source = job_.source;
    for (std::size_t i = 0; i < source.identities.size(); ++i) {
      if (source.identities[i].empty()) continue;  // no path, which was told
      const auto read = crypto::age::load_identities(os_, source.identities[i]);
      if (read) continue;
      problems_.push_back({source.identity_places[i],
                           cat("the identity cannot be used: ", read.error().text()),
                           {}});
    }
    if (source.passphrase_env.empty()) return;
    const auto opened = pipeline::load_source_identities(os_, source);
    if (!opened) problems_.push_back({source.passphrase_at, opened.error().message, {}});
  }

  /// What a step needs of its keyring, the step itself knows best.
  void make_step(std::size_t index) {
    const StepConfig& step = job_.steps[index];
    const StepSpec& spec = *find_step(step.use);
    Place at = step.at;
    for (const OptionSpec& option : spec.options) {
      if (option.kind != OptionKind::keyring || !step.has(option.name)) continue;
      if (!keyrings_.contains(step.text(option.name))) return;
      if (const auto place = step.places.find(option.name); place != step.places.end()) {
        at = place->second;
      }
    }
    if (step.runs_python()) return;
    const StepContext context{job_, keyrings_, nullptr};
    const auto made = spec.make(step, context, static_cast<std::uint32_t>(index + 1));
    if (!made) problems_.push_back({at, made.error().message, {}});
  }

  Diagnostics take_problems() {
    name_settings(job_.settings, problems_);
    return std::move(problems_);
  }

 private:
  const JobConfig& job_;
  Os& os_;
  std::map<std::string, crypto::Keyring, std::less<>> keyrings_;
  Diagnostics problems_;
};

/// Adds what was found at places that nothing is said about yet: of the rest it is a consequence.
void add_new(Diagnostics found, Diagnostics& problems) {
  const std::size_t known = problems.size();
  for (Diagnostic& problem : found) {
    const auto end = problems.begin() + static_cast<std::ptrdiff_t>(known);
    const bool told = std::any_of(problems.begin(), end, [&](const Diagnostic& other) {
      return other.at == problem.at && other.origin == problem.origin;
    });
    if (!told) problems.push_back(std::move(problem));
  }
}

}  // namespace

CheckOutcome check_job(Os& os, const std::string& path, const JobSettings& settings) {
  ConfigOutcome read = read_job(os, path, settings);
  const JobConfig& job = read.config ? *read.config : read.draft;
  JobChecker checker(job, os);
  checker.load_keyrings();
  checker.load_source_identities();
  for (const std::size_t index : read.whole_steps) checker.make_step(index);
  PlanOutcome planned = plan_all(job, os);

  CheckOutcome outcome;
  outcome.diagnostics = std::move(read.diagnostics);
  add_new(checker.take_problems(), outcome.diagnostics);
  add_new(std::move(planned.diagnostics), outcome.diagnostics);
  sort_by_place(outcome.diagnostics);
  outcome.source = std::move(read.source);
  if (outcome.diagnostics.empty()) {
    outcome.config = std::move(read.config);
    outcome.plan = std::move(planned.plan);
  }
  return outcome;
}

}  // namespace adyton::pipeline
