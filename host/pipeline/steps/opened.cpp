#include "host/pipeline/steps/opened.h"

#include <optional>
#include <vector>

#include "host/base/base64.h"
#include "modules/crypto/secret.h"

namespace adyton::pipeline {
namespace {

std::optional<std::size_t> decode(std::string_view value, std::uint8_t* out) {
  if (value.front() != '"') return std::nullopt;
  return base64::decode(value.substr(1, value.size() - 2), out, base64::Alphabet::url);
}

}  // namespace

Opened::Opened(Targets& targets, const crypto::Aead& aead) {
  for (Target& target : targets.list()) {
    target.scratch = capacity_;
    capacity_ += base64::decoded_capacity(target.end - target.begin);
  }
  scratch_ = std::make_unique_for_overwrite<std::uint8_t[]>(2 * capacity_);
  std::vector<crypto::Opening> messages;
  messages.reserve(targets.list().size());
  std::erase_if(targets.list(), [&](Target& target) {
    if (!targets.is_live(target)) return true;
    std::uint8_t* const bytes = scratch_.get() + target.scratch;
    const auto decoded = decode(targets.value(target), bytes);
    if (!decoded) {
      targets.kill(target, "not encrypted", "the value is not base64url text");
      return true;
    }
    messages.push_back(
        {{bytes, *decoded}, target.associated, plaintexts() + target.scratch, 0, false});
    return false;
  });
  aead.decrypt_many(messages);
  std::size_t next = 0;
  for (Target& target : targets.list()) {
    const crypto::Opening& message = messages[next++];
    target.size = message.size;
    if (!message.ok && targets.is_live(target)) targets.kill(target, "decryption failed", "");
  }
  // A record that died at its second field takes its first with it.
  std::erase_if(targets.list(), [&](const Target& target) { return !targets.is_live(target); });
}

void Opened::wipe() {
  crypto::wipe(plaintexts(), capacity_);
}

}  // namespace adyton::pipeline
