#include "modules/crypto/age/random_access.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include "modules/crypto/age/armor.h"
#include "modules/crypto/age/header.h"

namespace adyton::crypto::age {

RandomAccess::RandomAccess(std::unique_ptr<File> file, Executor executor, PayloadCipher cipher,
                           std::uint64_t payload, std::uint64_t sealed, std::uint64_t size)
    : file_(std::move(file)),
      executor_(std::move(executor)),
      cipher_(std::move(cipher)),
      payload_(payload),
      sealed_(sealed),
      size_(size),
      raw_(static_cast<std::size_t>(
          std::min<std::uint64_t>(sealed, batch_chunks * sealed_chunk_size))),
      text_(static_cast<std::size_t>(std::min<std::uint64_t>(size, batch_chunks * chunk_size))) {}

Result<std::unique_ptr<RandomAccess>> RandomAccess::open(std::unique_ptr<File> file,
                                                         std::uint64_t size,
                                                         const Identities& identities,
                                                         Executor executor) {
  std::array<char, armor_begin.size()> head{};
  ADYTON_TRY(const std::size_t peeked, read_full(source_of(*file), head));
  if (std::string_view(head.data(), peeked) == armor_begin) {
    return Error{ErrorCode::invalid, "is in armor, which can only be opened as a whole"};
  }
  ADYTON_CHECK(file->seek(0));
  ADYTON_TRY(const HeaderAndRest read, read_header(source_of(*file)));
  ADYTON_TRY(const Secret file_key, open_header(read.header, identities));
  PayloadCipher::Nonce nonce{};
  const std::uint64_t payload = read.size + nonce.size();
  if (size < payload) return decryption_failed();
  ADYTON_CHECK(file->seek(read.size));
  ADYTON_TRY(const std::size_t n,
             read_full(source_of(*file), {reinterpret_cast<char*>(nonce.data()), nonce.size()}));
  const auto text_size = opened_size(size - payload);
  if (n < nonce.size() || !text_size) return decryption_failed();
  std::unique_ptr<RandomAccess> reader(new RandomAccess(std::move(file), std::move(executor),
                                                        PayloadCipher(file_key.bytes(), nonce),
                                                        payload, size - payload, *text_size));
  ADYTON_CHECK(reader->load(reader->chunk_count() - 1, 1));
  return reader;
}

bool RandomAccess::holds(std::uint64_t offset) const {
  return offset >= first_ * chunk_size && offset < first_ * chunk_size + text_.size();
}

// Opens `count` chunks, at least one, or as many as there are behind `first`.
Status RandomAccess::load(std::uint64_t first, std::size_t count) {
  text_.set_size(0);
  const std::uint64_t begin = first * sealed_chunk_size;
  const auto wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(sealed_ - begin, count * sealed_chunk_size));
  ADYTON_CHECK(file_->seek(payload_ + begin));
  raw_.set_size(0);
  ADYTON_TRY(const std::size_t n, read_full(source_of(*file_), raw_.free().first(wanted)));
  raw_.set_size(n);
  // The file has become shorter.
  if (n < wanted) return decryption_failed();
  const End end = begin + wanted == sealed_ ? End::yes : End::no;
  std::atomic<bool> verified = true;
  executor_(task_count(wanted, sealed_chunk_size), [&](std::size_t task) {
    if (!open_task(cipher_, task, first, end, raw_.bytes(), text_.data())) verified = false;
  });
  text_.set_size(static_cast<std::size_t>(*opened_size(wanted)));
  first_ = first;
  if (verified) return {};
  text_.clear();
  return decryption_failed();
}

Result<std::size_t> RandomAccess::read_at(std::uint64_t offset, std::span<char> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size() && offset < size_) {
    if (!holds(offset)) {
      const std::uint64_t chunk = offset / chunk_size;
      // Who reads on from where the last chunks ended will read on from here.
      const bool goes_on = text_.size() != 0 && offset == first_ * chunk_size + text_.size();
      const std::size_t end = offset % chunk_size + buffer.size() - filled;
      const std::size_t asked = (end + chunk_size - 1) / chunk_size;
      // What was not asked for may be broken.
      if (!goes_on || !load(chunk, batch_chunks)) {
        ADYTON_CHECK(load(chunk, std::min(batch_chunks, asked)));
      }
    }
    const auto at = static_cast<std::size_t>(offset - first_ * chunk_size);
    const std::size_t n = std::min(buffer.size() - filled, text_.size() - at);
    std::memcpy(buffer.data() + filled, text_.data() + at, n);
    filled += n;
    offset += n;
  }
  return filled;
}

}  // namespace adyton::crypto::age
