#include "host/pipeline/config_hash.h"

#include <algorithm>
#include <array>
#include <optional>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

using Pointers = std::vector<json::Pointer>;

constexpr std::array<std::string_view, 6> protecting = {"encrypt", "decrypt",  "rekey",
                                                        "mask",    "tokenize", "redact"};

const Pointers* fields_of(const StepConfig& step, std::string_view option) {
  const auto found = step.options.find(option);
  return found == step.options.end() ? nullptr : std::get_if<Pointers>(&found->second);
}

bool overlaps(const Pointers& fields, const json::Pointer& field) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const json::Pointer& other) { return json::overlap(other, field); });
}

/// The pointer of a member that got another key.
std::optional<json::Pointer> renamed(const json::Pointer& member, const std::string& key) {
  std::string text = member.text().substr(0, member.text().rfind('/') + 1);
  for (const char c : key) {
    const std::string_view special = "~/*";
    const std::size_t index = special.find(c);
    text += index == special.npos ? std::string(1, c) : cat('~', index);
  }
  auto pointer = json::Pointer::parse(text);
  if (!pointer) return std::nullopt;
  return *std::move(pointer);
}

/// Adds to the fields where their values come from, if the step moves or copies values.
void add_origins(const StepConfig& step, Pointers& fields) {
  const Pointers* from = fields_of(step, step.use == "copy" ? "from" : "field");
  if (from == nullptr || from->empty() || !step.has("to")) return;
  if (step.use == "copy") {
    const Pointers* to = fields_of(step, "to");
    if (to != nullptr && !to->empty() && overlaps(fields, to->front())) {
      fields.push_back(from->front());
    }
  } else if (step.use == "rename") {
    const auto to = renamed(from->front(), step.text("to"));
    if (to && overlaps(fields, *to)) fields.push_back(from->front());
  }
}

/// The step that protects one of the fields, and which of them.
struct Protector {
  const StepConfig* step;
  std::string field;
};

std::optional<Protector> protector_of(const Pointers& fields, const JobConfig& job) {
  for (const StepConfig& step : job.steps) {
    if (std::find(protecting.begin(), protecting.end(), step.use) == protecting.end()) continue;
    const Pointers* protected_fields = fields_of(step, "fields");
    if (protected_fields == nullptr) continue;
    for (const json::Pointer& field : fields) {
      if (overlaps(*protected_fields, field)) return Protector{&step, field.text()};
    }
  }
  return std::nullopt;
}

}  // namespace

void check_hashes(const JobConfig& job, std::vector<Diagnostic>& problems) {
  for (auto step = job.steps.begin(); step != job.steps.end(); ++step) {
    if (step->use != "hash" || step->has("key") || step->places.contains("key")) continue;
    const Pointers* hashed = fields_of(*step, "fields");
    if (hashed == nullptr) continue;
    Pointers fields = *hashed;
    for (auto before = step; before != job.steps.begin();) add_origins(*--before, fields);
    const auto protector = protector_of(fields, job);
    if (!protector) continue;
    const auto place = step->places.find("fields");
    problems.push_back(
        {place == step->places.end() ? step->at : place->second,
         cat("this hash has no key, and the job protects ", in_quotes(protector->field), " (",
             protector->step->use, " on line ", protector->step->at.line,
             "): who guesses a value can compute its hash"),
         "give it a key: key = \"…\", with a keyring made by adyton keys new FILE --type "
         "hmac-sha256; or use tokenize"});
  }
}

}  // namespace adyton::pipeline
