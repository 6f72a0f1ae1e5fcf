#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "modules/crypto/keyring_store.h"

namespace adyton::crypto {

/// How somebody says what opens or seals a keyring file: on the command line, in a job, in Python.
/// At most one of command, passphrase, and identities with recipients is used.
struct KeyringAccessOptions {
  std::vector<std::string> command;               // words, without encrypt or decrypt
  std::optional<std::string> passphrase;          // the caller wipes it
  unsigned work_factor = age::usual_work_factor;  // of what is sealed by it
  std::vector<std::string> identity_files;        // whose identities open it
  std::vector<std::string> recipients;            // age1…: whom it is sealed to
};

/// What opens and seals a keyring file, with all that it needs. Moves; what opener() and the
/// sealers give is valid as long as it stays where it is.
class KeyringAccess {
 public:
  /// Reads the identity files. ErrorCode::config for two ways at once, or one that is malformed.
  static Result<KeyringAccess> of(const KeyringAccessOptions& options, Os& os);

  KeyringOpener opener() const;

  /// Seals a new keyring as the options say; in the clear if they say nothing. ErrorCode::config
  /// where they name identities only.
  Result<KeyringSealer> sealer() const;

  /// Seals a keyring that had that form in the same one. Whom an age file was sealed to does not
  /// stand in it: without a passphrase or recipients ErrorCode::config.
  Result<KeyringSealer> sealer_of(KeyringForm form) const;

 private:
  std::unique_ptr<KeyWrapper> wrapper_;
  std::unique_ptr<age::Identities> identities_;
  std::unique_ptr<age::Recipients> recipients_;
};

/// The passphrase in an environment variable. ErrorCode::config if it is not set or empty. `what`
/// it should hold, for messages.
Result<std::string> passphrase_in(const std::string& variable,
                                  std::string_view what = "the keyring's passphrase");

}  // namespace adyton::crypto
