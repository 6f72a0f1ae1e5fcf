#include <boost/program_options/value_semantic.hpp>

#include "host/base/text.h"
#include "host/cli/keys_commands.h"
#include "host/cli/options.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

using crypto::Keyring;

void add_out(CommandOptions& options, const char* help) {
  options.options.add_options()("out,o", po::value<std::string>()->value_name("FILE"), help);
}

Result<Keyring> load(const po::variables_map& values, Os& os) {
  ADYTON_TRY(const crypto::KeyringAccess access, access_of(values, os));
  return crypto::load_keyring(os, values["file"].as<std::string>(), access.opener());
}

/// How the copy is sealed. In the clear only if that is asked for by name.
Result<crypto::KeyringSealer> target_of(const po::variables_map& values,
                                        const crypto::KeyringAccess& access) {
  ADYTON_TRY(const crypto::KeyringSealer sealer, access.sealer());
  const bool clear = std::holds_alternative<std::monostate>(sealer);
  if (clear == values.contains("to-cleartext")) return sealer;
  return Error{ErrorCode::config,
               clear ? "sealed how? --to-recipient, --to-passphrase-env or --to-command; or "
                       "--to-cleartext"
                     : "--to-cleartext goes with no other --to-…"};
}

}  // namespace

int export_public(std::span<const std::string> args, Os& os) {
  constexpr std::string_view command = "keys public";
  CommandOptions options{
      command,
      "file",
      "usage: adyton keys public FILE [--out FILE] [--identity FILE|\n"
      "                          --passphrase-env NAME|--command WORDS]\n"
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
  if (!values.contains("out")) return print(half->to_json()) ? exit_done : exit_failed;
  const Status saved =
      crypto::save_keyring(os, values["out"].as<std::string>(), *half, Existing::error);
  return saved ? exit_done : fail_keys(command, saved.error());
}

int convert_keyring(std::span<const std::string> args, Os& os) {
  constexpr std::string_view command = "keys convert";
  CommandOptions options{
      command,
      "file",
      "usage: adyton keys convert FILE [--out FILE] [--identity FILE|--passphrase-env NAME|\n"
      "                           --command WORDS] --to-recipient AGE1|--to-passphrase-env NAME|\n"
      "                           --to-command WORDS|--to-cleartext\n"
      "Seals a keyring in another way. The ids and keys stay what they are.\n",
      {}};
  add_out(options, "where to; without it, FILE is replaced. A file that exists is left alone");
  add_access_options(options.options, KeyringUse::opens);
  add_target_options(options.options);
  const auto parsed = parse_options(std::move(options), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  const auto target = access_of(values, os, "to-");
  if (!target) return fail_keys(command, target.error());
  const auto sealer = target_of(values, *target);
  if (!sealer) {
    complain(command, sealer.error().text());
    return exit_usage;
  }
  const auto keyring = load(values, os);
  if (!keyring) return fail_keys(command, keyring.error());
  const bool elsewhere = values.contains("out");
  const std::string& path = values[elsewhere ? "out" : "file"].as<std::string>();
  const Status saved = crypto::save_keyring(
      os, path, *keyring, elsewhere ? Existing::error : Existing::replace, *sealer);
  if (!saved) return fail_keys(command, saved.error());
  warn_of_cleartext(command, path, *keyring, *sealer);
  return exit_done;
}

}  // namespace adyton::cli
