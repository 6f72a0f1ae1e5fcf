#include <algorithm>
#include <array>
#include <optional>

#include <boost/program_options/value_semantic.hpp>

#include "host/base/text.h"
#include "host/cli/keys_commands.h"
#include "host/cli/options.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

using crypto::Keyring;

void add_out(CommandOptions& options, const char* help) {
  options.options.add_options()("output,o", po::value<std::string>()->value_name("FILE"), help);
}

Result<Keyring> load(const po::variables_map& values, Os& os) {
  ADYTON_TRY(const crypto::KeyringAccess access, access_of(values, os, Asked::once));
  return crypto::load_keyring(os, values["file"].as<std::string>(), access.opener());
}

/// What is wrong with how the copy is to be sealed; in the clear only if that is asked for by name.
std::optional<std::string_view> wrong_target(const po::variables_map& values) {
  const bool sealed = std::ranges::any_of(
      std::array{"to-recipient", "to-passphrase", "to-passphrase-env", "to-command"},
      [&](const char* name) { return values.contains(name); });
  if (sealed && values.contains("to-cleartext")) return "--to-cleartext goes with no other --to-…";
  if (sealed || values.contains("to-cleartext")) return std::nullopt;
  return "sealed how? --to-recipient, --to-passphrase or --to-command; or --to-cleartext";
}

}  // namespace

int export_public(std::span<const std::string> args, Os& os) {
  constexpr std::string_view command = "keys public";
  CommandOptions options{
      command,
      "file",
      "usage: adyton keys public FILE [--output FILE] [--identity FILE|\n"
      "                          -p|--command WORDS]\n"
      "Writes the public halves of keys that sign, as a Tink keyset: no secret.\n",
      {}};
  add_out(options, "where to, instead of standard output; a file that exists is left alone");
  add_access_options(options.options, KeyringUse::opens);
  const auto parsed = parse_options(std::move(options), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  const auto keyring = load(values, os);
  if (!keyring) return fail_keys(command, keyring.error());
  const auto half = keyring->public_keyring();
  if (!half) {
    return fail_keys(command,
                     {half.error().code, half.error().message, values["file"].as<std::string>()});
  }
  if (!values.contains("output")) return print(half->to_json()) ? exit_done : exit_failed;
  const Status saved =
      crypto::save_keyring(os, values["output"].as<std::string>(), *half, Existing::error);
  return saved ? exit_done : fail_keys(command, saved.error());
}

int convert_keyring(std::span<const std::string> args, Os& os) {
  constexpr std::string_view command = "keys convert";
  CommandOptions options{
      command,
      "file",
      "usage: adyton keys convert FILE [--output FILE] [--identity FILE|-p|\n"
      "                           --command WORDS] --to-recipient AGE1|--to-passphrase|\n"
      "                           --to-command WORDS|--to-cleartext\n"
      "Seals a keyring in another way. The ids and keys stay what they are.\n",
      {}};
  add_out(options, "where to; without it, FILE is replaced. A file that exists is left alone");
  add_access_options(options.options, KeyringUse::opens);
  add_target_options(options.options);
  const auto parsed = parse_options(std::move(options), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  if (const auto wrong = wrong_target(values)) {
    complain(command, *wrong);
    return exit_usage;
  }
  const auto keyring = load(values, os);
  if (!keyring) return fail_keys(command, keyring.error());
  const auto target = access_of(values, os, Asked::twice, "to-");
  if (!target) return fail_keys(command, target.error());
  const auto sealer = target->sealer();
  if (!sealer) return fail_keys(command, sealer.error());
  const bool elsewhere = values.contains("output");
  const std::string& path = values[elsewhere ? "output" : "file"].as<std::string>();
  const Status saved = crypto::save_keyring(
      os, path, *keyring, elsewhere ? Existing::error : Existing::replace, *sealer);
  if (!saved) return fail_keys(command, saved.error());
  warn_of_cleartext(command, path, *keyring, *sealer);
  return exit_done;
}

}  // namespace adyton::cli
