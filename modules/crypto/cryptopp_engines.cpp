#include <array>

#include <cryptopp/aes.h>
#include <cryptopp/blake2.h>
#include <cryptopp/chachapoly.h>
#include <cryptopp/cmac.h>
#include <cryptopp/hmac.h>
#include <cryptopp/modes.h>

#include "modules/crypto/engines.h"
#include "modules/crypto/hash_types.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {
namespace {

void update(CryptoPP::HashTransformation& function, Bytes data) {
  if (!data.empty()) function.Update(data.data(), data.size());
}

/// Any digest of Crypto++'s: finishing one makes it ready for the next message.
class CryptoppDigest final : public DigestEngine {
 public:
  explicit CryptoppDigest(std::unique_ptr<CryptoPP::HashTransformation> function)
      : function_(std::move(function)) {}

  void digest_many(Bytes head, std::span<const Tagging> messages) override {
    for (const Tagging& message : messages) {
      update(*function_, head);
      update(*function_, message.message);
      function_->Final(message.out);
    }
  }

 private:
  std::unique_ptr<CryptoPP::HashTransformation> function_;
};

class CryptoppCounter final : public CounterEngine {
 public:
  explicit CryptoppCounter(Bytes key) {
    const std::array<std::uint8_t, 16> zero{};
    ctr_.SetKeyWithIV(key.data(), key.size(), zero.data(), zero.size());
  }

  void apply_many(std::span<const Counting> texts) override {
    for (const Counting& text : texts) {
      if (text.in.empty()) continue;
      ctr_.Resynchronize(text.start.data(), static_cast<int>(text.start.size()));
      ctr_.ProcessData(text.out, text.in.data(), text.in.size());
    }
  }

 private:
  CryptoPP::CTR_Mode<CryptoPP::AES>::Encryption ctr_;
};

class CryptoppBlocks final : public BlockEngine {
 public:
  explicit CryptoppBlocks(Bytes key) : aes_(key.data(), key.size()) {}

  void encrypt(std::span<Block> blocks) override {
    auto* const bytes = reinterpret_cast<std::uint8_t*>(blocks.data());
    aes_.AdvancedProcessBlocks(bytes, nullptr, bytes, blocks.size_bytes(),
                               CryptoPP::BlockTransformation::BT_AllowParallel);
  }

 private:
  CryptoPP::AES::Encryption aes_;
};

class CryptoppChaChaPoly final : public AeadCipher {
 public:
  explicit CryptoppChaChaPoly(Bytes key) {
    // Crypto++ keys this cipher with a nonce only; each message brings its own.
    const std::array<std::uint8_t, nonce_size> unused{};
    encryption_.SetKeyWithIV(key.data(), key.size(), unused.data(), unused.size());
    decryption_.SetKeyWithIV(key.data(), key.size(), unused.data(), unused.size());
  }

  void seal(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) override {
    encryption_.EncryptAndAuthenticate(out, out + plaintext.size(), tag_size, nonce.data(),
                                       static_cast<int>(nonce.size()), associated_data.data(),
                                       associated_data.size(), plaintext.data(), plaintext.size());
  }

  bool open(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) override {
    if (ciphertext.size() < tag_size) return false;
    const std::size_t size = ciphertext.size() - tag_size;
    const bool ok = decryption_.DecryptAndVerify(
        out, ciphertext.data() + size, tag_size, nonce.data(), static_cast<int>(nonce.size()),
        associated_data.data(), associated_data.size(), ciphertext.data(), size);
    if (!ok) wipe(out, size);
    return ok;
  }

 private:
  static constexpr std::size_t nonce_size = 12;

  CryptoPP::ChaCha20Poly1305::Encryption encryption_;
  CryptoPP::ChaCha20Poly1305::Decryption decryption_;
};

std::unique_ptr<CryptoPP::HashTransformation> make_hash(Hash hash) {
  if (hash == Hash::blake2b) return std::make_unique<CryptoPP::BLAKE2b>();
  return visit_hash(hash, [](auto tag) -> std::unique_ptr<CryptoPP::HashTransformation> {
    return std::make_unique<typename decltype(tag)::type>();
  });
}

std::unique_ptr<CryptoPP::HashTransformation> make_hmac(Hash hash, Bytes key) {
  return visit_hash(hash, [key](auto tag) -> std::unique_ptr<CryptoPP::HashTransformation> {
    return std::make_unique<CryptoPP::HMAC<typename decltype(tag)::type>>(key.data(), key.size());
  });
}

class CryptoppEngines final : public Engines {
 public:
  std::unique_ptr<GcmEngine> gcm() const override { return make_cryptopp_gcm(); }
  std::unique_ptr<AeadCipher> chacha20_poly1305(Bytes key) const override {
    return std::make_unique<CryptoppChaChaPoly>(key);
  }
  std::unique_ptr<DigestEngine> cmac(Bytes key) const override {
    return std::make_unique<CryptoppDigest>(
        std::make_unique<CryptoPP::CMAC<CryptoPP::AES>>(key.data(), key.size()));
  }
  std::unique_ptr<CounterEngine> counter(Bytes key) const override {
    return std::make_unique<CryptoppCounter>(key);
  }
  std::unique_ptr<BlockEngine> blocks(Bytes key) const override {
    return std::make_unique<CryptoppBlocks>(key);
  }
  std::unique_ptr<DigestEngine> hash(Hash hash) const override {
    return std::make_unique<CryptoppDigest>(make_hash(hash));
  }
  std::unique_ptr<DigestEngine> hmac(Hash hash, Bytes key) const override {
    return std::make_unique<CryptoppDigest>(make_hmac(hash, key));
  }
};

}  // namespace

const Engines& cryptopp_engines() {
  static const CryptoppEngines engines;
  return engines;
}

}  // namespace adyton::crypto
