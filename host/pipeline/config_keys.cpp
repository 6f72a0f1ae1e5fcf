#include "host/pipeline/config_keys.h"

#include <algorithm>
#include <array>

#include "host/pipeline/config.h"

namespace adyton::pipeline {
namespace {

/// A batch's offsets are 32 bits, and one record with its edits must fit into a batch.
constexpr std::uint64_t largest_record = 1ULL << 30;

constexpr std::array<std::string_view, 2> existing_choices = {"error", "replace"};
constexpr std::array<std::string_view, 2> digests = {"xxh3-128", "sha256"};

constexpr KeyRule job_section[] = {
    {.name = "name",
     .kind = KeyKind::text,
     .doc = "What files of the run are called after: letters, digits, - _ and ., at most 100, no "
            "dot first",
     .example = "name = \"protect-customers\"",
     .presence = Presence::required},
    {.name = "domain",
     .kind = KeyKind::text,
     .doc = "What the data is: bound into every ciphertext, so decrypting needs the same",
     .example = "name what the data is: domain = \"customers\""},
    {.name = "state",
     .kind = KeyKind::path,
     .doc = "The folder that keeps the state of a run until it is complete; without it, .adyton "
            "beside the outputs",
     .example = "state = \"state/customers\""},
    {.name = "commit_every",
     .kind = KeyKind::size,
     .doc = "After how much input what was done is made safe from a crash, at the latest",
     .example = "commit_every = \"64 MiB\" (units: B, kB, MB, GB, KiB, MiB, GiB)",
     .default_value = "256 MiB"},
};

constexpr KeyRule source_section[] = {
    {.name = "files",
     .kind = KeyKind::paths,
     .doc = "Paths and globs, the matches of each in byte order; or \"-\" alone: standard input",
     .example = "files = [\"data/*.ndjson\"], or \"-\" for standard input",
     .presence = Presence::required},
    {.name = "format",
     .kind = KeyKind::choice,
     .doc = "ndjson: one JSON value a line; array: one JSON array of the records; csv, tsv: "
            "a header, and rows that become objects of strings",
     .default_value = "ndjson",
     .choices = format_names},
    {.name = "max_record",
     .kind = KeyKind::size,
     .doc = "A longer record is a dead letter",
     .example = "max_record = \"64 MiB\" (units: B, kB, MB, GB, KiB, MiB, GiB)",
     .default_value = "64 MiB",
     .largest = largest_record},
    {.name = "identity",
     .kind = KeyKind::paths,
     .doc = "Files of age identities, which open sealed inputs",
     .example = "identity = \"keys/me.txt\", or an array of them"},
    {.name = "passphrase_env",
     .kind = KeyKind::text,
     .doc = "The environment variable that holds the passphrase which the inputs are sealed by",
     .example = "passphrase_env = \"INPUT_PASSPHRASE\""},
};

constexpr KeyRule keyring_section[] = {
    {.name = "file",
     .kind = KeyKind::path,
     .doc = "A keyring, as adyton keys new makes one",
     .example = "file = \"keys/pii.json\"",
     .presence = Presence::required},
    {.name = "passphrase_env",
     .kind = KeyKind::text,
     .doc = "The environment variable that holds the passphrase which the keyring is sealed by",
     .example = "passphrase_env = \"PII_PASSPHRASE\""},
    {.name = "identity",
     .kind = KeyKind::path,
     .doc = "A file of age identities, one of which opens the keyring",
     .example = "identity = \"keys/me.txt\""},
    {.name = "command",
     .kind = KeyKind::texts,
     .doc = "The program that opens the keyring, and its arguments: run with decrypt behind them, "
            "sealed bytes in, bytes out; no shell reads them",
     .example = "command = [\"kms-wrap\", \"--key\", \"pii\"]"},
};

constexpr KeyRule sink_section[] = {
    {.name = "files",
     .kind = KeyKind::path,
     .doc =
         "One file; or one for each input, by its {stem}, {name} and {dir}; or \"-\": standard "
         "output. What ends in .gz or .zst is compressed; what is sealed ends in .age behind that",
     .example = "files = \"out/{stem}.ndjson\", or \"-\" for standard output",
     .presence = Presence::required},
    {.name = "format",
     .kind = KeyKind::choice,
     .doc = "How the records are written; without it, as they are read",
     .choices = format_names},
    {.name = "columns",
     .kind = KeyKind::texts,
     .doc = "The header of csv and tsv; without it, the keys of the first record",
     .example = "columns = [\"id\", \"name\"]"},
    {.name = "existing",
     .kind = KeyKind::choice,
     .doc = "Whether a file that is there may be replaced; for the dead letters, too",
     .default_value = "error",
     .choices = existing_choices},
    {.name = "recipient",
     .kind = KeyKind::paths,
     .doc = "Whom the outputs are sealed to, as adyton keys identity prints it; their names end in "
            ".age",
     .example = "recipient = \"age1…\", or an array of them"},
};

constexpr KeyRule dead_letter_section[] = {
    {.name = "file",
     .kind = KeyKind::path,
     .doc = "The file that failed records go to",
     .example = "file = \"out/dead.ndjson\""},
    {.name = "plain",
     .kind = KeyKind::flag,
     .doc = "Whether the entries hold the records also where the job protects fields",
     .default_value = "false"},
    {.name = "max_errors",
     .kind = KeyKind::budget,
     .doc = "How many records may fail before the run fails and publishes nothing: a count, or a "
            "share of the records read; without it, any number with a file, else none",
     .example = "a count (max_errors = 100) or a share of the records read (max_errors = \"1 %\")"},
    {.name = "recipient",
     .kind = KeyKind::paths,
     .doc = "Whom the records in the entries are sealed to, as adyton keys identity prints it",
     .example = "recipient = \"age1…\", or an array of them"},
};

constexpr KeyRule receipt_section[] = {
    {.name = "digest",
     .kind = KeyKind::choice,
     .doc = "What the inputs and outputs are digested with",
     .default_value = "xxh3-128",
     .choices = digests},
};

constexpr KeyRule tables[] = {
    {.name = "job",
     .kind = KeyKind::table,
     .doc = "The job itself",
     .example = "[job], and under it name = \"protect-customers\"",
     .presence = Presence::required,
     .keys = job_section},
    {.name = "source",
     .kind = KeyKind::table,
     .doc = "What is read",
     .example = "[source], and under it files = [\"data/*.ndjson\"]",
     .presence = Presence::required,
     .keys = source_section},
    {.name = "keyring",
     .kind = KeyKind::named_tables,
     .doc = "The keyrings, under the names that the steps call them by",
     .example = "[keyring.pii], and under it file = \"keys/pii.json\"",
     .keys = keyring_section},
    {.name = "step",
     .kind = KeyKind::steps,
     .doc = "What is done to each record, in this order",
     .example = "write [[step]], in double brackets, for each of them"},
    {.name = "sink",
     .kind = KeyKind::table,
     .doc = "Where the records go",
     .example = "[sink], and under it files = \"out/{stem}.ndjson\"",
     .presence = Presence::required,
     .keys = sink_section},
    {.name = "dead_letter",
     .kind = KeyKind::table,
     .doc = "Where records go that fail; without it, the first of them ends the run",
     .example = "[dead_letter], and under it file = \"out/dead.ndjson\"",
     .keys = dead_letter_section},
    {.name = "receipt",
     .kind = KeyKind::table,
     .doc = "What the run leaves about itself",
     .example = "[receipt], and under it digest = \"sha256\"",
     .keys = receipt_section},
    {.name = "test", .unavailable = "leave the test cases out"},
};

}  // namespace

std::span<const KeyRule> job_keys() {
  return tables;
}

std::span<const KeyRule> keys_of(std::string_view table) {
  const auto found = std::find_if(std::begin(tables), std::end(tables),
                                  [table](const KeyRule& rule) { return rule.name == table; });
  return found->keys;
}

}  // namespace adyton::pipeline
