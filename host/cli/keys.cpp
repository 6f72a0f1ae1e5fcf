#include "host/cli/keys.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <boost/program_options/value_semantic.hpp>

#include "host/base/text.h"
#include "host/cli/identity.h"
#include "host/cli/keys_commands.h"
#include "host/cli/options.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

using crypto::Keyring;
using crypto::KeyType;

constexpr std::string_view usage =
    "usage: adyton keys new FILE [--type TYPE] [how it is sealed]\n"
    "       adyton keys list FILE [--json] [what opens it]\n"
    "       adyton keys rotate FILE [--type TYPE] [what opens and seals it]\n"
    "       adyton keys promote|enable|disable|destroy FILE ID [what opens and seals it]\n"
    "       adyton keys public FILE [--output FILE] [what opens it]\n"
    "       adyton keys convert FILE [--output FILE] [what opens it] --to-…\n"
    "       adyton keys identity [-o FILE]\n"
    "\n"
    "Keyring files: Tink keysets, in the clear or sealed.\n"
    "\n"
    "  new      a keyring with one key; a file that exists is left alone\n"
    "  list     ids, types and states of the keys\n"
    "  rotate   adds a key that encrypts, signs or hashes from now on; the old ones are kept\n"
    "  promote  makes an enabled key the primary, the one that encrypts, signs or hashes\n"
    "  enable   lets a disabled key be used again\n"
    "  disable  takes a key out of use for the time being\n"
    "  destroy  erases a key for good: what it encrypted is lost\n"
    "  public   the public halves of keys that sign, for those who verify\n"
    "  convert  seals a keyring in another way, or not at all\n"
    "  identity a key of its own kind: with it files are opened that were sealed (adyton seal)\n"
    "\n"
    "A keyring is sealed by a passphrase (-p: typed; --passphrase-env NAME), by --command WORDS "
    "(a\n"
    "KMS), or to --recipient AGE1…, whose --identity FILE opens it; else it is in the clear.\n"
    "\n"
    "try: adyton keys new --help\n";

struct Subcommand {
  std::string_view name;
  int (*run)(std::span<const std::string>, Os&);
};

constexpr std::array<Subcommand, 10> subcommands{{
    {"new", new_keyring},
    {"list", list_keys},
    {"rotate", rotate_keyring},
    {"promote", promote_key},
    {"enable", enable_key},
    {"disable", disable_key},
    {"destroy", destroy_key},
    {"public", export_public},
    {"convert", convert_keyring},
    {"identity", identity_command},
}};

std::string unknown(const std::string& name) {
  std::array<std::string_view, subcommands.size()> names;
  std::ranges::transform(subcommands, names.begin(), &Subcommand::name);
  std::string message = cat("there is no ", in_quotes(name));
  if (const auto meant = did_you_mean(name, names)) message += cat("; did you mean ", *meant, "?");
  return message;
}

}  // namespace

int fail_keys(std::string_view command, const Error& error) {
  complain(command, error.text());
  return error.code == ErrorCode::stopped ? exit_stopped : exit_failed;
}

std::string known_key_types() {
  std::string names;
  for (const std::string_view name : crypto::key_type_names()) {
    names += cat(names.empty() ? "" : ", ", name);
  }
  return names;
}

std::variant<KeyType, int> key_type_of(std::string_view command, const std::string& name) {
  if (const auto type = crypto::parse_key_type(name)) return *type;
  std::string message = cat("there is no key type ", in_quotes(name));
  const auto meant = did_you_mean(name, crypto::key_type_names());
  message +=
      meant ? cat("; did you mean ", *meant, "?") : cat("; the types are ", known_key_types());
  complain(command, message);
  return exit_usage;
}

void warn_of_cleartext(std::string_view command, const std::string& path, const Keyring& keyring,
                       const crypto::KeyringSealer& sealer) {
  if (!std::holds_alternative<std::monostate>(sealer) || !keyring.holds_secrets()) return;
  complain(command, cat("warning: ", path,
                        " holds keys in the clear: who can read it can read what they protect; "
                        "without it that is lost"));
}

int new_keyring(std::span<const std::string> args, Os& os) {
  constexpr std::string_view command = "keys new";
  CommandOptions options{
      command,
      "file",
      "usage: adyton keys new FILE [--type TYPE] [--recipient AGE1|-p|--command WORDS]\n"
      "Makes a keyring with one key, x-aes-gcm unless --type says otherwise.\n",
      {}};
  const std::string type_help = cat("the new key's type: ", known_key_types());
  options.options.add_options()("type", po::value<std::string>()->value_name("TYPE"),
                                type_help.c_str());
  add_access_options(options.options, KeyringUse::seals);
  const auto parsed = parse_options(std::move(options), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  KeyType type = KeyType::x_aes_gcm;
  if (values.contains("type")) {
    const auto named = key_type_of(command, values["type"].as<std::string>());
    if (const int* code = std::get_if<int>(&named)) return *code;
    type = std::get<KeyType>(named);
  }
  const auto access = access_of(values, os, Asked::twice);
  if (!access) return fail_keys(command, access.error());
  const auto sealer = access->sealer();
  if (!sealer) return fail_keys(command, sealer.error());
  const std::string& path = values["file"].as<std::string>();
  const Keyring keyring = Keyring::generate(type);
  const Status saved = crypto::save_keyring(os, path, keyring, Existing::error, *sealer);
  if (!saved) return fail_keys(command, saved.error());
  warn_of_cleartext(command, path, keyring, *sealer);
  const bool printed = print(
      cat(path, ": new key ", keyring.primary_key_id(), " (", crypto::key_type_name(type), ")\n"));
  return printed ? exit_done : exit_failed;
}

int keys_command(std::span<const std::string> args, Os& os) {
  if (!args.empty() && (args[0] == "--help" || args[0] == "help")) {
    return print(usage) ? exit_done : exit_failed;
  }
  if (!args.empty()) {
    const auto found = std::ranges::find(subcommands, args[0], &Subcommand::name);
    if (found != subcommands.end()) return found->run(args.subspan(1), os);
  }
  complain("keys", args.empty() ? "new, list, rotate, …?" : unknown(args[0]));
  std::fputs("try: adyton keys --help\n", stderr);
  return exit_usage;
}

}  // namespace adyton::cli
