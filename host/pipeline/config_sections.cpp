#include "host/pipeline/config_sections.h"

#include <algorithm>
#include <filesystem>

#include "host/base/text.h"
#include "host/pipeline/config_values.h"
#include "host/pipeline/plan.h"

namespace adyton::pipeline {
namespace {

constexpr std::size_t longest_name = 100;

bool is_file_name(std::string_view name) {
  const auto allowed = [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= longest_name && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), allowed);
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

/// The header that is written, which only a table has.
void read_columns(const TableReader& reader, const CheckContext& context, SinkConfig& sink) {
  for (const TomlValue* column : reader.texts("columns")) {
    sink.columns.push_back(*column->as<std::string>());
  }
  if (!reader.has("columns") || sink.format == Format::csv || sink.format == Format::tsv) return;
  context.report(reader.place("columns"), "only csv and tsv have columns",
                 "write format = \"csv\" in [sink], or leave columns out");
}

/// Whom something is sealed to; what is none is reported.
std::vector<crypto::age::Recipient> read_recipients(const TableReader& reader,
                                                    const CheckContext& context) {
  std::vector<crypto::age::Recipient> recipients;
  for (const TomlValue* text : reader.texts("recipient")) {
    const auto recipient = crypto::age::Recipient::parse(*text->as<std::string>());
    if (recipient) {
      recipients.push_back(*recipient);
    } else {
      context.report(text->at, recipient.error().message,
                     "adyton keys identity -o FILE makes an identity and prints its recipient");
    }
  }
  return recipients;
}

/// What the outputs are called tells whether they are sealed. Where a placeholder ends the name,
/// that is seen when they are named (plan.h).
void check_seal(const TableReader& reader, const CheckContext& context, SinkConfig& sink) {
  if (sink.files == standard_stream || sink.files.empty() || sink.files.ends_with('/')) return;
  const bool called_sealed = sink.files.ends_with(sealed_ending);
  if (!sink.seals()) {
    // Recipients that are none were told, and it would be wrong to say that nobody is named.
    if (reader.has("recipient")) {
      sink.files.clear();
    } else if (called_sealed) {
      context.report(sink.at,
                     "nobody is named whom the outputs are sealed to, so none may be called .age",
                     std::string(name_recipient));
    }
  } else if (!called_sealed && !sink.files.ends_with('}')) {
    context.report(sink.at, "the outputs are sealed, so their names must end in .age",
                   cat("files = ", in_quotes(cat(sink.files, sealed_ending))));
  }
}

/// Whom the dead letters are sealed to.
void read_dead_recipients(const TableReader& reader, const CheckContext& context,
                          DeadLetterConfig& dead_letter) {
  dead_letter.recipients = read_recipients(reader, context);
  if (dead_letter.recipients.empty()) return;
  if (!reader.has("file")) {
    context.report(reader.place("recipient"),
                   "recipient says how dead letters are written, but there is no file for them",
                   "file = \"out/dead.ndjson\"");
  }
  if (dead_letter.plain) {
    context.report(reader.place("recipient"),
                   "with plain = true the records are in the clear, with recipient they are not",
                   "leave one of the two out");
  }
}

/// What opens sealed inputs.
void read_way_in(const TableReader& reader, Place at, const CheckContext& context,
                 SourceConfig& source) {
  for (const TomlValue* file : reader.texts("identity")) {
    source.identities.push_back(*file->as<std::string>());
    source.identity_places.push_back(file->at);
    context.check_file("the identity file", source.identities.back(), file->at,
                       "make one with: adyton keys identity -o FILE");
  }
  if (const auto* variable = reader.text("passphrase_env")) {
    source.passphrase_env = *variable;
    source.passphrase_at = reader.place("passphrase_env");
    if (variable->empty()) {
      context.report(source.passphrase_at, "passphrase_env is empty",
                     "passphrase_env = \"INPUT_PASSPHRASE\"");
    }
  }
  // What is named wrongly was told, and it would be wrong to say that nothing is named.
  const bool named = reader.has("identity") || reader.has("passphrase_env");
  if (named && !source.opens_sealed()) {
    source.identities.emplace_back();
    source.identity_places.push_back(at);
  }
  if (source.identities.empty() || source.passphrase_env.empty()) return;
  context.report(source.passphrase_at, "inputs are opened in one way",
                 "leave one of identity and passphrase_env");
}

void read_max_errors(const TomlEntry& entry, ErrorBudget& budget) {
  if (const auto* count = entry.value.as<std::int64_t>()) {
    budget.count = static_cast<std::uint64_t>(*count);
  } else {
    budget.share = parse_share(*entry.value.as<std::string>());
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
  std::string way_out(help);
  const std::string beside = directory_of(std::string(job_path)) + "/" + path;
  if (!path.starts_with('/') && os.exists(beside)) {
    way_out =
        cat("paths are relative to the current directory, not to the job file; there is ", beside);
  } else if (help.empty() && !path.starts_with('/')) {
    way_out = cat("paths are relative to the current directory, ",
                  in_quotes(std::filesystem::current_path().string()));
  }
  report(at, cat(what, " cannot be used: ", info.error().message), std::move(way_out));
  return false;
}

std::span<const std::string_view> sink_placeholders() {
  static constexpr std::string_view names[] = {"stem", "name", "dir"};
  return names;
}

void read_job_section(const TomlTable& table, Place at, Domain need, const CheckContext& context,
                      JobConfig& config) {
  TableReader reader(table, "[job]", at, keys_of("job"), context.problems);
  if (const auto* name = reader.text("name")) {
    if (!is_file_name(*name)) {
      context.report(reader.place("name"), cat(in_quotes(*name), " cannot name a job"),
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
      context.report(reader.place("domain"), "domain is empty",
                     "name what the data is: domain = \"customers\"");
    }
    config.domain = *domain;
  }
  if (const auto* state = reader.text("state")) config.state = *state;
  if (const auto size = reader.size("commit_every")) config.commit_every = *size;
}

void read_source(const TomlTable& table, Place at, const CheckContext& context,
                 SourceConfig& source) {
  TableReader reader(table, "[source]", at, keys_of("source"), context.problems);
  if (reader.has("files")) source.at = reader.place("files");
  for (const TomlValue* pattern : reader.texts("files")) {
    source.files.push_back(*pattern->as<std::string>());
    source.places.push_back(pattern->at);
  }
  const bool standard_input =
      std::find(source.files.begin(), source.files.end(), "-") != source.files.end();
  if (standard_input && source.files.size() > 1) {
    context.report(source.at, "\"-\" (standard input) goes with no other file",
                   "leave out either \"-\" or the files");
  }
  if (const auto* format = reader.text("format"))
    source.format = format_named(*format).value_or(Format::ndjson);
  if (const auto size = reader.size("max_record")) source.max_record = *size;
  read_way_in(reader, at, context, source);
}

namespace {

/// What opens a sealed keyring.
void read_way_in(TableReader& reader, const CheckContext& context, KeyringConfig& keyring) {
  int ways = 0;
  if (const auto* variable = reader.text("passphrase_env")) {
    keyring.passphrase_env = *variable;
    ++ways;
  }
  if (const auto* identity = reader.text("identity")) {
    keyring.identity = *identity;
    ++ways;
    context.check_file("the identity file", *identity, reader.place("identity"),
                       "it is a file with a line AGE-SECRET-KEY-1…");
  }
  for (const TomlValue* word : reader.texts("command")) {
    keyring.command.push_back(*word->as<std::string>());
  }
  if (!keyring.command.empty()) ++ways;
  if (ways > 1) {
    context.report(keyring.at, "a keyring is sealed in one way",
                   "leave one of passphrase_env, identity and command");
  }
}

}  // namespace

void read_keyring(const TomlEntry& entry, const CheckContext& context, JobConfig& config) {
  const auto* table = entry.value.as<TomlTable>();
  if (table == nullptr) {
    context.report(entry.at, "a keyring is a table with a name of its own",
                   "[keyring.pii], and under it file = \"keys/pii.json\"");
    return;
  }
  KeyringConfig& keyring = config.keyrings[entry.key];
  keyring.at = entry.at;
  TableReader reader(*table, cat("the keyring ", in_quotes(entry.key)), entry.value.at,
                     keys_of("keyring"), context.problems);
  read_way_in(reader, context, keyring);
  const auto* file = reader.text("file");
  if (file == nullptr) return;
  keyring.at = reader.place("file");
  keyring.file = *file;
  context.check_file("the keyring", *file, keyring.at,
                     cat("make one with: adyton keys new ", *file));
}

void read_sink(const TomlTable& table, Place at, const CheckContext& context, Format of_source,
               SinkConfig& sink) {
  TableReader reader(table, "[sink]", at, keys_of("sink"), context.problems);
  if (reader.has("files")) sink.at = reader.place("files");
  if (const auto* files = reader.text("files")) {
    sink.files = *files;
    check_template(*files, sink.at, context);
    if (files->ends_with('/')) {
      context.report(sink.at, "files names a folder",
                     "files = \"out/{stem}.ndjson\", or \"-\" for standard output");
    }
  }
  const auto* format = reader.text("format");
  sink.format = format == nullptr ? of_source : format_named(*format).value_or(Format::ndjson);
  read_columns(reader, context, sink);
  sink.recipients = read_recipients(reader, context);
  check_seal(reader, context, sink);
  const auto* existing = reader.text("existing");
  if (existing != nullptr && *existing == "replace") sink.existing = Existing::replace;
}

void read_dead_letter(const TomlTable& table, Place at, const CheckContext& context,
                      DeadLetterConfig& dead_letter) {
  TableReader reader(table, "[dead_letter]", at, keys_of("dead_letter"), context.problems);
  if (const auto* file = reader.text("file")) {
    dead_letter.at = reader.place("file");
    dead_letter.file = *file;
    if (*file == "-") {
      context.report(dead_letter.at, "dead letters go to a file, not to standard output",
                     "file = \"out/dead.ndjson\"");
    }
  } else if (!reader.has("max_errors")) {
    reader.require("file", "file = \"out/dead.ndjson\"");
  }
  if (const bool* plain = reader.flag("plain")) {
    dead_letter.plain = *plain;
    if (*plain && !reader.has("file")) {
      context.report(reader.find("plain")->at,
                     "plain says how dead letters are written, but there is no file for them",
                     "file = \"out/dead.ndjson\"");
    }
  }
  read_dead_recipients(reader, context, dead_letter);
  if (const auto* errors = reader.find("max_errors")) {
    read_max_errors(*errors, dead_letter.max_errors);
  }
}

void read_receipt(const TomlTable& table, Place at, const CheckContext& context,
                  ReceiptConfig& receipt) {
  const TableReader reader(table, "[receipt]", at, keys_of("receipt"), context.problems);
  const auto* digest = reader.text("digest");
  if (digest != nullptr && *digest == "sha256") receipt.digest = DigestKind::sha256;
}

}  // namespace adyton::pipeline
