#include "modules/crypto/age/age.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "modules/crypto/age/header.h"
#include "modules/crypto/age/payload.h"

namespace adyton::crypto::age {
namespace {

std::uint8_t* bytes_at(std::string& text, std::size_t offset = 0) {
  return reinterpret_cast<std::uint8_t*>(text.data()) + offset;
}

Result<std::string> in_armor(std::string_view bytes) {
  std::string out;
  ArmorWriter writer([&](std::string_view text) -> Status {
    out += text;
    return {};
  });
  ADYTON_CHECK(writer.write(bytes));
  ADYTON_CHECK(writer.finish());
  return out;
}

/// The bytes in the armor, if it is one.
Result<std::string> out_of_armor(std::string_view text) {
  ADYTON_TRY(const Source source, without_armor(source_of(text)));
  std::string bytes(text.size(), '\0');
  ADYTON_TRY(const std::size_t n, read_full(source, bytes));
  bytes.resize(n);
  return bytes;
}

bool may_be_armor(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin != std::string_view::npos && text.substr(begin).starts_with(armor_begin);
}

Result<std::string> open_bytes(std::string_view sealed, const Identities& identities,
                               const Executor& executor) {
  ADYTON_TRY(const HeaderAndRest read, read_header(source_of(sealed)));
  ADYTON_TRY(const Secret file_key, open_header(read.header, identities));
  Bytes payload = as_bytes(sealed).subspan(read.size);
  PayloadCipher::Nonce nonce{};
  if (payload.size() < nonce.size()) return decryption_failed();
  std::ranges::copy(payload.first(nonce.size()), nonce.begin());
  payload = payload.subspan(nonce.size());
  const auto size = opened_size(payload.size());
  if (!size) return decryption_failed();
  const PayloadCipher cipher(file_key.bytes(), nonce);
  std::string text(static_cast<std::size_t>(*size), '\0');
  std::atomic<bool> verified = true;
  executor(task_count(payload.size(), sealed_chunk_size), [&](std::size_t task) {
    if (!open_task(cipher, task, 0, End::yes, payload, bytes_at(text))) verified = false;
  });
  if (verified) return text;
  wipe(text);
  return decryption_failed();
}

}  // namespace

Result<std::string> seal(std::string_view text, const Recipients& recipients, Armor armor,
                         const Executor& executor) {
  const Secret file_key = new_file_key();
  ADYTON_TRY(std::string out, make_header(recipients, file_key.bytes()));
  const PayloadCipher::Nonce nonce = new_payload_nonce();
  out += as_text(nonce);
  const PayloadCipher cipher(file_key.bytes(), nonce);
  const std::size_t payload = out.size();
  out.resize(payload + static_cast<std::size_t>(sealed_size(text.size())));
  executor(task_count(text.size(), chunk_size), [&](std::size_t task) {
    seal_task(cipher, task, 0, End::yes, as_bytes(text), bytes_at(out, payload));
  });
  return armor == Armor::yes ? in_armor(out) : out;
}

Result<std::string> open(std::string_view sealed, const Identities& identities,
                         const Executor& executor) {
  if (!may_be_armor(sealed)) return open_bytes(sealed, identities, executor);
  ADYTON_TRY(const std::string bytes, out_of_armor(sealed));
  return open_bytes(bytes, identities, executor);
}

}  // namespace adyton::crypto::age
