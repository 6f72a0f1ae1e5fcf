// Any bytes as an age file, opened with a fixed identity in every way: as a whole, as a stream,
// from any place. They agree, or refuse, and what a stream gave before it refused is the beginning
// of what was sealed. The first byte chooses what the others are:
//   even   the file itself: header, armor and payload are the fuzzer's
//   odd    changes to a file that was sealed here: pairs of a place and what is added to its byte
// What is no age file is tried as a recipient, an identity and a list of them, too.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "modules/crypto/age/age.h"
#include "modules/crypto/age/bech32.h"
#include "modules/crypto/age/random_access.h"
#include "modules/crypto/age/reader.h"

using namespace adyton;
using namespace adyton::crypto;
using namespace adyton::crypto::age;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

// Of the age project's test vectors, which the corpus holds files for.
const Identity& identity() {
  static const Identity one = *Identity::parse(
      "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0");
  return one;
}

class MemoryFile final : public File {
 public:
  explicit MemoryFile(std::string_view bytes) : bytes_(bytes) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    const std::string_view left = bytes_.substr(std::min(bytes_.size(), at_));
    const std::size_t n = std::min(buffer.size(), left.size());
    if (n != 0) std::memcpy(buffer.data(), left.data(), n);
    at_ += n;
    return n;
  }
  Status seek(std::uint64_t offset) override {
    at_ = static_cast<std::size_t>(offset);
    return {};
  }
  Status write(std::string_view) override { return Error{ErrorCode::io, "read only"}; }
  Status sync() override { return {}; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

/// A source that gives few bytes at a time.
Source in_pieces(std::string_view bytes) {
  return [source = source_of(bytes), most = std::size_t{0}](std::span<char> buffer) mutable {
    most = most % 97 + 1;
    return source(buffer.first(std::min(buffer.size(), most)));
  };
}

struct Streamed {
  std::string text;
  std::optional<Error> error;
};

Streamed streamed(std::string_view file, const Identities& identities) {
  Streamed out;
  const auto reader = Reader::create(in_pieces(file), identities);
  if (!reader) return {"", reader.error()};
  const Status status = (*reader)->copy([&](std::string_view bytes) -> Status {
    out.text += bytes;
    return {};
  });
  if (!status) out.error = status.error();
  return out;
}

/// What every way of opening says of the file; nullopt if it is refused. `beginning`: what a
/// refused one may have given.
std::optional<std::string> open_all(std::string_view file, std::string_view beginning) {
  const Identities identities(identity().clone());
  const auto whole = open(file, identities);
  const Streamed stream = streamed(file, identities);
  demand(whole.ok() == !stream.error.has_value());
  if (whole) {
    demand(*whole == stream.text);
  } else {
    demand(!whole.error().message.empty());
    // What is wrong with armor a stream may find out later than that it is for somebody else.
    const bool same = whole.error().text() == stream.error->text();
    demand(same || !file.starts_with("age"));
    demand(beginning.starts_with(stream.text));
  }
  auto seekable = RandomAccess::open(std::make_unique<MemoryFile>(file), file.size(), identities);
  if (whole && !file.starts_with("age")) demand(!seekable.ok());
  if (whole && file.starts_with("age")) {
    demand(seekable.ok() && (*seekable)->size() == whole->size());
    std::string text(whole->size() + 1, '\0');
    const auto n = (*seekable)->read_at(0, text);
    demand(n.ok() && text.substr(0, *n) == *whole);
  }
  if (!whole) return std::nullopt;
  return *whole;
}

/// Bytes of a few chunks, the same each time.
const std::string& sealed_text() {
  static const std::string text = [] {
    std::string made(2 * chunk_size + 1000, '\0');
    std::uint32_t state = 1;
    for (char& c : made) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return made;
  }();
  return text;
}

const std::string& sealed_file(bool armored) {
  static const auto seal_once = [](Armor armor) {
    return *seal(sealed_text(), *Recipients::of({identity().recipient()}), armor);
  };
  static const std::string plain = seal_once(Armor::no);
  static const std::string in_armor = seal_once(Armor::yes);
  return armored ? in_armor : plain;
}

void open_changed(Bytes changes, bool armored) {
  const std::string& original = sealed_file(armored);
  std::string file = original;
  // Each change is 4 bytes: a place (3) and what is added to its byte, or, for 0, where the file is
  // cut off.
  for (; changes.size() >= 4; changes = changes.subspan(4)) {
    const std::size_t place =
        (std::size_t{changes[0]} << 16 | std::size_t{changes[1]} << 8 | changes[2]) %
        (file.size() + 1);
    if (changes[3] == 0 || place == file.size()) {
      file.resize(place);
    } else {
      file[place] = static_cast<char>(file[place] + changes[3]);
    }
  }
  file += as_text(changes);
  const auto text = open_all(file, sealed_text());
  if (!text) return;
  demand(*text == sealed_text());
  // Armor has more than one spelling: white space around it.
  if (!armored) demand(file == original);
}

void read_keys(std::string_view text) {
  if (const auto recipient = Recipient::parse(text)) demand(recipient->text() == text);
  if (const auto parsed = Identity::parse(text)) demand(parsed->secret_text() == text);
  if (text.size() < 200) {
    if (const auto read = decode_bech32(text)) {
      const std::string again = encode_bech32(read->prefix, read->data.bytes());
      demand(again.size() == text.size());
    }
  }
  for (const Error& error : {parse_recipients("x\n" + std::string(text), "f").error(),
                             parse_identities("x\n" + std::string(text), "f").error()}) {
    demand(error.code == ErrorCode::config && error.where == "f:1");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes rest(data + 1, size - 1);
  if (data[0] % 2 == 1) {
    open_changed(rest, data[0] % 4 == 3);
    return 0;
  }
  // Nothing is known of the text, which a refused file may have given a part of.
  const Streamed given = streamed(as_text(rest), Identities(identity().clone()));
  if (!open_all(as_text(rest), given.text)) read_keys(as_text(rest));
  return 0;
}
