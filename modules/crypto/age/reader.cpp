#include "modules/crypto/age/reader.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "modules/crypto/age/armor.h"
#include "modules/crypto/age/header.h"

namespace adyton::crypto::age {
namespace {

constexpr std::size_t batch_text = batch_chunks * chunk_size;
constexpr std::size_t batch_sealed = batch_chunks * sealed_chunk_size;

}  // namespace

Reader::Reader(Source source, Executor executor, PayloadCipher cipher)
    : source_(std::move(source)),
      executor_(std::move(executor)),
      cipher_(std::move(cipher)),
      sealed_{BatchBuffer(batch_sealed + 1), BatchBuffer(batch_sealed + 1)},
      text_{BatchBuffer(batch_text), BatchBuffer(batch_text)} {}

Result<std::unique_ptr<Reader>> Reader::create(Source source, const Identities& identities,
                                               Executor executor) {
  ADYTON_TRY(source, without_armor(std::move(source)));
  ADYTON_TRY(HeaderAndRest read, read_header(source));
  ADYTON_TRY(const Secret file_key, open_header(read.header, identities));
  PayloadCipher::Nonce nonce{};
  std::string_view rest = read.rest;
  const std::size_t at_hand = std::min(rest.size(), nonce.size());
  std::memcpy(nonce.data(), rest.data(), at_hand);
  rest.remove_prefix(at_hand);
  char* const bytes = reinterpret_cast<char*>(nonce.data());
  ADYTON_TRY(const std::size_t n, read_full(source, {bytes + at_hand, nonce.size() - at_hand}));
  if (at_hand + n < nonce.size()) return decryption_failed();
  std::unique_ptr<Reader> reader(
      new Reader(std::move(source), std::move(executor), PayloadCipher(file_key.bytes(), nonce)));
  ADYTON_CHECK(reader->begin(rest));
  return reader;
}

// Reads the first batch. Precondition: `rest` is shorter.
Status Reader::begin(std::string_view rest) {
  BatchBuffer& first = sealed_[0];
  first.append(rest);
  ADYTON_TRY(const std::size_t n, read_full(source_, first.free()));
  first.set_size(first.size() + n);
  return {};
}

Status Reader::fail(Error error) {
  for (BatchBuffer& text : text_) text.clear();
  given_ = 0;
  error_ = std::move(error);
  return *error_;
}

// Opens the current batch, reads the next and, with a sink, writes the text opened before.
Status Reader::step(const Sink* sink) {
  const BatchBuffer& sealed = sealed_[current_];
  const bool last = !sealed.is_full();
  const Bytes batch = last ? sealed.bytes() : sealed.bytes().first(batch_sealed);
  const auto size = opened_size(batch.size());
  // Behind other chunks an empty one is no end.
  if (!size || (*size == 0 && chunk_ != 0)) return fail(decryption_failed());
  // Said before, so that whatever is written there is wiped.
  text_[current_].set_size(static_cast<std::size_t>(*size));
  if (Status status = open_and_read(sink, batch); !status) return fail(std::move(status).error());
  chunk_ += batch_chunks;
  given_ = 0;
  ended_ = last;
  current_ = 1 - current_;
  return {};
}

Status Reader::open_and_read(const Sink* sink, Bytes batch) {
  const bool last = !sealed_[current_].is_full();
  BatchBuffer& next = sealed_[1 - current_];
  BatchBuffer& written = text_[1 - current_];
  std::uint8_t* const text = text_[current_].data();
  next.set_size(0);
  next.append(as_text(sealed_[current_].bytes().subspan(batch.size())));
  Status wrote;
  Status read;
  std::atomic<bool> verified = true;
  constexpr std::size_t before = 2;
  executor_(before + task_count(batch.size(), sealed_chunk_size), [&](std::size_t task) {
    if (task == 0) {
      if (sink != nullptr) wrote = (*sink)(as_text(written.bytes()));
    } else if (task >= before) {
      const End end = last ? End::yes : End::no;
      if (!open_task(cipher_, task - before, chunk_, end, batch, text)) verified = false;
    } else if (!last) {
      const auto n = read_full(source_, next.free());
      if (n) next.set_size(next.size() + *n);
      if (!n) read = n.error();
    }
  });
  ADYTON_CHECK(wrote);
  if (!verified) return decryption_failed();
  return read;
}

Result<std::size_t> Reader::read(std::span<char> buffer) {
  if (error_) return *error_;
  if (buffer.empty()) return std::size_t{0};
  while (given_ == text_[1 - current_].size()) {
    if (ended_) return std::size_t{0};
    ADYTON_CHECK(step(nullptr));
  }
  const Bytes left = text_[1 - current_].bytes().subspan(given_);
  const std::size_t n = std::min(buffer.size(), left.size());
  std::memcpy(buffer.data(), left.data(), n);
  given_ += n;
  return n;
}

Status Reader::copy(const Sink& sink) {
  if (error_) return *error_;
  const auto left = [&] { return as_text(text_[1 - current_].bytes().subspan(given_)); };
  ADYTON_CHECK(sink(left()));
  text_[1 - current_].set_size(0);
  given_ = 0;
  while (!ended_) ADYTON_CHECK(step(&sink));
  ADYTON_CHECK(sink(left()));
  given_ = text_[1 - current_].size();
  return {};
}

}  // namespace adyton::crypto::age
