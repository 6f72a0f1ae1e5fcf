#include "host/pipeline/outputs.h"

#include <algorithm>
#include <set>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

using Stage = OutputMark::Stage;

}  // namespace

Outputs::Outputs(const JobConfig& job, const Plan& plan, Os& os)
    : job_(job), plan_(plan), os_(os), last_input_(plan.outputs.size(), 0) {
  const DigestKind digest = job.receipt.digest;
  if (job.sink.seals()) recipients_ = *crypto::age::Recipients::of(job.sink.recipients);
  for (const Output& output : plan.outputs) {
    outputs_.push_back({.file = PendingFile(os, output.path, job.name, digest)});
  }
  if (!job.dead_letter.file.empty()) {
    dead_letters_.emplace(Made{.file = PendingFile(os, job.dead_letter.file, job.name, digest)});
  }
  for (std::uint32_t i = 0; i < plan.inputs.size(); ++i) last_input_[plan.inputs[i].output] = i;
}

template <class Each>
Status Outputs::for_each_made(Each&& each) {
  for (Made& made : outputs_) ADYTON_CHECK(each(made));
  if (dead_letters_) ADYTON_CHECK(each(*dead_letters_));
  return {};
}

Status Outputs::open(Made& made, const Output& output) {
  // Empties what an earlier run left there: with a new file key all of it is written anew.
  ADYTON_CHECK(made.file.create());
  ByteWriter* to = &made.file;
  if (recipients_) {
    ADYTON_TRY(made.seal, SealedOutput::begin(made.file, *recipients_));
    ++being_sealed_;
    to = made.seal.get();
  }
  made.sink.emplace(*to, output, sink_step());
  made.stage = Stage::open;
  return {};
}

Status Outputs::close(Made& made) {
  if (made.sink) {
    ADYTON_CHECK(made.sink->finish());
    made.last = made.sink->state();
    // Nobody needs them any more, and they may be what a sealed output is to keep secret.
    made.last.columns.clear();
    made.sink.reset();
  }
  if (made.seal) ADYTON_CHECK(made.seal->finish());
  ADYTON_CHECK(made.file.close());
  if (made.seal) --being_sealed_;
  made.seal.reset();
  made.stage = Stage::closed;
  return {};
}

Status Outputs::complete(Made& made, const Output& output) {
  if (made.stage == Stage::closed) return {};
  // An input without records has an output all the same.
  if (made.stage == Stage::untouched) ADYTON_CHECK(open(made, output));
  return close(made);
}

Status Outputs::write(std::uint32_t output, Batch& batch, EncodedBatch& encoded) {
  Made& made = outputs_[output];
  if (made.stage == Stage::untouched) ADYTON_CHECK(open(made, plan_.outputs[output]));
  return made.sink->write(batch, encoded);
}

Status Outputs::write_dead_letters(std::string_view entries) {
  if (!dead_letters_ || entries.empty()) return {};
  if (dead_letters_->stage == Stage::untouched) {
    ADYTON_CHECK(dead_letters_->file.create());
    dead_letters_->stage = Stage::open;
  }
  return dead_letters_->file.write(entries);
}

Status Outputs::inputs_done(std::uint32_t before) {
  for (; closed_before_ < before; ++closed_before_) {
    const std::uint32_t output = plan_.inputs[closed_before_].output;
    if (last_input_[output] != closed_before_ || outputs_[output].file.is_stream()) continue;
    ADYTON_CHECK(complete(outputs_[output], plan_.outputs[output]));
  }
  return {};
}

Status Outputs::finish() {
  ADYTON_CHECK(inputs_done(static_cast<std::uint32_t>(plan_.inputs.size())));
  if (!dead_letters_ || dead_letters_->stage == Stage::closed) return {};
  if (dead_letters_->stage == Stage::untouched) ADYTON_CHECK(dead_letters_->file.create());
  return close(*dead_letters_);
}

Status Outputs::sync() {
  return for_each_made([](Made& made) -> Status {
    return made.stage == Stage::open && !made.seal ? made.file.sync() : Status();
  });
}

OutputMark Outputs::mark_of(const Made& made) {
  OutputMark mark;
  mark.path = made.file.path();
  // Nobody can go on with it.
  if (made.seal) return mark;
  mark.stage = made.stage;
  mark.length = made.file.length();
  mark.digest = made.file.digest();
  mark.sink = made.sink ? made.sink->state() : made.last;
  return mark;
}

std::vector<OutputMark> Outputs::marks() const {
  std::vector<OutputMark> marks;
  for (const Made& made : outputs_) marks.push_back(mark_of(made));
  return marks;
}

std::optional<OutputMark> Outputs::dead_letters_mark() const {
  return dead_letters_ ? std::optional(mark_of(*dead_letters_)) : std::nullopt;
}

Status Outputs::resume(const Manifest& manifest) {
  if (manifest.outputs.size() != outputs_.size() ||
      manifest.dead_letters.has_value() != dead_letters_.has_value()) {
    return Error{ErrorCode::invalid, "the job had other outputs when it was stopped"};
  }
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    ADYTON_CHECK(resume(outputs_[i], manifest.outputs[i], &plan_.outputs[i], manifest.phase));
  }
  if (!dead_letters_) return {};
  return resume(*dead_letters_, *manifest.dead_letters, nullptr, manifest.phase);
}

Status Outputs::resume(Made& made, const OutputMark& mark, const Output* output,
                       Manifest::Phase phase) const {
  if (mark.path != made.file.path()) {
    return Error{ErrorCode::invalid,
                 cat("the job wrote ", mark.path, " when it was stopped, not ", made.file.path())};
  }
  made.stage = mark.stage;
  made.last = mark.sink;
  if (mark.stage == Stage::open) {
    ADYTON_CHECK(made.file.resume(mark.length));
    if (output != nullptr) made.sink.emplace(made.file, *output, sink_step(), mark.sink);
  } else if (mark.stage == Stage::closed) {
    Status recalled = made.file.recall(mark.length, mark.digest);
    // One that was published already is no longer there; publish() looks at it.
    if (!recalled && phase == Manifest::Phase::running) return recalled;
  }
  return {};
}

Status Outputs::publish() {
  std::set<std::string> folders;
  ADYTON_CHECK(for_each_made([&](Made& made) -> Status {
    if (!made.file.is_stream()) folders.insert(directory_of(made.file.path()));
    return made.file.publish(job_.sink.existing);
  }));
  for (const std::string& folder : folders) ADYTON_CHECK(os_.sync_directory(folder));
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i].file.is_stream()) ADYTON_CHECK(complete(outputs_[i], plan_.outputs[i]));
  }
  return {};
}

void Outputs::discard() {
  (void)for_each_made([](Made& made) -> Status {
    made.file.discard();
    return {};
  });
}

std::vector<std::string> Outputs::paths() const {
  std::vector<std::string> all;
  for (const Made& made : outputs_) all.push_back(made.file.path());
  if (dead_letters_) all.push_back(dead_letters_->file.path());
  return all;
}

void discard_files(const Manifest& manifest, const std::string& job, Os& os) {
  const auto discard = [&](const OutputMark& mark) {
    const std::string temporary = temporary_name(mark.path, job);
    if (os.exists(temporary)) (void)os.remove(temporary);
  };
  for (const OutputMark& mark : manifest.outputs) discard(mark);
  if (manifest.dead_letters) discard(*manifest.dead_letters);
}

}  // namespace adyton::pipeline
