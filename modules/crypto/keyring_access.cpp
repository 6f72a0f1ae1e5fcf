#include "modules/crypto/keyring_access.h"

#include <cstdlib>
#include <utility>

#include "host/base/text.h"

namespace adyton::crypto {
namespace {

Error config(std::string message) {
  return {ErrorCode::config, std::move(message)};
}

Status check_one_way(const KeyringAccessOptions& options) {
  const int ways = (options.command.empty() ? 0 : 1) + (options.passphrase ? 1 : 0) +
                   (options.identity_files.empty() && options.recipients.empty() ? 0 : 1);
  if (ways <= 1) return {};
  return config(
      "a keyring is sealed in one way: by a command, by a passphrase, or to recipients, whose "
      "identities open it");
}

Result<age::Identities> identities_of(const KeyringAccessOptions& options, Os& os) {
  if (options.passphrase) return age::Identities::passphrase(*options.passphrase);
  std::vector<age::Identity> all;
  for (const std::string& path : options.identity_files) {
    ADYTON_TRY(std::vector<age::Identity> some, age::load_identities(os, path));
    for (age::Identity& identity : some) all.push_back(std::move(identity));
  }
  return age::Identities(std::move(all));
}

Result<age::Recipients> recipients_of(const KeyringAccessOptions& options) {
  if (options.passphrase)
    return age::Recipients::passphrase(*options.passphrase, options.work_factor);
  std::vector<age::Recipient> all;
  for (const std::string& text : options.recipients) {
    ADYTON_TRY(const age::Recipient recipient, age::Recipient::parse(text));
    all.push_back(recipient);
  }
  return age::Recipients::of(std::move(all));
}

}  // namespace

Result<KeyringAccess> KeyringAccess::of(const KeyringAccessOptions& options, Os& os) {
  ADYTON_CHECK(check_one_way(options));
  KeyringAccess access;
  if (!options.command.empty()) {
    access.wrapper_ = std::make_unique<CommandWrapper>(Command{options.command});
  }
  if (options.passphrase || !options.identity_files.empty()) {
    ADYTON_TRY(age::Identities identities, identities_of(options, os));
    access.identities_ = std::make_unique<age::Identities>(std::move(identities));
  }
  if (options.passphrase || !options.recipients.empty()) {
    ADYTON_TRY(age::Recipients recipients, recipients_of(options));
    access.recipients_ = std::make_unique<age::Recipients>(std::move(recipients));
  }
  return access;
}

KeyringOpener KeyringAccess::opener() const {
  return {wrapper_.get(), identities_.get()};
}

Result<KeyringSealer> KeyringAccess::sealer() const {
  if (wrapper_) return KeyringSealer(wrapper_.get());
  return identities_ || recipients_ ? sealer_of(KeyringForm::age) : KeyringSealer();
}

Result<KeyringSealer> KeyringAccess::sealer_of(KeyringForm form) const {
  if (form == KeyringForm::cleartext) return KeyringSealer();
  if (form == KeyringForm::wrapped && wrapper_) return KeyringSealer(wrapper_.get());
  if (form == KeyringForm::wrapped)
    return config("the command that seals the keyring is not named");
  if (recipients_) return KeyringSealer(recipients_.get());
  return config(
      "an age file does not say to whom it is sealed: name all the recipients (age1…) again");
}

Result<std::string> passphrase_in(const std::string& variable, std::string_view what) {
  const char* const value = std::getenv(variable.c_str());
  if (value != nullptr && *value != '\0') return std::string(value);
  return config(cat("the environment variable ", in_quotes(variable),
                    value == nullptr ? " is not set" : " is empty", "; it should hold ", what));
}

}  // namespace adyton::crypto
