#include "host/cli/json_input.h"

#include <algorithm>
#include <cstring>
#include <random>

#include <doctest/doctest.h>

#include "host/base/text.h"

using namespace adyton;
using cli::JsonInput;

namespace {

/// A text that comes in reads of at most `most` bytes.
class TextReader final : public pipeline::ByteReader {
 public:
  TextReader(std::string_view text, std::size_t most) : text_(text), most_(most) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t size = std::min({buffer.size(), most_, text_.size()});
    std::memcpy(buffer.data(), text_.data(), size);
    text_.remove_prefix(size);
    return size;
  }
  std::uint64_t consumed() const override { return 0; }
  pipeline::Restart restart_before(std::uint64_t) override { return {}; }
  Status seek(pipeline::Restart, std::uint64_t) override { return {}; }

 private:
  std::string_view text_;
  std::size_t most_;
};

/// "line:column", counted over the whole text.
std::string counted(std::string_view text, std::size_t offset) {
  const std::string_view front = text.substr(0, offset);
  const auto lines = std::count(front.begin(), front.end(), '\n');
  const std::string_view line = front.substr(front.rfind('\n') + 1);
  const auto column = std::count_if(line.begin(), line.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  });
  return cat(lines + 1, ':', column + 1);
}

std::string place(const JsonInput::Spot& spot) {
  return cat(spot.line, ':', spot.column);
}

/// Lines of many lengths, in ASCII and beyond.
std::string sample_text(std::size_t size) {
  std::mt19937 random(3);
  std::string text;
  while (text.size() < size) {
    const std::size_t length = random() % 10 == 0 ? random() % 20'000 : random() % 100;
    for (std::size_t i = 0; i < length; ++i) text += random() % 5 == 0 ? "\u6f22" : "x";
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("a byte's place is the same however the text is read") {
  const std::string text = sample_text(1 << 20);
  for (const std::size_t most : {std::size_t{700}, std::size_t{5000}, std::size_t{1} << 20}) {
    JsonInput input(std::make_unique<TextReader>(text, most));
    std::uint64_t asked = 0;
    for (auto block = input.next(); block && !block->empty(); block = input.next()) {
      CHECK(place(input.spot(input.size())) == counted(text, input.size()));
      const std::uint64_t middle = input.size() - block->size() / 2;
      CHECK(place(input.spot(middle)) == counted(text, middle));
      ++asked;
    }
    CHECK(asked > 1);
    CHECK(input.size() == text.size());
  }
}

TEST_CASE("the spot shows the line, or the part of it around the byte") {
  const std::string_view text = "first\r\n\xc3\xab middle\r\nlast";
  JsonInput input(std::make_unique<TextReader>(text, 1000));
  REQUIRE(input.next());
  CHECK(input.spot(7 + 3).shown == "\xc3\xab middle");
  CHECK(input.spot(7 + 3).shown_column == 3);
  CHECK(input.spot(0).shown == "first");
  CHECK(input.spot(text.size()).shown == "last");
  CHECK(input.spot(text.size()).shown_column == 5);
  CHECK(input.head() == "firs");
  CHECK(input.before(5) == "first");

  const std::string longer(100'000, 'x');
  JsonInput other(std::make_unique<TextReader>(longer, longer.size()));
  REQUIRE(other.next());
  const auto spot = other.spot(50'000);
  CHECK(spot.column == 50'001);
  CHECK(spot.shown_column == 1025);
  CHECK(spot.shown.size() == 2048);
}

TEST_CASE("a marked byte has its spot when it is far behind") {
  const std::string text = "one\n  \"two " + std::string(1 << 20, 'x');
  JsonInput input(std::make_unique<TextReader>(text, 30'000));
  REQUIRE(input.next());
  input.mark(6);
  for (auto block = input.next(); block && !block->empty(); block = input.next()) input.mark(6);
  const auto spot = input.spot(6);
  CHECK(place(spot) == "2:3");
  CHECK(spot.shown.starts_with("  \"two xxx"));
  CHECK(spot.shown_column == 3);
}

TEST_CASE("what is to be kept stays, however long the text") {
  const std::string text = sample_text(1 << 20);
  JsonInput input(std::make_unique<TextReader>(text, 100'000));
  REQUIRE(input.next());
  REQUIRE(input.next());
  const std::uint64_t from = 150'000;
  input.keep_from(from);
  for (auto block = input.next(); block && !block->empty(); block = input.next()) {
  }
  for (std::uint64_t offset = from; offset < text.size(); offset += 9973) {
    CHECK(place(input.spot(offset)) == counted(text, offset));
  }
  CHECK(input.before(text.size()).ends_with(std::string_view(text).substr(from)));
}
