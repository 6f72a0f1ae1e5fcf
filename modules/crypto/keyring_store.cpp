#include "modules/crypto/keyring_store.h"

#include <utility>

#include "host/base/text.h"
#include "modules/crypto/age/age.h"
#include "modules/crypto/encrypted_keyset.h"
#include "modules/crypto/key_file.h"
#include "modules/crypto/keyset_proto.h"

namespace adyton::crypto {
namespace {

constexpr std::string_view age_magic = "age-encryption.org/";

Result<Keyring> open_wrapped(std::string_view content, const KeyringOpener& opener) {
  if (opener.wrapper == nullptr) {
    return Error{ErrorCode::config,
                 "is sealed by a key or a command; to open it takes that command (or, in Python, "
                 "an Aead)"};
  }
  ADYTON_TRY(const std::string sealed, sealed_keyset_of(content));
  ADYTON_TRY(const Secret message, opener.wrapper->unwrap(as_bytes(sealed)));
  return read_keyset_proto(as_text(message.bytes()));
}

Result<Keyring> open_age(std::string_view content, const KeyringOpener& opener) {
  if (opener.identities == nullptr) {
    return Error{ErrorCode::config,
                 "is sealed as an age file; to open it takes the passphrase or an identity"};
  }
  ADYTON_TRY(std::string json, age::open(content, *opener.identities));
  const WipeAtExit wipe_json(json);
  return Keyring::parse(json);
}

Error named(Error error, const std::string& path) {
  if (error.code == ErrorCode::io || error.code == ErrorCode::stopped) return error;
  if (error.code == ErrorCode::invalid) error.code = ErrorCode::config;
  return {error.code, std::move(error.message), path};
}

}  // namespace

std::string_view form_name(KeyringForm form) {
  switch (form) {
    case KeyringForm::cleartext:
      return "in the clear";
    case KeyringForm::wrapped:
      return "sealed by a key";
    case KeyringForm::age:
      break;
  }
  return "sealed as an age file";
}

KeyringForm form_of(std::string_view content) {
  const std::size_t begin = content.find_first_not_of(" \t\r\n");
  const std::string_view rest = begin == std::string_view::npos ? "" : content.substr(begin);
  if (content.starts_with(age_magic) || rest.starts_with(age::armor_begin)) return KeyringForm::age;
  return is_encrypted_keyset(rest) ? KeyringForm::wrapped : KeyringForm::cleartext;
}

Result<Keyring> open_keyring(std::string_view content, const KeyringOpener& opener) {
  switch (form_of(content)) {
    case KeyringForm::cleartext:
      return Keyring::parse(content);
    case KeyringForm::wrapped:
      return open_wrapped(content, opener);
    case KeyringForm::age:
      break;
  }
  return open_age(content, opener);
}

Result<std::string> seal_keyring(const Keyring& keyring, const KeyringSealer& sealer) {
  if (const auto* wrapper = std::get_if<const KeyWrapper*>(&sealer)) {
    std::string message = write_keyset_proto(keyring);
    const WipeAtExit wipe_message(message);
    ADYTON_TRY(const std::string sealed, (*wrapper)->wrap(as_bytes(message)));
    return write_encrypted_keyset(keyring, sealed);
  }
  std::string json = keyring.to_json();
  const auto* recipients = std::get_if<const age::Recipients*>(&sealer);
  if (recipients == nullptr) return json;
  const WipeAtExit wipe_json(json);
  return age::seal(json, **recipients, age::Armor::yes);
}

Result<Keyring> load_keyring(Os& os, const std::string& path, const KeyringOpener& opener) {
  ADYTON_TRY(LoadedKeyring loaded, load_keyring_and_form(os, path, opener));
  return std::move(loaded.keyring);
}

Result<LoadedKeyring> load_keyring_and_form(Os& os, const std::string& path,
                                            const KeyringOpener& opener) {
  ADYTON_TRY(const KeyFile file, KeyFile::read(os, path, "keyring"));
  const std::string_view content = file.content();
  const KeyringForm form = form_of(content);
  Result<Keyring> keyring = open_keyring(content, opener);
  if (form == KeyringForm::cleartext && (!keyring || keyring->holds_secrets())) {
    ADYTON_CHECK(file.check_private());
  }
  if (!keyring) return named(std::move(keyring).error(), path);
  return LoadedKeyring{*std::move(keyring), form};
}

Status save_keyring(Os& os, const std::string& path, const Keyring& keyring, Existing existing,
                    const KeyringSealer& sealer) {
  if (existing == Existing::error && os.exists(path)) {
    return Error{ErrorCode::config, cat(path, " exists; a keyring is not overwritten")};
  }
  ADYTON_TRY(std::string text, seal_keyring(keyring, sealer));
  const WipeAtExit wipe_text(text);
  return write_key_file(os, path, text, existing);
}

}  // namespace adyton::crypto
