// Whole texts, Writer, Reader and RandomAccess, held against each other.
#include <doctest/doctest.h>

#include "modules/crypto/age/age.h"
#include "modules/crypto/age/random_access.h"
#include "modules/crypto/age/reader.h"
#include "modules/crypto/age/writer.h"
#include "tests/unit/crypto/age/support.h"
#include "tests/unit/temporary_folder.h"

using namespace adyton;
using namespace adyton::crypto;
using namespace adyton::crypto::age;
using test::telling_sizes;
using test::text_of;

namespace {

std::string streamed(const test::Pair& pair, std::string_view text, std::size_t piece,
                     Armor armor = Armor::no, Executor executor = on_this_thread) {
  std::string out;
  auto writer = Writer::create(test::into(out), pair.recipients, armor, std::move(executor));
  REQUIRE(writer.ok());
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    REQUIRE((*writer)->write(text.substr(0, piece)).ok());
  }
  REQUIRE((*writer)->finish().ok());
  return out;
}

std::string copied(const test::Pair& pair, std::string_view text, std::size_t piece) {
  std::string out;
  auto writer = Writer::create(test::into(out), pair.recipients, Armor::no, test::on_many_threads);
  REQUIRE(writer.ok());
  REQUIRE((*writer)->copy(test::in_pieces(text, piece)).ok());
  REQUIRE((*writer)->finish().ok());
  return out;
}

/// What a Reader gives, in pieces, before it ends or fails.
struct Given {
  std::string text;
  std::optional<Error> error;
};

Given read_all(const test::Pair& pair, std::string_view sealed, std::size_t piece) {
  Given given;
  auto reader = Reader::create(test::in_pieces(sealed, piece), pair.identities);
  if (!reader) return {"", reader.error()};
  std::string buffer(piece, '\0');
  for (;;) {
    const auto n = (*reader)->read(buffer);
    if (!n) given.error = n.error();
    if (!n || *n == 0) break;
    given.text += buffer.substr(0, *n);
  }
  if (given.error) CHECK_FALSE((*reader)->read(buffer).ok());
  return given;
}

Given copy_all(const test::Pair& pair, std::string_view sealed) {
  Given given;
  auto reader = Reader::create(source_of(sealed), pair.identities, test::on_many_threads);
  if (!reader) return {"", reader.error()};
  const Status status = (*reader)->copy(test::into(given.text));
  if (!status) given.error = status.error();
  return given;
}

Result<std::unique_ptr<RandomAccess>> random_access(Os& os, const TemporaryFolder& folder,
                                                    const test::Pair& pair,
                                                    std::string_view sealed) {
  const std::string path = folder.file("sealed.age");
  REQUIRE(write_file(os, path, sealed, Existing::replace).ok());
  ADYTON_TRY(auto file, os.open(path));
  return RandomAccess::open(std::move(file), sealed.size(), pair.identities, test::on_many_threads);
}

/// Where the chunks begin.
std::size_t payload_of(std::string_view sealed) {
  return read_header(source_of(sealed))->size + payload_nonce_size;
}

void check_refused(const test::Pair& pair, const std::string& sealed, std::string_view text) {
  const auto whole = open(sealed, pair.identities);
  REQUIRE_FALSE(whole.ok());
  CHECK(whole.error().code == ErrorCode::crypto);
  CHECK(whole.error().message == "decryption failed");
  for (const Given& given : {read_all(pair, sealed, 100000), copy_all(pair, sealed)}) {
    REQUIRE(given.error.has_value());
    CHECK(given.error->message == "decryption failed");
    CHECK(text.starts_with(given.text));
  }
}

}  // namespace

TEST_CASE("every way of sealing is opened by every way of opening") {
  const test::Pair pair;
  const TemporaryFolder folder;
  const auto os = make_os();
  for (const std::size_t size : telling_sizes) {
    CAPTURE(size);
    const std::string text = text_of(size);
    for (const std::string& sealed :
         {*seal(text, pair.recipients),
          *seal(text, pair.recipients, Armor::no, test::on_many_threads),
          streamed(pair, text, 60000),
          streamed(pair, text, size + 1, Armor::no, test::on_many_threads),
          copied(pair, text, 1 << 22), copied(pair, text, 50001)}) {
      CHECK(sealed.size() == payload_of(sealed) + sealed_size(size));
      CHECK(*open(sealed, pair.identities, test::on_many_threads) == text);
      CHECK(read_all(pair, sealed, 70000).text == text);
      CHECK(copy_all(pair, sealed).text == text);
      auto seekable = random_access(*os, folder, pair, sealed);
      REQUIRE(seekable.ok());
      CHECK((*seekable)->size() == size);
      std::string out(size + 1, '\0');
      out.resize(*(*seekable)->read_at(0, out));
      CHECK(out == text);
    }
  }
}

TEST_CASE("armor goes round") {
  const test::Pair pair;
  for (const std::size_t size : {0UL, 1UL, 65536UL, 3000000UL}) {
    const std::string text = text_of(size);
    for (const std::string& sealed :
         {*seal(text, pair.recipients, Armor::yes), streamed(pair, text, 60000, Armor::yes)}) {
      CHECK(sealed.starts_with(armor_begin));
      CHECK(*open(sealed, pair.identities) == text);
      CHECK(*open("\n" + sealed + "\n", pair.identities) == text);
      CHECK(copy_all(pair, sealed).text == text);
    }
  }
}

TEST_CASE("no two files have the same key, nonce or share") {
  const test::Pair pair;
  const std::string a = *seal("text", pair.recipients);
  const std::string b = *seal("text", pair.recipients);
  CHECK(a.substr(22, 40) != b.substr(22, 40));
  CHECK(a.substr(a.size() - 36) != b.substr(b.size() - 36));
}

TEST_CASE("a payload that is cut off anywhere near a chunk's ends is refused") {
  const test::Pair pair;
  for (const std::size_t size : {0UL, 1UL, 65536UL, 65537UL, 33 * 65536UL}) {
    const std::string text = text_of(size);
    const std::string sealed = *seal(text, pair.recipients);
    const std::size_t payload = payload_of(sealed);
    for (std::size_t end = payload - payload_nonce_size; end < sealed.size(); ++end) {
      const std::size_t in_chunk = (end - payload) % sealed_chunk_size;
      const bool telling = in_chunk < 2 || (in_chunk > 14 && in_chunk < 18);
      if (end > payload && !telling && in_chunk < sealed_chunk_size - 1) continue;
      CAPTURE(end);
      check_refused(pair, sealed.substr(0, end), text);
    }
  }
}

TEST_CASE("chunks in another order, twice, left out or behind the last one are refused") {
  const test::Pair pair;
  const std::string text = text_of(3 * chunk_size + 5);
  const std::string sealed = *seal(text, pair.recipients);
  const std::size_t payload = payload_of(sealed);
  const auto chunk = [&](std::size_t i) {
    return sealed.substr(payload + i * sealed_chunk_size, sealed_chunk_size);
  };
  const std::string head = sealed.substr(0, payload);
  for (const std::string& body :
       {chunk(1) + chunk(0) + chunk(2) + chunk(3), chunk(0) + chunk(1) + chunk(1) + chunk(3),
        chunk(0) + chunk(1) + chunk(3), chunk(0) + chunk(1) + chunk(2),
        chunk(0) + chunk(1) + chunk(2) + chunk(3) + chunk(3), chunk(3),
        chunk(0) + chunk(1) + chunk(2) + chunk(3) + "x",
        chunk(0) + chunk(1) + chunk(2) + chunk(3) + std::string(16, '\0'),
        chunk(0) + chunk(1) + chunk(2) + chunk(3) + std::string(70000, '\0')}) {
    check_refused(pair, head + body, text);
  }
  check_refused(pair, sealed + sealed, text);
}

TEST_CASE("a file of one key with another file's chunks is refused") {
  const test::Pair pair;
  const std::string text = text_of(2 * chunk_size);
  const std::string a = *seal(text, pair.recipients);
  const std::string b = *seal(text, pair.recipients);
  const std::size_t second = payload_of(a) + sealed_chunk_size;
  check_refused(pair, a.substr(0, second) + b.substr(second), text);
}

TEST_CASE("an empty chunk behind a full one is refused though its tag is right") {
  const test::Pair pair;
  const Secret file_key = new_file_key();
  const auto nonce = new_payload_nonce();
  const PayloadCipher cipher(file_key.bytes(), nonce);
  for (const std::size_t chunks : {1UL, 8UL, 32UL, 64UL}) {
    const std::string text = text_of(chunks * chunk_size);
    std::string body(sealed_size(text.size()) + tag_size, '\0');
    auto* const out = reinterpret_cast<std::uint8_t*>(body.data());
    cipher.seal(0, End::no, as_bytes(text), out);
    cipher.seal(chunks, End::yes, {}, out + sealed_size(text.size()));
    const std::string header = *make_header(pair.recipients, file_key.bytes());
    check_refused(pair, header + std::string(as_text(nonce)) + body, text);
  }
}

TEST_CASE("where a later chunk is refused, the text of those before it is wiped") {
  const PayloadCipher cipher(new_file_key().bytes(), new_payload_nonce());
  const std::string text = text_of(3 * chunk_size);
  std::string body(sealed_size(text.size()), '\0');
  cipher.seal(0, End::yes, as_bytes(text), reinterpret_cast<std::uint8_t*>(body.data()));
  body.back() ^= 1;
  std::string out = text;
  CHECK_FALSE(
      cipher.open(0, End::yes, as_bytes(body), reinterpret_cast<std::uint8_t*>(out.data())));
  CHECK(out == std::string(text.size(), '\0'));
}

TEST_CASE("a changed bit of any chunk is refused, and nothing of it is given") {
  const test::Pair pair;
  const std::string text = text_of(40 * chunk_size + 100);
  const std::string sealed = *seal(text, pair.recipients);
  const std::size_t payload = payload_of(sealed);
  for (const std::size_t chunk : {0UL, 7UL, 31UL, 32UL, 40UL}) {
    for (const std::size_t at : {0UL, 50UL, chunk == 40 ? 115UL : sealed_chunk_size - 1}) {
      std::string changed = sealed;
      changed[payload + chunk * sealed_chunk_size + at] ^= 4;
      check_refused(pair, changed, text);
      CHECK(read_all(pair, changed, 100000).text.size() <= chunk * chunk_size);
    }
  }
}

TEST_CASE("any place of a file can be read, and a broken chunk breaks only itself") {
  const test::Pair pair;
  const TemporaryFolder folder;
  const auto os = make_os();
  const std::string text = text_of(70 * chunk_size + 33);
  std::string sealed = *seal(text, pair.recipients);
  sealed[payload_of(sealed) + 10 * sealed_chunk_size] ^= 1;
  auto seekable = random_access(*os, folder, pair, sealed);
  REQUIRE(seekable.ok());
  RandomAccess& file = **seekable;
  const auto at = [&](std::uint64_t offset, std::size_t size) {
    std::string out(size, '\0');
    const auto n = file.read_at(offset, out);
    return n ? out.substr(0, *n) : "failed";
  };
  CHECK(at(5, 10) == text.substr(5, 10));
  CHECK(at(60 * chunk_size - 3, 6) == text.substr(60 * chunk_size - 3, 6));
  CHECK(at(70 * chunk_size + 30, 100) == text.substr(70 * chunk_size + 30));
  CHECK(at(text.size(), 1).empty());
  CHECK(at(text.size() + 1000, 1).empty());
  CHECK(at(10 * chunk_size, 1) == "failed");
  CHECK(at(9 * chunk_size, chunk_size + 1) == "failed");
  CHECK(at(9 * chunk_size, chunk_size) == text.substr(9 * chunk_size, chunk_size));
  CHECK(at(11 * chunk_size, 40 * chunk_size) == text.substr(11 * chunk_size, 40 * chunk_size));
}

TEST_CASE("a file for reading at random is refused if its end is wrong") {
  const test::Pair pair;
  const TemporaryFolder folder;
  const auto os = make_os();
  const std::string sealed = *seal(text_of(3 * chunk_size), pair.recipients);
  for (const std::size_t cut : {1UL, sealed_chunk_size, 2 * sealed_chunk_size}) {
    const auto opened = random_access(*os, folder, pair, sealed.substr(0, sealed.size() - cut));
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().message == "decryption failed");
  }
  CHECK_FALSE(random_access(*os, folder, pair, sealed + std::string(16, 'x')).ok());
}

TEST_CASE("a source or a sink that fails ends the work with its error") {
  const test::Pair pair;
  const std::string text = text_of(100 * chunk_size);
  const std::string sealed = *seal(text, pair.recipients);
  const auto failing_after = [](std::string_view bytes, std::size_t good) {
    return [bytes = source_of(bytes),
            left = good](std::span<char> buffer) mutable -> Result<std::size_t> {
      if (left == 0) return Error{ErrorCode::io, "the disk is broken"};
      ADYTON_TRY(const std::size_t n, bytes(buffer.first(std::min(left, buffer.size()))));
      left -= n;
      return n;
    };
  };
  for (const std::size_t good : {0UL, 10UL, 300000UL, 5000000UL}) {
    std::string out;
    auto reader = Reader::create(failing_after(sealed, good), pair.identities);
    const Status status = reader ? (*reader)->copy(test::into(out)) : reader.error();
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().message == "the disk is broken");
    CHECK(text.starts_with(out));
    auto writer = Writer::create(test::into(out), pair.recipients, Armor::no);
    CHECK((*writer)->copy(failing_after(text, good)).error().message == "the disk is broken");
  }
  std::size_t room = 3000000;
  const Sink full = [&](std::string_view bytes) -> Status {
    if (bytes.size() > room) return Error{ErrorCode::io, "the disk is full"};
    room -= bytes.size();
    return {};
  };
  auto writer = Writer::create(full, pair.recipients, Armor::no);
  CHECK((*writer)->write(text).error().message == "the disk is full");
  room = 3000000;
  auto reader = Reader::create(source_of(sealed), pair.identities);
  CHECK((*reader)->copy(full).error().message == "the disk is full");
}
