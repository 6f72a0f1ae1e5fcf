#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "host/pipeline/steps/edit.h"
#include "modules/crypto/keyring.h"

namespace adyton::pipeline {

/// The choices of the option `if_encrypted`, and what was chosen.
enum class IfEncrypted { error, skip };
inline constexpr OptionSpec if_encrypted_option = {
    .name = "if_encrypted",
    .kind = OptionKind::choice,
    .doc =
        "a record in which a value is a ciphertext of this keyring already becomes a dead "
        "letter, or the value stays as it is",
    .default_value = "error",
    .choices = missing_choices};
inline IfEncrypted if_encrypted_of(std::string_view choice) {
  return choice == "error" ? IfEncrypted::error : IfEncrypted::skip;
}

/// Recognises the ciphertexts of a keyring by their form: a JSON string, in it base64url without an
/// escape, which begins with 01 and the id of one of the keys (not those with output prefix RAW)
/// and is as long as a ciphertext. Whether it opens is not tried. Any thread.
class Sealed {
 public:
  /// All keys of the keyring are for the purpose; disabled and destroyed ones are known, too.
  Sealed(const crypto::Keyring& keyring, crypto::KeyPurpose purpose);

  /// `value` is JSON. Costs next to nothing for most values.
  bool recognises(std::string_view value) const {
    // Six zero bits begin every prefix: an A.
    if (value.size() < least_ || value[1] != 'A' || value[0] != '"') return false;
    for (const Key& key : keys_) {
      if (std::memcmp(value.data() + 1, key.text.data(), key.text.size()) == 0) {
        return is_sealed_by(key, value.substr(1, value.size() - 2));
      }
    }
    return false;
  }

 private:
  struct Key {
    std::uint32_t id;
    std::array<char, 6> text;  // the prefix as base64, as far as it fills characters
  };

  bool is_sealed_by(const Key& key, std::string_view text) const;

  std::vector<Key> keys_;
  std::size_t least_;  // the length of the shortest ciphertext's text, with its quotes
};

/// What a step does with a value that is a ciphertext of its keyring already.
struct SealedRule {
  Sealed sealed;
  IfEncrypted then;
};

}  // namespace adyton::pipeline
