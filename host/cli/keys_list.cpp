#include "host/base/text.h"
#include "host/cli/keys_commands.h"
#include "host/cli/options.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

using crypto::KeyInfo;
using crypto::KeyPart;

constexpr std::string_view command = "keys list";

constexpr std::size_t id_width = 12;
constexpr std::size_t type_width = 23;
constexpr std::size_t status_width = 11;

std::string padded(std::string_view text, std::size_t width) {
  return cat(text, std::string(width > text.size() ? width - text.size() : 1, ' '));
}

std::string_view type_of(const KeyInfo& key) {
  return key.type ? crypto::key_type_name(*key.type) : "?";
}

std::string_view prefix_of(const KeyInfo& key) {
  return key.prefix == crypto::OutputPrefix::tink ? "tink" : "raw";
}

std::string row(const KeyInfo& key) {
  std::string text = cat(padded(cat(key.id), id_width), padded(type_of(key), type_width),
                         padded(crypto::key_status_name(key.status), status_width), prefix_of(key));
  if (key.part == KeyPart::public_key) text += "  public";
  if (key.primary) text += "  primary";
  return text + "\n";
}

std::string table(const std::vector<KeyInfo>& keys) {
  std::string text = cat(padded("id", id_width), padded("type", type_width),
                         padded("status", status_width), "prefix\n");
  for (const KeyInfo& key : keys) text += row(key);
  return text;
}

// Nothing in it needs escaping: the words are ours.
std::string json_of(const KeyInfo& key) {
  return cat("{\"id\": ", key.id,
             ", \"type\": ", key.type ? cat('"', type_of(key), '"') : std::string("null"),
             ", \"status\": \"", crypto::key_status_name(key.status), "\", \"prefix\": \"",
             prefix_of(key), "\", \"part\": \"", crypto::key_part_name(key.part),
             "\", \"primary\": ", key.primary ? "true" : "false", "}");
}

std::string json(const crypto::LoadedKeyring& loaded) {
  std::string keys;
  for (const KeyInfo& key : loaded.keyring.keys()) {
    keys += cat(keys.empty() ? "\n    " : ",\n    ", json_of(key));
  }
  const auto purpose = crypto::key_purpose(loaded.keyring.primary_type());
  return cat("{\n  \"purpose\": \"", crypto::key_purpose_name(purpose), "\",\n  \"sealed\": ",
             loaded.form == crypto::KeyringForm::cleartext ? "false" : "true", ",\n  \"keys\": [",
             keys, "\n  ]\n}\n");
}

}  // namespace

int list_keys(std::span<const std::string> args, Os& os) {
  CommandOptions options{command,
                         "file",
                         "usage: adyton keys list FILE [--json] [--identity FILE|--passphrase-env "
                         "NAME|--command WORDS]\n"
                         "Shows ids, types and states of the keys.\n",
                         {}};
  options.options.add_options()("json", "as JSON, for programs");
  add_access_options(options.options, KeyringUse::opens);
  const auto parsed = parse_options(std::move(options), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  const auto access = access_of(values, os, Asked::once);
  if (!access) return fail_keys(command, access.error());
  const auto loaded =
      crypto::load_keyring_and_form(os, values["file"].as<std::string>(), access->opener());
  if (!loaded) return fail_keys(command, loaded.error());
  const std::string text = values.contains("json") ? json(*loaded) : table(loaded->keyring.keys());
  return print(text) ? exit_done : exit_failed;
}

}  // namespace adyton::cli
