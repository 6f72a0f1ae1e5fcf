#include "modules/crypto/key_wrapper.h"

#include <utility>

namespace adyton::crypto {
namespace {

constexpr std::size_t longest_result = 1024 * 1024;

struct Answer {
  Secret bytes;
  std::size_t size;

  Bytes result() const { return bytes.bytes().first(size); }
};

Result<Answer> ask(Command command, std::string_view action, Bytes input) {
  if (command.words.empty()) {
    return Error{ErrorCode::config, "the command is empty; its first word is a program"};
  }
  command.words.emplace_back(action);
  Answer answer{Secret(longest_result), 0};
  char* const out = reinterpret_cast<char*>(answer.bytes.data());
  ADYTON_TRY(answer.size, run_command(command, as_text(input), {out, answer.bytes.size()}));
  if (answer.size != 0) return answer;
  return Error{ErrorCode::io, cat(in_quotes(command.text()), " wrote nothing")};
}

}  // namespace

Result<std::string> AeadWrapper::wrap(Bytes key) const {
  return aead_.encrypt(key, {});
}

Result<Secret> AeadWrapper::unwrap(Bytes wrapped) const {
  Secret out(wrapped.size());
  Opening message{wrapped, {}, out.data()};
  aead_.decrypt_many({&message, 1});
  if (!message.ok) return Error{ErrorCode::crypto, "decryption failed"};
  return Secret(out.bytes().first(message.size));
}

Result<std::string> CommandWrapper::wrap(Bytes key) const {
  ADYTON_TRY(const Answer answer, ask(command_, "encrypt", key));
  return std::string(as_text(answer.result()));
}

Result<Secret> CommandWrapper::unwrap(Bytes wrapped) const {
  ADYTON_TRY(const Answer answer, ask(command_, "decrypt", wrapped));
  return Secret(answer.result());
}

}  // namespace adyton::crypto
