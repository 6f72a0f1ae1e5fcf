#include "host/cli/keys.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <variant>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>

#include "host/base/text.h"
#include "host/cli/identity.h"
#include "host/cli/options.h"
#include "modules/crypto/keyring.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

using crypto::KeyInfo;
using crypto::Keyring;
using crypto::KeyType;

constexpr std::string_view usage =
    "usage: adyton keys new FILE [--type TYPE]\n"
    "       adyton keys list FILE\n"
    "       adyton keys rotate FILE [--type TYPE]\n"
    "       adyton keys identity [-o FILE]\n"
    "\n"
    "Keyring files: Tink keysets in JSON, with the keys in the clear.\n"
    "\n"
    "  new      a keyring with one key; a file that exists is left alone\n"
    "  list     ids, types and states of the keys\n"
    "  rotate   adds a key that encrypts (or hashes) from now on; the old ones are kept\n"
    "  identity a key of its own kind: with it files are opened that were sealed (adyton seal)\n"
    "\n"
    "try: adyton keys new --help\n";

constexpr std::size_t id_width = 12;
constexpr std::size_t type_width = 20;
constexpr std::size_t status_width = 11;

std::string known_types() {
  std::string names;
  for (const std::string_view name : crypto::key_type_names()) {
    names += cat(names.empty() ? "" : ", ", name);
  }
  return names;
}

int fail(std::string_view command, const Error& error) {
  complain(command, error.text());
  return exit_failed;
}

void warn_of_cleartext(std::string_view command, const std::string& path) {
  complain(command, cat("warning: ", path,
                        " holds keys in the clear: who can read it can read what they protect; "
                        "without it that is lost"));
}

enum class TakesType { yes, no };

// What one subcommand was asked for.
struct Request {
  std::string path;
  std::optional<KeyType> type;
};

std::variant<Request, int> parse(std::string_view command, std::string_view text,
                                 std::span<const std::string> args, TakesType takes_type) {
  CommandOptions options{command, "file", text, {}};
  const std::string type_help = cat("the new key's type: ", known_types());
  if (takes_type == TakesType::yes) {
    options.options.add_options()("type", po::value<std::string>()->value_name("TYPE"),
                                  type_help.c_str());
  }
  auto parsed = parse_options(std::move(options), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  Request request{values["file"].as<std::string>(), std::nullopt};
  if (!values.contains("type")) return request;
  const auto& name = values["type"].as<std::string>();
  request.type = crypto::parse_key_type(name);
  if (request.type) return request;
  std::string message = cat("there is no key type ", in_quotes(name));
  const auto meant = did_you_mean(name, crypto::key_type_names());
  message += meant ? cat("; did you mean ", *meant, "?") : cat("; the types are ", known_types());
  complain(command, message);
  return exit_usage;
}

int new_keyring(std::span<const std::string> args, Os& os) {
  constexpr std::string_view command = "keys new";
  const auto parsed =
      parse(command,
            "usage: adyton keys new FILE [--type TYPE]\n"
            "Makes a keyring with one key, x-aes-gcm unless --type says otherwise.\n",
            args, TakesType::yes);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& request = std::get<Request>(parsed);
  const KeyType type = request.type.value_or(KeyType::x_aes_gcm);
  const Keyring keyring = Keyring::generate(type);
  const Status saved = crypto::save_keyring(os, request.path, keyring, Existing::error);
  if (!saved) return fail(command, saved.error());
  warn_of_cleartext(command, request.path);
  const bool printed = print(cat(request.path, ": new key ", keyring.primary_key_id(), " (",
                                 crypto::key_type_name(type), ")\n"));
  return printed ? exit_done : exit_failed;
}

std::string padded(std::string_view text, std::size_t width) {
  return cat(text, std::string(width > text.size() ? width - text.size() : 1, ' '));
}

std::string row(const KeyInfo& key) {
  const std::string_view prefix = key.prefix == crypto::OutputPrefix::tink ? "tink" : "raw";
  std::string text = cat(padded(cat(key.id), id_width),
                         padded(key.type ? crypto::key_type_name(*key.type) : "?", type_width),
                         padded(crypto::key_status_name(key.status), status_width), prefix);
  if (key.primary) text += "  primary";
  return text + "\n";
}

int list_keys(std::span<const std::string> args, Os& os) {
  constexpr std::string_view command = "keys list";
  const auto parsed =
      parse(command, "usage: adyton keys list FILE\nShows ids, types and states of the keys.\n",
            args, TakesType::no);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto keyring = crypto::load_keyring(os, std::get<Request>(parsed).path);
  if (!keyring) return fail(command, keyring.error());
  std::string text = cat(padded("id", id_width), padded("type", type_width),
                         padded("status", status_width), "prefix\n");
  for (const KeyInfo& key : keyring->keys()) text += row(key);
  return print(text) ? exit_done : exit_failed;
}

KeyType primary_type(const Keyring& keyring) {
  const auto keys = keyring.keys();
  return *std::ranges::find(keys, true, &KeyInfo::primary)->type;
}

/// What a rotation does, for the line that reports it.
std::string effect_of(KeyType type, std::uint32_t old_id) {
  return crypto::key_purpose(type) == crypto::KeyPurpose::mac
             ? cat("hashes from now on; ", old_id, " is kept")
             : cat("encrypts from now on; ", old_id, " goes on decrypting");
}

int rotate_keyring(std::span<const std::string> args, Os& os) {
  constexpr std::string_view command = "keys rotate";
  const auto parsed = parse(
      command,
      "usage: adyton keys rotate FILE [--type TYPE]\n"
      "Adds a key and makes it the primary. Its type is the old primary's unless --type says\n"
      "otherwise.\n",
      args, TakesType::yes);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& request = std::get<Request>(parsed);
  auto keyring = crypto::load_keyring(os, request.path);
  if (!keyring) return fail(command, keyring.error());
  const KeyType type = request.type.value_or(primary_type(*keyring));
  if (crypto::key_purpose(type) != crypto::key_purpose(primary_type(*keyring))) {
    return fail(command,
                {ErrorCode::config,
                 cat(request.path, " holds ", crypto::key_type_name(primary_type(*keyring)),
                     " keys, and ", crypto::key_type_name(type),
                     " is for another purpose, which has a keyring of its own; make one with: "
                     "adyton keys new FILE --type ",
                     crypto::key_type_name(type))});
  }
  const std::uint32_t old_id = keyring->primary_key_id();
  const std::uint32_t new_id = keyring->rotate(type);
  const Status saved = crypto::save_keyring(os, request.path, *keyring, Existing::replace);
  if (!saved) return fail(command, saved.error());
  const bool printed = print(cat(request.path, ": new key ", new_id, " (",
                                 crypto::key_type_name(type), ") ", effect_of(type, old_id), '\n'));
  return printed ? exit_done : exit_failed;
}

using Subcommand = int (*)(std::span<const std::string>, Os&);

Subcommand subcommand_of(std::string_view name) {
  if (name == "new") return new_keyring;
  if (name == "list") return list_keys;
  if (name == "rotate") return rotate_keyring;
  if (name == "identity") return identity_command;
  return nullptr;
}

}  // namespace

int keys_command(std::span<const std::string> args, Os& os) {
  if (!args.empty() && (args[0] == "--help" || args[0] == "help")) {
    return print(usage) ? exit_done : exit_failed;
  }
  const Subcommand subcommand = args.empty() ? nullptr : subcommand_of(args[0]);
  if (subcommand != nullptr) return subcommand(args.subspan(1), os);
  constexpr std::array<std::string_view, 4> names{"new", "list", "rotate", "identity"};
  std::string message =
      args.empty() ? "new, list, rotate or identity?" : cat("there is no ", in_quotes(args[0]));
  if (!args.empty()) {
    if (const auto meant = did_you_mean(args[0], names)) {
      message += cat("; did you mean ", *meant, "?");
    }
  }
  complain("keys", message);
  std::fputs("try: adyton keys --help\n", stderr);
  return exit_usage;
}

}  // namespace adyton::cli
