// What the library does by jobs: many messages side by side in the lanes of the vector registers.
#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "modules/crypto/compare.h"
#include "modules/crypto/ipsec_mb_manager.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {
namespace {

// Fewer messages leave most lanes empty, and a longer one keeps the others waiting: Crypto++ is
// faster then.
constexpr std::size_t least_messages = 4;
constexpr std::size_t longest_message = 4096;

/// A digest by jobs for many short messages, by Crypto++ for the others.
class JobDigest : public DigestEngine {
 public:
  explicit JobDigest(std::unique_ptr<DigestEngine> other) : other_(std::move(other)) {}
  ~JobDigest() override { wipe(joined_.data(), joined_.size()); }
  JobDigest(const JobDigest&) = delete;
  JobDigest& operator=(const JobDigest&) = delete;

  void digest_many(Bytes head, std::span<const Tagging> messages) final {
    if (messages.size() < least_messages) return other_->digest_many(head, messages);
    for (std::size_t at = 0; at < messages.size(); at += group_size) {
      digest_group(head, messages.subspan(at, std::min(group_size, messages.size() - at)));
    }
  }

 protected:
  virtual void run(std::span<const Tagging> messages) = 0;

 private:
  static constexpr std::size_t group_size = IMB_MAX_BURST_SIZE;

  void digest_group(Bytes head, std::span<const Tagging> messages) {
    std::array<Tagging, group_size> jobs;
    std::size_t count = 0;
    for (const Tagging& message : messages) {
      const std::size_t size = head.size() + message.message.size();
      // The library's HMAC takes no empty message.
      if (size != 0 && size <= longest_message) {
        jobs[count++] = message;
      } else {
        other_->digest_many(head, {&message, 1});
      }
    }
    const auto suiting = std::span(jobs).first(count);
    if (count < least_messages) return other_->digest_many(head, suiting);
    if (!head.empty()) join(head, suiting);
    run(suiting);
  }

  // A job has one source, so head and message are put together.
  void join(Bytes head, std::span<Tagging> messages) {
    std::size_t size = 0;
    for (const Tagging& message : messages) size += head.size() + message.message.size();
    if (joined_.size() < size) {
      wipe(joined_.data(), joined_.size());
      joined_.resize(size);
    }
    std::uint8_t* to = joined_.data();
    for (Tagging& message : messages) {
      std::uint8_t* const end =
          std::ranges::copy(message.message, std::ranges::copy(head, to).out).out;
      message.message = Bytes(to, end);
      to = end;
    }
  }

  std::unique_ptr<DigestEngine> other_;
  std::vector<std::uint8_t> joined_;
};

/// Writes the digests of up to IMB_MAX_BURST_SIZE messages, of `size` bytes each; fill(job) adds
/// what the algorithm needs besides. std::logic_error if a job failed: their arguments are Adyton's
/// own.
///
/// They are submitted together: each call of the library stores to its last error, which is one
/// variable for all threads, and with a call for each message two threads spend a fifth more on a
/// short SHA-256 than one does. What is left then ends one by one: version 1.3 counts wrongly in
/// what else it has for jobs that are submitted together, IMB_FLUSH_BURST and a second
/// IMB_GET_NEXT_BURST, once those under way reach over the end of its ring of jobs.
template <class Fill>
void run_digests(IMB_HASH_ALG algorithm, std::size_t size, std::span<const Tagging> messages,
                 Fill fill) {
  IMB_MGR& manager = thread_manager();
  std::array<IMB_JOB*, IMB_MAX_BURST_SIZE> jobs;
  const auto count = static_cast<std::uint32_t>(messages.size());
  // There is room for all of them: no other is under way.
  if (IMB_GET_NEXT_BURST(&manager, count, jobs.data()) != count) {
    throw std::logic_error("IPsec-MB has no room for jobs");
  }
  for (std::size_t i = 0; i < count; ++i) {
    IMB_JOB& job = blank(*jobs[i]);
    job.hash_alg = algorithm;
    job.src = messages[i].message.data();
    job.msg_len_to_hash_in_bytes = messages[i].message.size();
    job.auth_tag_output = messages[i].out;
    job.auth_tag_output_len_in_bytes = size;
    fill(job);
#if IMB_VERSION_NUM >= IMB_VERSION(1, 4, 0)
    imb_set_session(&manager, &job);
#endif
  }
  const std::uint32_t ended = IMB_SUBMIT_BURST_NOCHECK(&manager, count, jobs.data());
  Jobs(manager, count).finish(std::span(jobs).first(ended));
}

class JobHash final : public JobDigest {
 public:
  explicit JobHash(Hash hash)
      : JobDigest(cryptopp_engines().hash(hash)),
        algorithm_(hash == Hash::sha256 ? IMB_AUTH_SHA_256 : IMB_AUTH_SHA_512),
        size_(digest_size(hash)) {}

 private:
  void run(std::span<const Tagging> messages) override {
    run_digests(algorithm_, size_, messages, [](IMB_JOB&) {});
  }

  IMB_HASH_ALG algorithm_;
  std::size_t size_;
};

class JobHmac final : public JobDigest {
 public:
  JobHmac(Hash hash, Bytes key)
      : JobDigest(cryptopp_engines().hmac(hash, key)),
        algorithm_(hash == Hash::sha256 ? IMB_AUTH_HMAC_SHA_256 : IMB_AUTH_HMAC_SHA_512),
        size_(digest_size(hash)) {
    std::string short_key =
        key.size() > block_size(hash) ? digest(hash, key) : std::string(as_text(key));
    const WipeAtExit wipe_key(short_key);
    compress_pad(hash, short_key, 0x36, inner_.data());
    compress_pad(hash, short_key, 0x5c, outer_.data());
  }
  ~JobHmac() override {
    wipe(inner_.data(), inner_.size());
    wipe(outer_.data(), outer_.size());
  }
  JobHmac(const JobHmac&) = delete;
  JobHmac& operator=(const JobHmac&) = delete;

 private:
  using State = std::array<std::uint8_t, 64>;

  // RFC 2104's pads are the first block of either hash: they are hashed once.
  static void compress_pad(Hash hash, const std::string& key, std::uint8_t pad, std::uint8_t* out) {
    std::array<std::uint8_t, 128> block;
    block.fill(pad);
    for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= static_cast<std::uint8_t>(key[i]);
    IMB_MGR& manager = thread_manager();
    if (hash == Hash::sha256) {
      IMB_SHA256_ONE_BLOCK(&manager, block.data(), out);
    } else {
      IMB_SHA512_ONE_BLOCK(&manager, block.data(), out);
    }
    wipe(block.data(), block.size());
  }

  void run(std::span<const Tagging> messages) override {
    run_digests(algorithm_, size_, messages, [this](IMB_JOB& job) {
      job.u.HMAC._hashed_auth_key_xor_ipad = inner_.data();
      job.u.HMAC._hashed_auth_key_xor_opad = outer_.data();
    });
  }

  IMB_HASH_ALG algorithm_;
  std::size_t size_;
  alignas(64) State inner_;
  alignas(64) State outer_;
};

/// A key as the library's AES wants it.
class ExpandedKey {
 public:
  explicit ExpandedKey(Bytes key) : size_(key.size()) {
    IMB_MGR& m = thread_manager();
    const auto expand = size_ == 16 ? m.keyexp_128 : size_ == 24 ? m.keyexp_192 : m.keyexp_256;
    expand(key.data(), encryption_.data(), decryption_.data());
    wipe(decryption_.data(), decryption_.size());
  }
  ~ExpandedKey() { wipe(encryption_.data(), encryption_.size()); }
  ExpandedKey(const ExpandedKey&) = delete;
  ExpandedKey& operator=(const ExpandedKey&) = delete;

  std::size_t size() const { return size_; }
  const void* data() const { return encryption_.data(); }

 private:
  using Rounds = std::array<std::uint8_t, 15 * 16UL>;
  std::size_t size_;
  alignas(64) Rounds encryption_;
  alignas(64) Rounds decryption_;
};

class JobCmac final : public JobDigest {
 public:
  explicit JobCmac(Bytes key) : JobDigest(cryptopp_engines().cmac(key)), key_(key) {
    IMB_MGR& m = thread_manager();
    const auto make = key.size() == 16 ? m.cmac_subkey_gen_128 : m.cmac_subkey_gen_256;
    make(key_.data(), whole_.data(), padded_.data());
  }
  ~JobCmac() override {
    wipe(whole_.data(), whole_.size());
    wipe(padded_.data(), padded_.size());
  }
  JobCmac(const JobCmac&) = delete;
  JobCmac& operator=(const JobCmac&) = delete;

 private:
  void run(std::span<const Tagging> messages) override {
    const IMB_HASH_ALG algorithm = key_.size() == 16 ? IMB_AUTH_AES_CMAC : IMB_AUTH_AES_CMAC_256;
    run_digests(algorithm, whole_.size(), messages, [this](IMB_JOB& job) {
      job.u.CMAC._key_expanded = key_.data();
      job.u.CMAC._skey1 = whole_.data();
      job.u.CMAC._skey2 = padded_.data();
    });
  }

  ExpandedKey key_;
  // RFC 4493's K1 and K2: for messages of whole blocks, and for those to be padded.
  alignas(16) Block whole_;
  alignas(16) Block padded_;
};

class JobCounter final : public CounterEngine {
 public:
  explicit JobCounter(Bytes key) : key_(key) {}

  void apply_many(std::span<const Counting> texts) override {
    IMB_MGR& manager = thread_manager();
    Jobs jobs(manager);
    for (const Counting& text : texts) apply(manager, jobs, text);
    jobs.finish();
  }

 private:
  // The library counts in the last 32 bits of the block alone: a text ends where they wrap, and
  // goes on with the carry.
  void apply(IMB_MGR& manager, Jobs& jobs, Counting text) {
    while (!text.in.empty()) {
      const std::uint64_t until_wrap = (1ULL << 32) - low_bits(text.start);
      const std::size_t size = std::min<std::uint64_t>(text.in.size(), until_wrap * 16);
      run(manager, jobs, {text.start, text.in.first(size), text.out});
      text = {after_wrap(text.start), text.in.subspan(size), text.out + size};
    }
  }

  static std::uint32_t low_bits(const Block& block) {
    std::uint32_t bits = 0;
    for (std::size_t i = 12; i < 16; ++i) bits = bits << 8 | block[i];
    return bits;
  }

  static Block after_wrap(Block block) {
    std::fill(block.begin() + 12, block.end(), std::uint8_t{0});
    for (std::size_t i = 12; i-- > 0 && ++block[i] == 0;) {
    }
    return block;
  }

  // Done when it is submitted: this mode needs no other messages.
  void run(IMB_MGR& manager, Jobs& jobs, const Counting& text) {
    IMB_JOB& job = next_job(manager);
    job.cipher_mode = IMB_CIPHER_CNTR;
    job.chain_order = IMB_ORDER_CIPHER_HASH;
    job.enc_keys = key_.data();
    job.dec_keys = key_.data();
    job.key_len_in_bytes = key_.size();
    job.src = text.in.data();
    job.dst = text.out;
    job.msg_len_to_cipher_in_bytes = text.in.size();
    job.iv = text.start.data();
    job.iv_len_in_bytes = text.start.size();
    jobs.submit();
  }

  ExpandedKey key_;
};

class JobBlocks final : public BlockEngine {
 public:
  explicit JobBlocks(Bytes key) : key_(key) {}

  void encrypt(std::span<Block> blocks) override {
    auto* const bytes = reinterpret_cast<std::uint8_t*>(blocks.data());
    IMB_MGR& manager = thread_manager();
    Jobs jobs(manager);
    IMB_JOB& job = next_job(manager);
    job.cipher_mode = IMB_CIPHER_ECB;
    job.chain_order = IMB_ORDER_CIPHER_HASH;
    job.enc_keys = key_.data();
    job.dec_keys = key_.data();
    job.key_len_in_bytes = key_.size();
    job.src = bytes;
    job.dst = bytes;
    job.msg_len_to_cipher_in_bytes = blocks.size_bytes();
    jobs.submit();
    jobs.finish();
  }

 private:
  ExpandedKey key_;
};

class JobChaChaPoly final : public AeadCipher {
 public:
  explicit JobChaChaPoly(Bytes key) { std::ranges::copy(key, key_.begin()); }
  ~JobChaChaPoly() override { wipe(key_.data(), key_.size()); }
  JobChaChaPoly(const JobChaChaPoly&) = delete;
  JobChaChaPoly& operator=(const JobChaChaPoly&) = delete;

  void seal(Bytes nonce, Bytes associated_data, Bytes plaintext, std::uint8_t* out) override {
    run(IMB_DIR_ENCRYPT, nonce, associated_data, plaintext, out, out + plaintext.size());
  }

  bool open(Bytes nonce, Bytes associated_data, Bytes ciphertext, std::uint8_t* out) override {
    if (ciphertext.size() < tag_size) return false;
    const std::size_t size = ciphertext.size() - tag_size;
    std::array<std::uint8_t, tag_size> tag;
    run(IMB_DIR_DECRYPT, nonce, associated_data, ciphertext.first(size), out, tag.data());
    if (constant_time_equal(tag, ciphertext.last(tag_size))) return true;
    wipe(tag.data(), tag.size());
    wipe(out, size);
    return false;
  }

 private:
  void run(IMB_CIPHER_DIRECTION direction, Bytes nonce, Bytes associated_data, Bytes in,
           std::uint8_t* out, std::uint8_t* tag) {
    IMB_MGR& manager = thread_manager();
    Jobs jobs(manager);
    IMB_JOB& job = next_job(manager);
    job.cipher_mode = IMB_CIPHER_CHACHA20_POLY1305;
    job.cipher_direction = direction;
    job.hash_alg = IMB_AUTH_CHACHA20_POLY1305;
    job.chain_order = direction == IMB_DIR_ENCRYPT ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
    job.enc_keys = key_.data();
    job.dec_keys = key_.data();
    job.key_len_in_bytes = key_.size();
    job.src = in.data();
    job.dst = out;
    job.msg_len_to_cipher_in_bytes = in.size();
    job.msg_len_to_hash_in_bytes = in.size();
    job.iv = nonce.data();
    job.iv_len_in_bytes = nonce.size();
    job.auth_tag_output = tag;
    job.auth_tag_output_len_in_bytes = tag_size;
    job.u.CHACHA20_POLY1305.aad = associated_data.data();
    job.u.CHACHA20_POLY1305.aad_len_in_bytes = associated_data.size();
    jobs.submit();
    jobs.finish();
  }

  std::array<std::uint8_t, 32> key_;
};

}  // namespace

std::unique_ptr<AeadCipher> make_ipsec_mb_chacha_poly(Bytes key) {
  return std::make_unique<JobChaChaPoly>(key);
}
std::unique_ptr<DigestEngine> make_ipsec_mb_cmac(Bytes key) {
  return std::make_unique<JobCmac>(key);
}
std::unique_ptr<CounterEngine> make_ipsec_mb_counter(Bytes key) {
  return std::make_unique<JobCounter>(key);
}
std::unique_ptr<BlockEngine> make_ipsec_mb_blocks(Bytes key) {
  return std::make_unique<JobBlocks>(key);
}
std::unique_ptr<DigestEngine> make_ipsec_mb_hash(Hash hash) {
  return std::make_unique<JobHash>(hash);
}
std::unique_ptr<DigestEngine> make_ipsec_mb_hmac(Hash hash, Bytes key) {
  return std::make_unique<JobHmac>(hash, key);
}

}  // namespace adyton::crypto
