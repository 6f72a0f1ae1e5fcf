#include "host/pipeline/sealed_output.h"

#include <set>
#include <string>

#include <doctest/doctest.h>

#include "host/base/text.h"
#include "modules/crypto/age/age.h"
#include "modules/crypto/age/header.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace age = adyton::crypto::age;

namespace {

/// Takes so many bytes, and fails with the first one more.
class Text final : public ByteWriter {
 public:
  explicit Text(std::size_t room = std::string::npos) : room_(room) {}
  Status write(std::string_view bytes) override {
    if (bytes.size() > room_ - text.size()) return Error{ErrorCode::io, "No space left"};
    text += bytes;
    return {};
  }
  std::string text;

 private:
  std::size_t room_;
};

struct Owner {
  age::Identity identity = age::Identity::generate();
  age::Recipients recipients = *age::Recipients::of({identity.recipient()});

  Result<std::string> open(std::string_view sealed) const {
    return age::open(sealed, age::Identities(identity.clone()));
  }
};

std::string lines(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += cat("{\"n\":", i, "}\n");
  text.resize(size);
  return text;
}

constexpr std::size_t batch = age::batch_chunks * age::chunk_size;
constexpr std::size_t sizes[] = {0,     1,         age::chunk_size - 1, age::chunk_size,
                                 batch, batch + 1, 3 * batch,           3 * batch + 7};

}  // namespace

TEST_CASE("what was written comes out again, in whatever pieces it came, once it was finished") {
  const Owner owner;
  for (const std::size_t size : sizes) {
    const std::string text = lines(size);
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{300'001}, batch, size + 1}) {
      Text file;
      const auto output = *SealedOutput::begin(file, owner.recipients);
      for (std::size_t at = 0; at < size; at += piece) {
        REQUIRE(output->write(std::string_view(text).substr(at, piece)).ok());
      }
      REQUIRE(output->finish().ok());
      CHECK(*owner.open(file.text) == text);
    }
  }
}

TEST_CASE("what was not finished is an age file that is cut off, however much was written") {
  const Owner owner;
  for (const std::size_t size : sizes) {
    Text file;
    {
      const auto output = *SealedOutput::begin(file, owner.recipients);
      REQUIRE(output->write(lines(size)).ok());
    }
    CHECK(file.text.starts_with(age::version_line));
    CHECK_FALSE(owner.open(file.text).ok());
    CHECK(file.text.find("\"n\":") == std::string::npos);
  }
}

TEST_CASE("each output has a file key and a nonce of its own") {
  const Owner owner;
  const age::Identities identities(owner.identity.clone());
  std::set<std::string> keys;
  std::set<std::string> nonces;
  for (int i = 0; i < 20; ++i) {
    Text file;
    REQUIRE((*SealedOutput::begin(file, owner.recipients))->finish().ok());
    const auto read = age::read_header(age::source_of(file.text));
    REQUIRE(read.ok());
    keys.emplace(as_text(age::open_header(read->header, identities)->bytes()));
    nonces.insert(file.text.substr(read->size, age::payload_nonce_size));
  }
  CHECK(keys.size() == 20);
  CHECK(nonces.size() == 20);
}

TEST_CASE("a write that fails is told, and leaves no age file") {
  const Owner owner;
  const std::string text = lines(3 * batch);
  CHECK_FALSE(SealedOutput::begin(*std::make_unique<Text>(10), owner.recipients).ok());
  for (const std::size_t room : {std::size_t{300}, batch / 2, batch, 2 * batch, 3 * batch}) {
    Text file(room);
    const auto output = *SealedOutput::begin(file, owner.recipients);
    Status status = output->write(text);
    if (status) status = output->finish();
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().code == ErrorCode::io);
    CHECK_FALSE(owner.open(file.text).ok());
  }
}
