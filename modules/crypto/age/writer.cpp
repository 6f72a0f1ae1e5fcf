#include "modules/crypto/age/writer.h"

#include <algorithm>
#include <cstring>

namespace adyton::crypto::age {
namespace {

constexpr std::size_t batch_text = batch_chunks * chunk_size;
constexpr std::size_t batch_sealed = batch_chunks * sealed_chunk_size;

}  // namespace

BatchBuffer::BatchBuffer(std::size_t capacity)
    : capacity_(capacity), data_(std::make_unique_for_overwrite<std::uint8_t[]>(capacity)) {}

void BatchBuffer::append(std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(free().data(), bytes.data(), bytes.size());
  set_size(size_ + bytes.size());
}

void BatchBuffer::clear() {
  wipe(data_.get(), used_);
  size_ = used_ = 0;
}

Writer::Writer(Sink sink, Armor armor, Executor executor, PayloadCipher cipher)
    : sink_(std::move(sink)),
      executor_(std::move(executor)),
      cipher_(std::move(cipher)),
      text_{BatchBuffer(batch_text + 1), BatchBuffer(batch_text + 1)},
      sealed_{BatchBuffer(batch_sealed), BatchBuffer(batch_sealed)} {
  if (armor == Armor::yes) armor_ = std::make_unique<ArmorWriter>(sink_);
}

Result<std::unique_ptr<Writer>> Writer::create(Sink sink, const Recipients& recipients, Armor armor,
                                               Executor executor) {
  const Secret file_key = new_file_key();
  ADYTON_TRY(std::string header, make_header(recipients, file_key.bytes()));
  const PayloadCipher::Nonce nonce = new_payload_nonce();
  header += as_text(nonce);
  std::unique_ptr<Writer> writer(new Writer(std::move(sink), armor, std::move(executor),
                                            PayloadCipher(file_key.bytes(), nonce)));
  ADYTON_CHECK(writer->put(header));
  return writer;
}

Status Writer::put(std::string_view bytes) {
  if (bytes.empty()) return {};
  return armor_ ? armor_->write(bytes) : sink_(bytes);
}

// Seals the current batch, writes the one before and, with a source, reads the next.
Status Writer::step(End end, const Source* source) {
  BatchBuffer& text = current();
  BatchBuffer& next = text_[1 - current_];
  BatchBuffer& sealed = sealed_[current_];
  BatchBuffer& written = sealed_[1 - current_];
  const Bytes batch = text.bytes().first(std::min(text.size(), batch_text));
  // What is left is the one byte that told that this batch is not the end.
  next.set_size(0);
  next.append(as_text(text.bytes().subspan(batch.size())));
  Status wrote;
  Status read;
  constexpr std::size_t before = 2;
  executor_(before + task_count(batch.size(), chunk_size), [&](std::size_t task) {
    if (task == 0) {
      wrote = put(as_text(written.bytes()));
    } else if (task >= before) {
      seal_task(cipher_, task - before, chunk_, end, batch, sealed.data());
    } else if (source != nullptr) {
      const auto n = read_full(*source, next.free());
      if (n) next.set_size(next.size() + *n);
      if (!n) read = n.error();
    }
  });
  ADYTON_CHECK(wrote);
  ADYTON_CHECK(read);
  sealed.set_size(static_cast<std::size_t>(sealed_size(batch.size())));
  chunk_ += batch_chunks;
  current_ = 1 - current_;
  return {};
}

Status Writer::write(std::string_view text) {
  while (!text.empty()) {
    if (current().is_full()) ADYTON_CHECK(step(End::no, nullptr));
    const std::string_view part = text.substr(0, current().free().size());
    current().append(part);
    text.remove_prefix(part.size());
  }
  return {};
}

Status Writer::copy(const Source& source) {
  ADYTON_TRY(const std::size_t n, read_full(source, current().free()));
  current().set_size(current().size() + n);
  while (current().is_full()) ADYTON_CHECK(step(End::no, &source));
  return {};
}

Status Writer::finish() {
  if (current().is_full()) ADYTON_CHECK(step(End::no, nullptr));
  ADYTON_CHECK(step(End::yes, nullptr));
  ADYTON_CHECK(put(as_text(sealed_[1 - current_].bytes())));
  return armor_ ? armor_->finish() : Status();
}

}  // namespace adyton::crypto::age
