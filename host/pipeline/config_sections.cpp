#include "host/pipeline/config_sections.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

/// A batch's offsets are 32 bits, and one record with its edits must fit into a batch.
constexpr std::uint64_t largest_record = 1ULL << 30;

constexpr std::size_t longest_name = 100;

bool is_file_name(std::string_view name) {
  const auto allowed = [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= longest_name && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), allowed);
}

/// A path from the job: no empty one, no NUL byte, which the operating system would end it at.
bool check_path(std::string_view key, std::string_view path, Place at,
                const CheckContext& context) {
  if (path.empty()) {
    context.report(at, cat(key, " is empty"));
  } else if (path.find('\0') != std::string_view::npos) {
    context.report(at, cat(key, " holds a NUL character, which no file name can"));
  } else {
    return true;
  }
  return false;
}

void read_pattern(const TomlValue& value, const CheckContext& context, SourceConfig& source) {
  const auto* pattern = value.as<std::string>();
  if (pattern == nullptr) {
    report_type(context.problems, "files", "strings", value);
    return;
  }
  if (!check_path("files", *pattern, value.at, context)) return;
  if (std::find(source.files.begin(), source.files.end(), *pattern) != source.files.end()) {
    context.report(value.at, cat(in_quotes(*pattern), " is named twice"));
    return;
  }
  source.files.push_back(*pattern);
}

void read_files(const TomlEntry& entry, const CheckContext& context, SourceConfig& source) {
  constexpr std::string_view example = "files = [\"data/*.ndjson\"], or \"-\" for standard input";
  source.at = entry.value.at;
  if (const auto* array = entry.value.as<TomlArray>()) {
    if (array->empty()) context.report(entry.value.at, "files is empty", std::string(example));
    for (const TomlValue& value : *array) read_pattern(value, context, source);
  } else if (entry.value.as<std::string>() != nullptr) {
    read_pattern(entry.value, context, source);
  } else {
    report_type(context.problems, "files", "an array of strings", entry.value, example);
  }
  const bool standard_input =
      std::find(source.files.begin(), source.files.end(), "-") != source.files.end();
  if (standard_input && source.files.size() > 1) {
    context.report(entry.value.at, "\"-\" (standard input) goes with no other file",
                   "leave out either \"-\" or the files");
  }
}

void read_format(TableReader& reader, const CheckContext& context) {
  const std::string* format = reader.text("format");
  if (format == nullptr || *format == "ndjson") return;
  const Place at = reader.find("format")->value.at;
  if (*format == "array") {
    context.report(at, "the format \"array\" is not available in this version of Adyton",
                   "write one record a line (jq -c '.[]' does it) and use format = \"ndjson\"");
  } else {
    constexpr std::string_view formats[] = {"ndjson"};
    context.report(at, cat("there is no format ", in_quotes(*format)),
                   suggestion(*format, formats, "the format is \"ndjson\": one JSON value a line"));
  }
}

void read_max_record(const TomlEntry& entry, const CheckContext& context, SourceConfig& source) {
  constexpr std::string_view example =
      "max_record = \"64 MiB\" (units: B, kB, MB, GB, KiB, MiB, GiB)";
  std::optional<std::uint64_t> size;
  if (const auto* text = entry.value.as<std::string>()) {
    size = parse_size(*text);
    if (!size) {
      context.report(entry.value.at, cat(in_quotes(*text), " is not a size"), std::string(example));
      return;
    }
  } else if (const auto* number = entry.value.as<std::int64_t>()) {
    size = static_cast<std::uint64_t>(std::max<std::int64_t>(*number, 0));
  } else {
    report_type(context.problems, "max_record", "a size", entry.value, example);
    return;
  }
  if (*size == 0 || *size > largest_record) {
    context.report(entry.value.at,
                   cat("max_record must be from 1 byte to ", human_size(largest_record)),
                   std::string(example));
    return;
  }
  source.max_record = *size;
}

/// Reports each placeholder of the template that does not exist or does not end.
void check_template(std::string_view files, Place at, const CheckContext& context) {
  const std::string known = "the placeholders are {stem}, {name} and {dir} of the input";
  for (std::size_t i = files.find_first_of("{}"); i != std::string_view::npos;
       i = files.find_first_of("{}", i)) {
    const std::size_t end = files.find_first_of("{}", i + 1);
    if (files[i] == '}' || end == std::string_view::npos || files[end] == '{') {
      context.report(
          at, cat("files has a ", files[i], " without its ", files[i] == '{' ? '}' : '{'), known);
      return;
    }
    const std::string_view name = files.substr(i + 1, end - i - 1);
    const auto names = sink_placeholders();
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const auto meant = did_you_mean(name, names);
      context.report(at, cat("there is no placeholder ", in_quotes(cat('{', name, '}'))),
                     meant ? cat("did you mean \"{", *meant, "}\"?") : known);
    }
    i = end + 1;
  }
}

void read_existing(TableReader& reader, const CheckContext& context, SinkConfig& sink) {
  const std::string* existing = reader.text("existing");
  if (existing == nullptr) return;
  if (*existing == "replace") sink.existing = Existing::replace;
  if (*existing == "replace" || *existing == "error") return;
  constexpr std::string_view choices[] = {"error", "replace"};
  context.report(reader.find("existing")->value.at,
                 cat("existing is \"error\" or \"replace\", not ", in_quotes(*existing)),
                 suggestion(*existing, choices, ""));
}

/// "1 %", "0.5%": the share, 0 to 1.
std::optional<double> parse_share(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  double percent = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), percent, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!(percent >= 0 && percent <= 100) || std::signbit(percent)) return std::nullopt;
  return percent / 100;
}

void read_max_errors(const TomlEntry& entry, const CheckContext& context, ErrorBudget& budget) {
  constexpr std::string_view example =
      "a count (max_errors = 100) or a share of the records read (max_errors = \"1 %\")";
  if (const auto* count = entry.value.as<std::int64_t>(); count != nullptr && *count >= 0) {
    budget.count = static_cast<std::uint64_t>(*count);
  } else if (const auto* text = entry.value.as<std::string>()) {
    budget.share = parse_share(*text);
    if (!budget.share) {
      context.report(entry.value.at, cat("max_errors cannot be ", in_quotes(*text)),
                     std::string(example));
    }
  } else if (count != nullptr) {
    context.report(entry.value.at, "max_errors cannot be negative", std::string(example));
  } else {
    report_type(context.problems, "max_errors", "a count or a share", entry.value, example);
  }
}

}  // namespace

bool CheckContext::check_file(std::string_view what, const std::string& path, Place at,
                              std::string_view help) const {
  const auto info = os.info(path);
  if (info && info->kind != FileInfo::Kind::directory) return true;
  if (info) {
    report(at, cat(what, " is a folder: ", in_quotes(path)));
    return false;
  }
  const std::string beside = directory_of(std::string(job_path)) + "/" + path;
  const bool misplaced = !path.starts_with('/') && os.exists(beside);
  report(at, cat(what, " cannot be used: ", info.error().message),
         misplaced ? cat("paths are relative to the current directory, not to the job file; there "
                         "is ",
                         beside)
                   : std::string(help));
  return false;
}

std::span<const std::string_view> sink_placeholders() {
  static constexpr std::string_view names[] = {"stem", "name", "dir"};
  return names;
}

void read_job_section(const TomlTable& table, Place at, Domain need, const CheckContext& context,
                      JobConfig& config) {
  static constexpr KeyRule rules[] = {
      {"name"},
      {"domain"},
      {"state", "leave it out: a run that is stopped starts over"},
  };
  TableReader reader(table, "[job]", at, rules, context.problems);
  if (const auto* name = reader.required_text("name", "name = \"protect-customers\"")) {
    if (!is_file_name(*name)) {
      context.report(reader.find("name")->value.at, cat(in_quotes(*name), " cannot name a job"),
                     "files are named after it: use letters, digits, - _ and ., at most 100, "
                     "none of them a dot at the start");
    }
    config.name = *name;
  }
  if (need == Domain::required) {
    reader.require(
        "domain",
        "this job protects fields: name what the data is, once and for all, as in domain = "
        "\"customers\" (it is bound into every ciphertext; decrypting needs the same)");
  }
  if (const auto* domain = reader.text("domain")) {
    if (domain->empty()) {
      context.report(reader.find("domain")->value.at, "domain is empty",
                     "name what the data is: domain = \"customers\"");
    }
    config.domain = *domain;
  }
}

void read_source(const TomlTable& table, Place at, const CheckContext& context,
                 SourceConfig& source) {
  static constexpr KeyRule rules[] = {{"files"}, {"format"}, {"max_record"}};
  TableReader reader(table, "[source]", at, rules, context.problems);
  if (const auto* files = reader.require("files", "files = [\"data/*.ndjson\"]")) {
    read_files(*files, context, source);
  }
  read_format(reader, context);
  if (const auto* size = reader.find("max_record")) read_max_record(*size, context, source);
}

void read_keyring(const TomlEntry& entry, const CheckContext& context, JobConfig& config) {
  static constexpr KeyRule rules[] = {{"file"}};
  const auto* table = entry.value.as<TomlTable>();
  if (table == nullptr) {
    context.report(entry.at, "a keyring is a table with a name of its own",
                   "[keyring.pii], and under it file = \"keys/pii.json\"");
    return;
  }
  KeyringConfig& keyring = config.keyrings[entry.key];
  keyring.at = entry.at;
  TableReader reader(*table, cat("the keyring ", in_quotes(entry.key)), entry.value.at, rules,
                     context.problems);
  const auto* file = reader.required_text("file", "file = \"keys/pii.json\"");
  if (file == nullptr) return;
  const Place place = reader.find("file")->value.at;
  if (!check_path("file", *file, place, context)) return;
  keyring.file = *file;
  context.check_file("the keyring", *file, place, cat("make one with: adyton keys new ", *file));
}

void read_sink(const TomlTable& table, Place at, const CheckContext& context, SinkConfig& sink) {
  static constexpr KeyRule rules[] = {{"files"}, {"existing"}};
  TableReader reader(table, "[sink]", at, rules, context.problems);
  constexpr std::string_view example =
      "files = \"out/{stem}.ndjson\", or \"-\" for standard output";
  if (const auto* files = reader.required_text("files", example)) {
    sink.at = reader.find("files")->value.at;
    sink.files = *files;
    if (check_path("files", *files, sink.at, context)) {
      check_template(*files, sink.at, context);
      if (files->ends_with('/')) {
        context.report(sink.at, "files names a folder", std::string(example));
      }
    }
  }
  read_existing(reader, context, sink);
}

void read_dead_letter(const TomlTable& table, Place at, const CheckContext& context,
                      DeadLetterConfig& dead_letter) {
  static constexpr KeyRule rules[] = {
      {"file"},
      {"plain"},
      {"max_errors"},
      {"recipient",
       "leave it out (in a job that protects fields the entries then hold no text of a record), or "
       "set plain = true to have the records in the clear"},
  };
  TableReader reader(table, "[dead_letter]", at, rules, context.problems);
  if (const auto* file = reader.text("file")) {
    dead_letter.at = reader.find("file")->value.at;
    dead_letter.file = *file;
    if (check_path("file", *file, dead_letter.at, context) && *file == "-") {
      context.report(dead_letter.at, "dead letters go to a file, not to standard output",
                     "file = \"out/dead.ndjson\"");
    }
  } else if (reader.find("file") == nullptr && reader.find("max_errors") == nullptr) {
    reader.require("file", "file = \"out/dead.ndjson\"");
  }
  if (const bool* plain = reader.flag("plain")) {
    dead_letter.plain = *plain;
    if (*plain && reader.find("file") == nullptr) {
      context.report(reader.find("plain")->at,
                     "plain says how dead letters are written, but there "
                     "is no file for them",
                     "file = \"out/dead.ndjson\"");
    }
  }
  if (const auto* errors = reader.find("max_errors")) {
    read_max_errors(*errors, context, dead_letter.max_errors);
  }
}

}  // namespace adyton::pipeline
