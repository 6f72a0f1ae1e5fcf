#include "host/pipeline/dead_letter.h"

#include "host/base/base64.h"
#include "host/base/text.h"
#include "modules/crypto/age/age.h"
#include "modules/json/scan.h"

namespace adyton::pipeline {
namespace {

class Entry {
 public:
  explicit Entry(std::string& out) : out_(out) { out_ += '{'; }

  void text(std::string_view key, std::string_view value) {
    name(key);
    // A path or a traceback may hold anything; the file stays UTF-8 and keeps what it can show.
    if (is_utf8(value)) {
      json::append_quoted(value, out_);
    } else {
      json::append_quoted(in_quotes(value, value.size() * 4), out_);
    }
  }
  void number(std::string_view key, std::uint64_t value) {
    name(key);
    out_ += cat(value);
  }
  void finish(std::string_view ending) { out_ += cat('}', ending); }

 private:
  void name(std::string_view key) {
    if (out_.back() != '{') out_ += ',';
    json::append_quoted(key, out_);
    out_ += ':';
  }

  std::string& out_;
};

/// The members that may hold text of the record.
void add_text(const Batch& batch, const DeadRecord& dead, Entry& entry) {
  if (!dead.detail.empty()) entry.text("detail", dead.detail);
  if (!dead.traceback.empty()) entry.text("traceback", dead.traceback);
  if (!dead.digest.empty()) return;
  const std::string_view line = line_without_ending(batch, batch.origins[dead.origin]);
  if (is_utf8(line)) {
    entry.text("record", line);
  } else {
    entry.text("record_base64", base64::encode(as_bytes(line), base64::Alphabet::standard));
  }
}

Result<std::string> sealed_text(const crypto::age::Recipients& recipients, const Batch& batch,
                                const DeadRecord& dead) {
  std::string text;
  Entry members(text);
  add_text(batch, dead, members);
  members.finish("");
  ADYTON_TRY(const std::string sealed, crypto::age::seal(text, recipients));
  return base64::encode(as_bytes(sealed), base64::Alphabet::standard);
}

}  // namespace

DeadLetterForm DeadLetterForm::of(const JobConfig& job) {
  const DeadLetterConfig& config = job.dead_letter;
  DeadLetterForm form;
  if (!config.recipients.empty()) {
    form.recipients = *crypto::age::Recipients::of(config.recipients);
  } else if (!job.protects() || config.plain) {
    form.in_the_clear = RecordBytes::yes;
  }
  return form;
}

std::string_view use_of(const JobConfig& job, std::uint32_t step) {
  if (step == 0) return "read";
  // What the sink refuses died behind the last step.
  return step > job.steps.size() ? std::string_view("write") : job.steps[step - 1].use;
}

std::string_view line_without_ending(const Batch& batch, const Origin& origin) {
  std::string_view line = batch.original->view(origin.begin, origin.end);
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Status append_dead_letter(const JobConfig& job, const std::string& input, const Batch& batch,
                          const DeadRecord& dead, const DeadLetterForm& form, std::string& out) {
  const Origin& origin = batch.origins[dead.origin];
  Entry entry(out);
  entry.text("file", input);
  entry.number("offset", batch.offset + origin.begin);
  entry.number("line", batch.line_of(dead.origin));
  entry.number("step", dead.step);
  entry.text("use", use_of(job, dead.step));
  entry.text("reason", dead.kind);
  if (!dead.field.empty()) entry.text("field", dead.field);
  if (!dead.digest.empty()) {
    entry.number("length", dead.length);
    entry.text("digest", cat("xxh3-128:", dead.digest));
  }
  if (form.recipients) {
    ADYTON_TRY(const std::string sealed, sealed_text(*form.recipients, batch, dead));
    entry.text("sealed", sealed);
  } else if (form.in_the_clear == RecordBytes::yes) {
    add_text(batch, dead, entry);
  }
  entry.finish("\n");
  return {};
}

std::string describe_death(const JobConfig& job, const DeadRecord& dead, RecordBytes bytes) {
  std::string text;
  if (dead.step != 0) text = cat("step ", dead.step, " (", use_of(job, dead.step), "): ");
  text += dead.kind;
  if (!dead.field.empty()) text += cat(" ", dead.field);
  if (bytes == RecordBytes::yes && !dead.detail.empty()) text += cat(": ", dead.detail);
  return text;
}

std::string describe_dead(const JobConfig& job, const std::string& input, const Batch& batch,
                          const DeadRecord& dead, RecordBytes bytes) {
  return cat(input, ':', batch.line_of(dead.origin), ": ", describe_death(job, dead, bytes));
}

}  // namespace adyton::pipeline
