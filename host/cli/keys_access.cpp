#include "host/cli/keys_access.h"

#include <sstream>
#include <vector>

#include <boost/program_options/value_semantic.hpp>

#include "host/base/text.h"
#include "modules/crypto/secret.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

// A name that is given several times gives several values.
std::vector<std::string> all_of(const po::variables_map& values, const std::string& name) {
  return values.contains(name) ? values[name].as<std::vector<std::string>>()
                               : std::vector<std::string>();
}

void add_work_factor(po::options_description& options) {
  options.add_options()("work-factor", po::value<int>()->value_name("N"),
                        "have whoever tries a passphrase spend 2^N KiB of memory; 18 if not given");
}

/// The words of a command line, as no shell sees it: white space parts them, nothing else is
/// special.
std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

void add(po::options_description& options, const char* name, const char* value, const char* help) {
  options.add_options()(name, po::value<std::string>()->value_name(value), help);
}

void add_several(po::options_description& options, const char* name, const char* value,
                 const char* help) {
  options.add_options()(name, po::value<std::vector<std::string>>()->value_name(value), help);
}

/// The passphrase that is named, if one is.
Result<std::optional<std::string>> passphrase_of(const po::variables_map& values, Asked asked,
                                                 const std::string& prefix) {
  const bool typed = values.contains(prefix + "passphrase");
  if (values.contains(prefix + "passphrase-env")) {
    const std::string variable = prefix + "passphrase-env";
    if (typed) {
      return Error{ErrorCode::config, cat("choose one: --", prefix, "passphrase or --", variable)};
    }
    ADYTON_TRY(std::string text, crypto::passphrase_in(values[variable].as<std::string>()));
    return std::optional(std::move(text));
  }
  if (!typed) return std::optional<std::string>();
  ADYTON_TRY(const crypto::Secret passphrase, read_passphrase(std::nullopt, asked));
  return std::optional<std::string>(as_text(passphrase.bytes()));
}

}  // namespace

void add_access_options(po::options_description& options, KeyringUse use) {
  if (use != KeyringUse::seals) {
    add_several(options, "identity,i", "FILE", "opens a keyring sealed to recipients");
  }
  if (use != KeyringUse::opens) add_work_factor(options);
  if (use != KeyringUse::opens) {
    add_several(options, "recipient,r", "AGE1", "whom it is sealed to; may be given several times");
  }
  options.add_options()("passphrase,p", "it is sealed by a passphrase, which is typed");
  add(options, "passphrase-env", "NAME",
      "the same, but the environment variable NAME holds the passphrase");
  add(options, "command", "WORDS",
      "the program it is sealed by, run with encrypt or decrypt behind these words: bytes in, "
      "bytes out; no shell reads them");
}

void add_target_options(po::options_description& options) {
  add_several(options, "to-recipient", "AGE1", "seals to a recipient; may be given several times");
  add_work_factor(options);
  options.add_options()("to-passphrase", "seals by a passphrase, which is typed twice");
  add(options, "to-passphrase-env", "NAME", "seals by the passphrase in that variable");
  add(options, "to-command", "WORDS", "seals by that program");
  options.add_options()("to-cleartext", "leaves the keys in the clear");
}

Result<crypto::KeyringAccess> access_of(const po::variables_map& values, Os& os, Asked asked,
                                        const std::string& prefix) {
  crypto::KeyringAccessOptions options;
  options.identity_files = prefix.empty() ? all_of(values, "identity") : std::vector<std::string>();
  options.recipients = all_of(values, prefix + "recipient");
  if (values.contains(prefix + "command")) {
    options.command = words_of(values[prefix + "command"].as<std::string>());
    if (options.command.empty()) return Error{ErrorCode::config, "the command is empty"};
  }
  ADYTON_TRY(options.work_factor,
             work_factor_of(values, "work-factor", crypto::age::usual_work_factor));
  ADYTON_TRY(options.passphrase, passphrase_of(values, asked, prefix));
  if (!options.passphrase) return crypto::KeyringAccess::of(options, os);
  const crypto::WipeAtExit wipe_passphrase(*options.passphrase);
  return crypto::KeyringAccess::of(options, os);
}

}  // namespace adyton::cli
