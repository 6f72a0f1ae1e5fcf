#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "host/base/os.h"
#include "host/base/result.h"
#include "modules/crypto/age/file_key.h"
#include "modules/crypto/key_wrapper.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {

/// What a keyring file is.
enum class KeyringForm {
  cleartext,  // Tink's JSON, the keys in the clear
  wrapped,    // Tink's encrypted JSON: sealed by an Aead or a command (encrypted_keyset.h)
  age,        // an age file with the first: sealed by a passphrase or to recipients
};

/// "in the clear", "sealed by a key", "sealed as an age file".
std::string_view form_name(KeyringForm form);

/// By how it begins; nothing is checked.
KeyringForm form_of(std::string_view content);

/// What may open a keyring file; what its form does not need is not used. All of it is borrowed.
struct KeyringOpener {
  const KeyWrapper* wrapper = nullptr;
  const age::Identities* identities = nullptr;
};

/// How a keyring is sealed when it is saved: not at all, by a wrapper, or as an age file. Borrowed.
using KeyringSealer = std::variant<std::monostate, const KeyWrapper*, const age::Recipients*>;

/// A keyring in any of its forms. ErrorCode::config if the opener has not what its form takes;
/// ErrorCode::crypto if what it has does not open it; else as Keyring::parse.
Result<Keyring> open_keyring(std::string_view content, const KeyringOpener& opener);

/// The content of a keyring file. The caller wipes it if it is in the clear.
Result<std::string> seal_keyring(const Keyring& keyring, const KeyringSealer& sealer);

/// Reads a keyring file, as KeyFile; one with secrets in the clear must be private. Every error
/// names the file.
Result<Keyring> load_keyring(Os& os, const std::string& path, const KeyringOpener& opener = {});

/// The same, and what form it had: who changes it saves it in the same one.
struct LoadedKeyring {
  Keyring keyring;
  KeyringForm form;
};
Result<LoadedKeyring> load_keyring_and_form(Os& os, const std::string& path,
                                            const KeyringOpener& opener = {});

/// Writes a keyring file, as write_key_file(). Existing::error: ErrorCode::config if the name is
/// taken.
Status save_keyring(Os& os, const std::string& path, const Keyring& keyring, Existing existing,
                    const KeyringSealer& sealer = {});

}  // namespace adyton::crypto
