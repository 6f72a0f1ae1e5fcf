#include "host/pipeline/receipt.h"

#include <array>
#include <ctime>
#include <optional>

#include <boost/json.hpp>

#include "host/base/base64.h"
#include "host/base/text.h"
#include "host/pipeline/dead_letter.h"
#include "host/pipeline/file_digest.h"
#include "host/pipeline/state.h"
#include "host/pipeline/steps/spec.h"

namespace adyton::pipeline {
namespace {

namespace bj = boost::json;

constexpr std::int64_t receipt_version = 1;

std::string_view format_name(Format format) {
  return format_names[static_cast<std::size_t>(format)];
}

std::string utc(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts = {};
  ::gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

// --- writing -------------------------------------------------------------------------------------

/// A name that is not UTF-8 is shown as well as it can be, and kept whole beside that.
void put_path(bj::object& object, const std::string& path) {
  if (is_utf8(path)) {
    object["path"] = path;
    return;
  }
  object["path"] = in_quotes(path, path.size() * 4);
  object["path_base64"] = base64::encode(as_bytes(path), base64::Alphabet::standard);
}

bj::array files_json(const std::vector<FileMark>& files) {
  bj::array all;
  for (const FileMark& file : files) {
    bj::object object;
    put_path(object, file.path);
    if (file.path != standard_stream && file.size > 0) object["size"] = file.size;
    object["digest"] = file.digest;
    all.push_back(std::move(object));
  }
  return all;
}

bj::object file_json(const OutputMark& mark, Format format, std::uint64_t records) {
  bj::object object;
  put_path(object, mark.path);
  object["format"] = format_name(format);
  object["size"] = mark.length;
  object["records"] = records;
  object["digest"] = mark.digest;
  return object;
}

bj::array recipients_json(const JobConfig& job) {
  bj::array all;
  for (const crypto::age::Recipient& recipient : job.sink.recipients) {
    all.push_back(bj::value(recipient.text()));
  }
  return all;
}

bj::object counts_json(const Counts& counts) {
  return {{"read", counts.read},       {"fanned_out", counts.fanned_out},
          {"written", counts.written}, {"dropped", counts.dropped},
          {"dead", counts.dead},       {"blank_lines", counts.blank}};
}

bj::array dead_json(const JobConfig& job, const Tally& tally) {
  bj::array all;
  for (const auto& [where, records] : tally.dead) {
    all.push_back({{"step", where.first},
                   {"use", use_of(job, where.first)},
                   {"reason", where.second},
                   {"records", records}});
  }
  return all;
}

/// Every field that a step names and protects, whether it met a value there or not.
bj::array fields_json(const JobConfig& job, const Tally& tally) {
  bj::array all;
  for (std::uint32_t i = 0; i < job.steps.size(); ++i) {
    const StepConfig& step = job.steps[i];
    if (!find_step(step.use)->protects) continue;
    auto counts = tally.fields;
    const auto add = [&](const std::string& field, std::uint64_t values) {
      all.push_back({{"step", i + 1}, {"use", step.use}, {"field", field}, {"values", values}});
      counts.erase({i + 1, field});
    };
    // The fields that `allow` names are those that it lets pass.
    if (step.has("fields") && step.use != "allow") {
      for (const json::Pointer& field : step.fields("fields")) {
        add(field.text(), counts[{i + 1, field.text()}]);
      }
    }
    for (const auto& [where, values] : std::map(counts)) {
      if (where.first == i + 1) add(where.second, values);
    }
  }
  return all;
}

bj::array keys_json(const JobConfig& job, const Tally& tally) {
  bj::array all;
  for (const auto& [keyring, key] : tally.keys) {
    const auto found = job.keyrings.find(keyring);
    bj::object object = {{"keyring", keyring}, {"primary_key", key}};
    if (found != job.keyrings.end()) object["file"] = found->second.file;
    all.push_back(std::move(object));
  }
  return all;
}

/// A member a line, the elements of arrays on lines of their own.
std::string laid_out(const bj::object& object) {
  std::string text = "{";
  for (const auto& member : object) {
    text += cat(text.size() == 1 ? "\n  " : ",\n  ", bj::serialize(member.key()), ": ");
    const auto* const array = member.value().if_array();
    if (array == nullptr || array->empty()) {
      text += bj::serialize(member.value());
      continue;
    }
    const char* before = "[\n    ";
    for (const bj::value& element : *array) {
      text += cat(before, bj::serialize(element));
      before = ",\n    ";
    }
    text += "\n  ]";
  }
  return text + "\n}\n";
}

// --- reading: what is absent or of another type throws, and read_receipt() catches ---------------

std::uint64_t number(const bj::object& from, std::string_view key) {
  return from.at(key).to_number<std::uint64_t>();
}

Format format_from(std::string_view name) {
  if (const auto format = format_named(name)) return *format;
  throw std::invalid_argument("format");
}

ReceiptFile file_from(const bj::value& value) {
  const bj::object& from = value.as_object();
  ReceiptFile file;
  file.path = from.at("path").as_string();
  if (const bj::value* whole = from.if_contains("path_base64")) {
    const auto bytes =
        base64::decode(std::string_view(whole->as_string()), base64::Alphabet::standard);
    if (!bytes) throw std::invalid_argument("path_base64");
    file.path.assign(bytes->begin(), bytes->end());
  }
  if (from.contains("size")) file.size = number(from, "size");
  if (from.contains("records")) file.records = number(from, "records");
  if (from.contains("format")) file.format = format_from(from.at("format").as_string());
  file.digest = from.at("digest").as_string();
  file.sealed = from.contains("sealed_to");
  return file;
}

std::vector<ReceiptFile> files_from(const bj::object& from, std::string_view key) {
  std::vector<ReceiptFile> files;
  for (const bj::value& value : from.at(key).as_array()) files.push_back(file_from(value));
  return files;
}

Receipt receipt_from(const bj::object& from) {
  Receipt receipt;
  if (number(from, "adyton_receipt") != receipt_version) throw std::invalid_argument("version");
  receipt.inputs = files_from(from, "inputs");
  receipt.outputs = files_from(from, "outputs");
  receipt.dead_letters = files_from(from, "dead_letters");
  const bj::object& counts = from.at("records").as_object();
  receipt.counts.read = number(counts, "read");
  receipt.counts.fanned_out = number(counts, "fanned_out");
  receipt.counts.written = number(counts, "written");
  receipt.counts.dropped = number(counts, "dropped");
  receipt.counts.dead = number(counts, "dead");
  return receipt;
}

}  // namespace

std::string receipt_text(const Finished& run) {
  const Manifest& manifest = run.manifest;
  bj::array outputs;
  for (std::size_t i = 0; i < manifest.outputs.size(); ++i) {
    const OutputMark& mark = manifest.outputs[i];
    bj::object output = file_json(mark, run.plan.outputs[i].format, mark.sink.records);
    if (run.job.sink.seals()) output["sealed_to"] = recipients_json(run.job);
    outputs.push_back(std::move(output));
  }
  bj::array dead_letters;
  if (manifest.dead_letters) {
    dead_letters.push_back(
        file_json(*manifest.dead_letters, Format::ndjson, manifest.tally.counts.dead));
  }
  bj::object versions;
  for (const auto& [name, version] : run.versions) versions[name] = version;
  bj::object job = {{"name", run.job.name}, {"domain", run.job.domain}};
  put_path(job, run.job.path);
  job["digest"] = manifest.job;
  return laid_out({{"adyton_receipt", receipt_version},
                   {"job", std::move(job)},
                   {"scripts", files_json(manifest.scripts)},
                   {"started", utc(manifest.started)},
                   {"finished", utc(run.at)},
                   {"resumed", manifest.resumed},
                   {"inputs", files_json(manifest.inputs)},
                   {"outputs", std::move(outputs)},
                   {"dead_letters", std::move(dead_letters)},
                   {"records", counts_json(manifest.tally.counts)},
                   {"dead", dead_json(run.job, manifest.tally)},
                   {"protected", fields_json(run.job, manifest.tally)},
                   {"keys", keys_json(run.job, manifest.tally)},
                   {"versions", std::move(versions)}});
}

Result<Receipt> read_receipt(std::string_view text) {
  boost::system::error_code error;
  const bj::value value = bj::parse(text, error);
  if (error) return Error{ErrorCode::invalid, "it is not JSON"};
  try {
    return receipt_from(value.as_object());
  } catch (const std::exception&) {
    return Error{ErrorCode::invalid, "it is JSON, and no receipt of this version of adyton"};
  }
}

std::string receipt_path(const JobConfig& job) {
  return cat(output_folder(job), '/', job.name, ".receipt.json");
}

}  // namespace adyton::pipeline
