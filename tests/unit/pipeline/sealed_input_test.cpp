#include "host/pipeline/sealed_input.h"

#include <doctest/doctest.h>

#include "host/pipeline/input_digests.h"
#include "host/pipeline/source.h"
#include "modules/crypto/age/age.h"
#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;

namespace age = adyton::crypto::age;

namespace {

/// Who can open, and what is sealed to them.
struct Holder {
  age::Identity identity = age::Identity::generate();

  SourceIdentities identities() const {
    return std::make_shared<const age::Identities>(identity.clone());
  }
  std::string seal(std::string_view text, age::Armor armor = age::Armor::no) const {
    return *age::seal(text, *age::Recipients::of({identity.recipient()}), armor);
  }
};

Result<std::unique_ptr<ByteReader>> opened(const std::string& path, SourceIdentities identities) {
  static const auto os = make_os();
  ADYTON_TRY(auto file, os->open(path));
  return open_input(*os, std::move(file), path, std::move(identities));
}

/// All that is left, or the error behind what came before it, which goes to `before`.
Result<std::string> rest_of(ByteReader& reader, std::string* before = nullptr) {
  std::string out;
  std::string buffer(10007, '\0');
  for (;;) {
    const auto n = reader.read(buffer);
    if (!n && before != nullptr) *before = out;
    if (!n) return n.error();
    if (*n == 0) return out;
    out.append(buffer, 0, *n);
  }
}

std::string lines(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += cat("{\"n\":", i, ",\"m\":", i * 2654435761U % 1000003, "}\n");
  }
  return out;
}

}  // namespace

TEST_CASE("an input is opened and decompressed by what it holds") {
  Folder folder;
  const Holder holder;
  const std::string text = lines(150'000);
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    const std::string packed = *compress(compression, text);
    const std::string armored = cat("\r\n \n", holder.seal(packed, age::Armor::yes), "\n");
    for (const std::string& content : {packed, holder.seal(packed), armored}) {
      const std::string path = folder.write("in", content);
      auto reader = opened(path, holder.identities());
      REQUIRE(reader.ok());
      CHECK(*rest_of(**reader) == text);
      CHECK((*reader)->consumed() == content.size());
    }
  }
}

TEST_CASE("what only begins like an age file is read as it is") {
  Folder folder;
  for (const std::string_view text : {"", "a", "age-encryption.org", "age-encryption",
                                      "-----BEGIN AGE", "\n\n-----BEGIN\n", " ", "\n{}\n"}) {
    auto reader = opened(folder.write("in", text), nullptr);
    REQUIRE(reader.ok());
    CHECK(*rest_of(**reader) == text);
  }
  const std::string blank(5000, '\n');
  CHECK(*rest_of(**opened(folder.write("in", blank + "{}"), nullptr)) == blank + "{}");
}

TEST_CASE("every place of a sealed input can be sought, by a restart as by its offset") {
  Folder folder;
  const Holder holder;
  const std::string text = lines(30'000);
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    std::string packed;
    for (std::size_t at = 0; at < text.size(); at += 100'000) {
      packed += *compress(compression, std::string_view(text).substr(at, 100'000));
    }
    for (const age::Armor armor : {age::Armor::no, age::Armor::yes}) {
      const std::string path = folder.write("in", holder.seal(packed, armor));
      for (const std::size_t offset : {0UL, 1UL, 65'536UL, 200'001UL, text.size()}) {
        auto first = *opened(path, holder.identities());
        std::string passed(offset + 1, '\0');
        for (std::size_t at = 0; at < offset;) {
          at += *first->read({passed.data() + at, offset - at});
        }
        for (const Restart from : {Restart{}, first->restart_before(offset)}) {
          auto reader = *opened(path, holder.identities());
          REQUIRE(reader->seek(from, offset).ok());
          CHECK(*rest_of(*reader) == text.substr(offset));
        }
      }
      CHECK_FALSE((*opened(path, holder.identities()))->seek({}, text.size() + 1).ok());
    }
  }
}

TEST_CASE("without an identity, or with another's, nothing is read, and the file is named") {
  Folder folder;
  const Holder holder;
  for (const age::Armor armor : {age::Armor::no, age::Armor::yes}) {
    const std::string path = folder.write("in", holder.seal("{}\n", armor));
    const auto without = opened(path, nullptr);
    REQUIRE_FALSE(without.ok());
    CHECK(without.error().code == ErrorCode::config);
    CHECK(without.error().where == path);
    const auto other = opened(path, Holder().identities());
    REQUIRE_FALSE(other.ok());
    CHECK(other.error().code == ErrorCode::crypto);
    CHECK(other.error().text().find("decryption failed: nothing that [source] names") !=
          std::string::npos);
    CHECK(other.error().where == path);
  }
}

TEST_CASE("a sealed input cut anywhere never ends as if it were whole") {
  Folder folder;
  const Holder holder;
  const std::string text = lines(10'000);
  const std::string sealed = holder.seal(text);
  for (std::size_t size = 22; size < sealed.size(); size += size < 400 ? 1 : 9973) {
    const std::string path = folder.write("in", sealed.substr(0, size));
    auto reader = opened(path, holder.identities());
    if (!reader) {
      CHECK(reader.error().where == path);
      continue;
    }
    const auto rest = rest_of(**reader);
    REQUIRE_FALSE(rest.ok());
    CHECK(rest.error().code == ErrorCode::invalid);
    CHECK(rest.error().where == path);
    CHECK_FALSE((*opened(path, holder.identities()))->seek({}, 5).ok());
  }
}

TEST_CASE("what is given of a changed input was verified") {
  Folder folder;
  const Holder holder;
  const std::string text = lines(300'000);  // several batches of the reader
  for (const age::Armor armor : {age::Armor::no, age::Armor::yes}) {
    std::string sealed = holder.seal(text, armor);
    char& changed = sealed[sealed.size() - sealed.size() / 4];
    changed = changed == 'A' ? 'B' : 'A';
    const std::string path = folder.write("in", sealed);
    auto reader = *opened(path, holder.identities());
    std::string before;
    const auto rest = rest_of(*reader, &before);
    REQUIRE_FALSE(rest.ok());
    CHECK(rest.error().code == ErrorCode::invalid);
    CHECK(rest.error().text().find("damaged or cut off") != std::string::npos);
    CHECK(before.size() >= 2 << 20);
    CHECK(text.starts_with(before));
  }
}

TEST_CASE("the digest of a sealed input is that of the file, taken as it is read") {
  Folder folder;
  const Holder holder;
  const auto os = make_os();
  for (const age::Armor armor : {age::Armor::no, age::Armor::yes}) {
    const std::string content = holder.seal(lines(150'000), armor);
    const std::vector<Input> inputs = {{folder.write("in", content), content.size(), 0}};
    InputDigests digests(DigestKind::sha256);
    Source source(*os, inputs, Reading{.identities = holder.identities()}, &digests);
    while (*source.next()) {
    }
    CHECK(source.consumed() == content.size());
    const std::string expected = *digest_of_file(*os, inputs[0].path, DigestKind::sha256);
    std::filesystem::remove(inputs[0].path);  // it need not be read again
    CHECK(*digests.of(0, inputs[0].path, *os) == expected);
  }
}
