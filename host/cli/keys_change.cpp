#include <charconv>
#include <functional>

#include <boost/program_options/value_semantic.hpp>

#include "host/base/text.h"
#include "host/cli/keys_commands.h"
#include "host/cli/options.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

using crypto::KeyPurpose;
using crypto::Keyring;
using crypto::KeyType;

/// Loads a keyring, lets `change` change it and saves it in the form it had. `change` gives what
/// there is to say about it.
int change_keyring(std::string_view command, const po::variables_map& values, Os& os,
                   const std::function<Result<std::string>(Keyring&)>& change) {
  const std::string& path = values["file"].as<std::string>();
  const auto access = access_of(values, os, Asked::once);
  if (!access) return fail_keys(command, access.error());
  auto loaded = crypto::load_keyring_and_form(os, path, access->opener());
  if (!loaded) return fail_keys(command, loaded.error());
  const auto sealer = access->sealer_of(loaded->form);
  if (!sealer) return fail_keys(command, sealer.error());
  const auto said = change(loaded->keyring);
  if (!said) return fail_keys(command, {said.error().code, said.error().message, path});
  const Status saved = crypto::save_keyring(os, path, loaded->keyring, Existing::replace, *sealer);
  if (!saved) return fail_keys(command, saved.error());
  return print(cat(path, ": ", *said, '\n')) ? exit_done : exit_failed;
}

/// What a rotation does, for the line that reports it.
std::string effect_of(KeyType type, std::uint32_t old_id) {
  switch (crypto::key_purpose(type)) {
    case KeyPurpose::mac:
    case KeyPurpose::prf:
      return cat("hashes from now on; ", old_id, " is kept");
    case KeyPurpose::signature:
      return cat("signs from now on; ", old_id, " goes on verifying");
    case KeyPurpose::aead:
    case KeyPurpose::daead:
      break;
  }
  return cat("encrypts from now on; ", old_id, " goes on decrypting");
}

Result<std::string> rotate(Keyring& keyring, std::optional<KeyType> wanted) {
  const KeyType old_type = keyring.primary_type();
  const KeyType type = wanted.value_or(old_type);
  if (crypto::key_purpose(type) != crypto::key_purpose(old_type)) {
    return Error{
        ErrorCode::config,
        cat("holds ", crypto::key_type_name(old_type), " keys, and ", crypto::key_type_name(type),
            " is for another purpose, which has a keyring of its own; make one with: "
            "adyton keys new FILE --type ",
            crypto::key_type_name(type))};
  }
  if (!keyring.holds_secrets()) {
    return Error{ErrorCode::config,
                 "holds public keys only; rotate the keyring that they were exported from, and "
                 "export them again with: adyton keys public"};
  }
  const std::uint32_t old_id = keyring.primary_key_id();
  const std::uint32_t new_id = keyring.rotate(type);
  return cat("new key ", new_id, " (", crypto::key_type_name(type), ") ", effect_of(type, old_id));
}

// Which key, and what is done to it.
struct Change {
  std::string_view command;
  std::string_view usage;
  Status (Keyring::*apply)(std::uint32_t);
  std::string_view effect;  // continues "key 123 "
};

std::optional<std::uint32_t> id_of(const std::string& text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

int change_key(const Change& change, std::span<const std::string> args, Os& os) {
  CommandOptions options{change.command, "", change.usage, {}, {"file", "id"}};
  add_access_options(options.options, KeyringUse::changes);
  const auto parsed = parse_options(std::move(options), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  if (!values.contains("id")) {
    complain(change.command, values.contains("file") ? "which key? adyton keys list shows the ids"
                                                     : "which file, and which key?");
    return exit_usage;
  }
  const auto id = id_of(values["id"].as<std::string>());
  if (!id) {
    complain(change.command, cat(in_quotes(values["id"].as<std::string>()),
                                 " is no key id; adyton keys list shows them"));
    return exit_usage;
  }
  return change_keyring(change.command, values, os, [&](Keyring& keyring) -> Result<std::string> {
    ADYTON_CHECK((keyring.*change.apply)(*id));
    return cat("key ", *id, ' ', change.effect);
  });
}

}  // namespace

int rotate_keyring(std::span<const std::string> args, Os& os) {
  constexpr std::string_view command = "keys rotate";
  CommandOptions options{
      command,
      "file",
      "usage: adyton keys rotate FILE [--type TYPE] [--identity FILE --recipient AGE1|\n"
      "                          -p|--command WORDS]\n"
      "Adds a key and makes it the primary. Its type is the old primary's unless --type says\n"
      "otherwise.\n",
      {}};
  const std::string type_help = cat("the new key's type: ", known_key_types());
  options.options.add_options()("type", po::value<std::string>()->value_name("TYPE"),
                                type_help.c_str());
  add_access_options(options.options, KeyringUse::changes);
  const auto parsed = parse_options(std::move(options), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  std::optional<KeyType> type;
  if (values.contains("type")) {
    const auto named = key_type_of(command, values["type"].as<std::string>());
    if (const int* code = std::get_if<int>(&named)) return *code;
    type = std::get<KeyType>(named);
  }
  return change_keyring(command, values, os,
                        [&](Keyring& keyring) { return rotate(keyring, type); });
}

int promote_key(std::span<const std::string> args, Os& os) {
  return change_key(
      {"keys promote",
       "usage: adyton keys promote FILE ID\n"
       "Makes an enabled key the primary: it encrypts, signs or hashes from now on.\n",
       &Keyring::set_primary, "is the primary from now on"},
      args, os);
}

int enable_key(std::span<const std::string> args, Os& os) {
  return change_key(
      {"keys enable", "usage: adyton keys enable FILE ID\nLets a disabled key be used again.\n",
       &Keyring::enable, "is enabled"},
      args, os);
}

int disable_key(std::span<const std::string> args, Os& os) {
  return change_key({"keys disable",
                     "usage: adyton keys disable FILE ID\n"
                     "Takes a key out of use for the time being; the primary can't be.\n",
                     &Keyring::disable, "is disabled"},
                    args, os);
}

int destroy_key(std::span<const std::string> args, Os& os) {
  return change_key({"keys destroy",
                     "usage: adyton keys destroy FILE ID\n"
                     "Erases a key for good: what it encrypted is lost. The primary can't be.\n",
                     &Keyring::destroy, "is destroyed: its bytes are gone, its id stays taken"},
                    args, os);
}

}  // namespace adyton::cli
