#include "host/pipeline/file_digest.h"

#include <new>
#include <vector>

#include <xxhash.h>

#include "host/base/cpu.h"
#include "host/base/text.h"
#include "host/pipeline/xxh3_avx2.h"
#include "modules/crypto/digest.h"

namespace adyton::pipeline {
namespace {

std::string hexadecimal(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

}  // namespace

class FileDigest::State {
 public:
  virtual ~State() = default;
  virtual void add(std::string_view bytes) = 0;
  virtual std::string text() const = 0;
};

class FileDigest::Xxh3 final : public State {
 public:
  Xxh3() : state_(XXH3_createState(), XXH3_freeState) {
    if (!state_) throw std::bad_alloc();
    XXH3_128bits_reset(state_.get());
  }
  void add(std::string_view bytes) override {
#if defined(__x86_64__)
    if (vector_level() >= VectorLevel::avx2) {
      return xxh3_update_avx2(state_.get(), bytes.data(), bytes.size());
    }
#endif
    XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
  }
  std::string text() const override {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_.get()));
    return cat(
        digest_name(DigestKind::xxh3_128), ':',
        hexadecimal({reinterpret_cast<const char*>(canonical.digest), sizeof canonical.digest}));
  }

 private:
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state_;
};

class FileDigest::Sha256 final : public State {
 public:
  void add(std::string_view bytes) override { digest_.update(as_bytes(bytes)); }
  std::string text() const override {
    return cat(digest_name(DigestKind::sha256), ':', hexadecimal(digest_.value()));
  }

 private:
  crypto::Digest digest_{crypto::Hash::sha256};
};

FileDigest::FileDigest(DigestKind kind) {
  if (kind == DigestKind::sha256) {
    state_ = std::make_unique<Sha256>();
  } else {
    state_ = std::make_unique<Xxh3>();
  }
}
FileDigest::~FileDigest() = default;
FileDigest::FileDigest(FileDigest&&) noexcept = default;
FileDigest& FileDigest::operator=(FileDigest&&) noexcept = default;

void FileDigest::add(std::string_view bytes) {
  state_->add(bytes);
}

std::string FileDigest::text() const {
  return state_->text();
}

std::string_view digest_name(DigestKind kind) {
  return kind == DigestKind::sha256 ? "sha256" : "xxh3-128";
}

Result<std::string> digest_of_file(Os& os, const std::string& path, DigestKind kind) {
  constexpr std::size_t block = 256 << 10;
  ADYTON_TRY(const auto file, os.open(path));
  FileDigest digest(kind);
  std::vector<char> buffer(block);
  for (;;) {
    ADYTON_TRY(const std::size_t n, file->read(buffer));
    if (n == 0) return digest.text();
    digest.add({buffer.data(), n});
  }
}

}  // namespace adyton::pipeline
