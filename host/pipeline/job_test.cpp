#include "host/pipeline/job_test.h"

#include <algorithm>
#include <memory>

#include "host/base/text.h"
#include "host/pipeline/chain.h"
#include "host/pipeline/dead_letter.h"
#include "host/pipeline/keyring_files.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/source.h"
#include "host/pipeline/source_identities.h"
#include "host/pipeline/steps/sealed.h"

namespace adyton::pipeline {
namespace {

/// The records as a batch, each as if it stood on a line of its own.
Batch batch_of(const std::vector<std::string>& records) {
  Batch batch;
  batch.text = std::make_shared<Text>();
  for (const std::string& record : records) {
    Record made;
    made.begin = made.text_begin = static_cast<std::uint32_t>(batch.text->size());
    batch.text->append(record);
    made.text_end = static_cast<std::uint32_t>(batch.text->size());
    batch.text->append("\n");
    made.end = static_cast<std::uint32_t>(batch.text->size());
    made.origin = static_cast<std::uint32_t>(batch.origins.size());
    batch.origins.push_back({made.begin, made.end});
    batch.records.push_back(made);
    ++batch.counts.read;
    batch.line_breaks = batch.line_breaks || record.find('\n') != std::string::npos;
  }
  batch.text->resize(batch.text->size());
  batch.original = batch.text;
  return batch;
}

/// A job that opens what this one encrypts: its encrypting steps, the last first, as decrypting
/// ones. nullopt if it has none.
std::optional<JobConfig> opening_job(const JobConfig& job) {
  JobConfig opening = job;
  opening.steps.clear();
  for (auto step = job.steps.rbegin(); step != job.steps.rend(); ++step) {
    if (step->use != "encrypt") continue;
    StepConfig open = *step;
    open.use = "decrypt";
    open.options.erase("pad");
    open.options.erase("if_encrypted");
    open.options["missing"] = std::string("skip");
    opening.steps.push_back(std::move(open));
  }
  if (opening.steps.empty()) return std::nullopt;
  return opening;
}

std::vector<std::string> live_texts(const Batch& batch) {
  std::vector<std::string> texts;
  for (const Record& record : batch.records) {
    if (record.state == State::live) texts.emplace_back(batch.text_of(record));
  }
  return texts;
}

Status run_all(Chain& chain, Batch& batch) {
  for (std::size_t stage = 0; stage < chain.stages(); ++stage) {
    ADYTON_CHECK(chain.run(stage, batch));
  }
  return {};
}

class CaseRun {
 public:
  CaseRun(const TestCase& test, const JobConfig& job, Os& os) : test_(test), job_(job), os_(os) {}

  Result<TestRun> run(ScriptHost* scripts) {
    ADYTON_TRY(const auto chain, Chain::make(job_, os_, scripts));
    if (test_.input_file.empty()) {
      ADYTON_CHECK(take(*chain, batch_of(test_.input), "record "));
    } else {
      ADYTON_CHECK(take_file(*chain));
    }
    if (test_.decrypt) ADYTON_CHECK(open_output());
    judge();
    return std::move(run_);
  }

 private:
  Status take_file(Chain& chain) {
    const std::vector<Input> inputs = {{test_.input_file, 0, 0}};
    ADYTON_TRY(const Reading reading, reading_of(os_, job_.source));
    Source source(os_, inputs, reading);
    for (;;) {
      ADYTON_TRY(std::optional<Batch> batch, source.next());
      if (!batch) return {};
      ADYTON_CHECK(take(chain, *std::move(batch), cat(test_.input_file, ':')));
    }
  }

  Status take(Chain& chain, Batch batch, const std::string& place) {
    batch.sequence = sequence_++;
    ADYTON_CHECK(run_all(chain, batch));
    for (std::string& text : live_texts(batch)) run_.output.push_back(std::move(text));
    run_.dropped += batch.counts.dropped;
    std::stable_sort(batch.dead.begin(), batch.dead.end(),
                     [](const DeadRecord& a, const DeadRecord& b) { return a.origin < b.origin; });
    for (DeadRecord& dead : batch.dead) {
      std::string text = cat(place, batch.line_of(dead.origin), ": ",
                             describe_death(job_, dead, RecordBytes::yes));
      if (!dead.traceback.empty()) text += cat('\n', dead.traceback);
      run_.dead.push_back(std::move(text));
      deaths_.push_back(std::move(dead));
    }
    return {};
  }

  /// A record that does not open as a whole stays as it is.
  Status open_output() {
    const auto opening = opening_job(job_);
    if (!opening) return {};
    ADYTON_TRY(const auto chain, Chain::make(*opening, os_, nullptr));
    for (std::string& record : run_.output) {
      Batch batch = batch_of({record});
      ADYTON_CHECK(run_all(*chain, batch));
      if (auto texts = live_texts(batch); texts.size() == 1) record = std::move(texts.front());
    }
    return {};
  }

  void judge() {
    std::size_t next = 0;
    for (std::size_t i = 0; i < deaths_.size(); ++i) {
      if (next < test_.expect_dead.size() && test_.expect_dead[next].matches(job_, deaths_[i])) {
        ++next;
      } else {
        run_.unexpected.push_back(cat("died unexpectedly: ", run_.dead[i]));
      }
    }
    for (; next < test_.expect_dead.size(); ++next) {
      run_.unexpected.push_back(cat("none died of this: ", test_.expect_dead[next].text()));
    }
    if (test_.expect_drop) {
      for (const std::string& record : run_.output) {
        run_.unexpected.push_back(cat("was not dropped: ", record));
      }
      if (run_.dropped == 0 && run_.output.empty() && deaths_.empty()) {
        run_.unexpected.emplace_back("there was no record to drop");
      }
    }
  }

  const TestCase& test_;
  const JobConfig& job_;
  Os& os_;
  TestRun run_;
  std::vector<DeadRecord> deaths_;
  std::uint64_t sequence_ = 0;
};

}  // namespace

bool ExpectedDeath::matches(const JobConfig& job, const DeadRecord& dead) const {
  return (!step || *step == dead.step) && (use.empty() || use == use_of(job, dead.step)) &&
         (reason.empty() || reason == dead.kind) && (field.empty() || field == dead.field);
}

std::string ExpectedDeath::text() const {
  std::vector<std::string> parts;
  if (step) parts.push_back(cat("step ", *step));
  if (!use.empty()) parts.push_back(cat("use ", in_quotes(use)));
  if (!reason.empty()) parts.push_back(cat("reason ", in_quotes(reason)));
  if (!field.empty()) parts.push_back(cat("field ", in_quotes(field)));
  std::string text;
  for (const std::string& part : parts) text += cat(text.empty() ? "" : ", ", part);
  return text;
}

Result<TestRun> run_case(const TestCase& test, const JobConfig& job, Os& os, ScriptHost* scripts) {
  return CaseRun(test, job, os).run(scripts);
}

Result<std::function<bool(std::string_view value)>> ciphertexts_of(const JobConfig& job, Os& os) {
  std::vector<Sealed> all;
  for (const auto& [name, config] : job.keyrings) {
    const auto keyring = load_keyring(os, config);
    if (!keyring) return Error{ErrorCode::config, keyring.error().text(), job.where(config.at)};
    const auto keys = keyring->keys();
    for (const crypto::KeyPurpose purpose : {crypto::KeyPurpose::aead, crypto::KeyPurpose::daead}) {
      const bool fits = std::all_of(keys.begin(), keys.end(), [&](const crypto::KeyInfo& key) {
        return key.type && crypto::key_purpose(*key.type) == purpose;
      });
      if (fits) all.emplace_back(*keyring, purpose);
    }
  }
  return std::function<bool(std::string_view)>([all = std::move(all)](std::string_view value) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Sealed& sealed) { return sealed.recognises(value); });
  });
}

}  // namespace adyton::pipeline
