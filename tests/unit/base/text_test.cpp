#include "host/base/text.h"

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <string>

#include <doctest/doctest.h>

using namespace adyton;

TEST_CASE("a message is its parts one after the other") {
  CHECK(cat("a", 'b', std::string("c"), 12, -3L, 255U) == "abc12-3255");
  CHECK(cat() == "");
}

TEST_CASE("numbers for people have commas between thousands") {
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(1000) == "1,000");
  CHECK(with_commas(18446744073709551615ULL) == "18,446,744,073,709,551,615");
}

TEST_CASE("sizes for people are in binary units with a decimal where it tells something") {
  CHECK(human_size(0) == "0 B");
  CHECK(human_size(1023) == "1023 B");
  CHECK(human_size(1024) == "1 KiB");
  CHECK(human_size(1536) == "1.5 KiB");
  CHECK(human_size(64ULL << 20) == "64 MiB");
  CHECK(human_size(18446744073709551615ULL) == "15 EiB");
}

TEST_CASE("a size is read with any unit, in any case, with or without a space") {
  CHECK(parse_size("64 MiB") == 64ULL << 20);
  CHECK(parse_size("64mib") == 64ULL << 20);
  CHECK(parse_size("10 kB") == 10000);
  CHECK(parse_size("1000") == 1000);
  CHECK(parse_size("0") == 0);
  CHECK_FALSE(parse_size(""));
  CHECK_FALSE(parse_size("MiB"));
  CHECK_FALSE(parse_size("-1"));
  CHECK_FALSE(parse_size("1.5 MiB"));
  CHECK_FALSE(parse_size("1 MiBs"));
  CHECK_FALSE(parse_size("99999999999 GiB"));
}

TEST_CASE("a typing mistake finds its word, another word does not") {
  constexpr std::array<std::string_view, 3> words = {"encrypt", "decrypt", "drop"};
  CHECK(did_you_mean("encypt", words) == "encrypt");
  CHECK(did_you_mean("Decrypt", words) == "decrypt");
  CHECK(did_you_mean("drpo", words) == "drop");
  CHECK(did_you_mean("enrcypt", words) == "encrypt");
  CHECK(did_you_mean("dop", words) == "drop");
  CHECK_FALSE(did_you_mean("sample", words));
  CHECK_FALSE(did_you_mean("", words));
}

TEST_CASE("UTF-8 is accepted in its shortest form only, and no surrogates") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain text that is longer than one vector of thirty-two bytes"));
  CHECK(is_utf8("é € 𝄞 \xf4\x8f\xbf\xbf"));
  CHECK_FALSE(is_utf8("\x80"));
  CHECK_FALSE(is_utf8("\xc0\xaf"));  // overlong
  CHECK_FALSE(is_utf8("\xe0\x80\xaf"));
  CHECK_FALSE(is_utf8("\xf0\x80\x80\xaf"));
  CHECK_FALSE(is_utf8("\xed\xa0\x80"));      // a surrogate
  CHECK_FALSE(is_utf8("\xf4\x90\x80\x80"));  // over U+10FFFF
  CHECK_FALSE(is_utf8("\xff"));
}

TEST_CASE("UTF-8 cut or damaged at any place of a long text is found, wherever it stands") {
  const std::string good = "aé€𝄞";
  for (std::size_t before = 0; before < 130; ++before) {
    const std::string text = std::string(before, 'x') + good;
    CHECK(is_utf8(text));
    CHECK(is_utf8(text + std::string(70, 'y')));
    CHECK_FALSE(is_utf8(text.substr(0, text.size() - 1)));
    CHECK_FALSE(is_utf8(text.substr(0, text.size() - 2) + std::string(70, 'y')));
    std::string bad = text + std::string(70, 'y');
    bad[before] = '\xfe';
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("a sequence cut before much plain text is found, wherever it stands") {
  for (std::size_t before = 0; before < 300; ++before) {
    const std::string plain(before, 'x');
    const std::string more(600, 'y');
    CHECK(is_utf8(plain + "€" + more));
    CHECK_FALSE(is_utf8(plain + "\xe2" + more));
    CHECK_FALSE(is_utf8(plain + "\xe2\x82" + more));
    CHECK_FALSE(is_utf8(plain + "\xf0\x9d\x84" + more));
    CHECK_FALSE(is_utf8(plain + "\x82" + more));
  }
}

TEST_CASE("a text is UTF-8 just where each of its sequences is, whatever stands around it") {
  std::mt19937 random(1);
  const auto among = [&](unsigned low, unsigned high) {
    return static_cast<char>(low + random() % (high - low + 1));
  };
  const auto plain = [&] { return std::string(random() % 140, among(0, 0x7f)); };
  const auto sequence = [&]() -> std::string {
    switch (random() % 4) {
      case 0:
        return {among(0xc2, 0xdf), among(0x80, 0xbf)};
      case 1:
        return {among(0xe1, 0xec), among(0x80, 0xbf), among(0x80, 0xbf)};
      case 2:
        return {among(0xf1, 0xf3), among(0x80, 0xbf), among(0x80, 0xbf), among(0x80, 0xbf)};
      default:  // likely to be wrong: what follows is at the edges of what may
        return {among(0xbf, 0xff), "\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0"[random() % 8],
                "\x80\xbf"[random() % 2], "a\x80\xbf"[random() % 3]};
    }
  };
  int good = 0;
  for (int i = 0; i < 60000; ++i) {
    std::string text;
    for (auto pieces = random() % 12; pieces > 0; --pieces) {
      text += random() % 3 == 0 ? plain() : sequence();
    }
    if (random() % 4 == 0) text.resize(text.size() - std::min<std::size_t>(text.size(), 1));
    bool expected = true;
    std::string_view rest = text;
    while (expected && !rest.empty()) {
      const std::size_t length = utf8_sequence(rest);
      expected = length != 0;
      rest.remove_prefix(length);
    }
    // In memory of just its size, so that a sanitizer sees what is read behind it.
    const auto exact = std::make_unique_for_overwrite<char[]>(text.size());
    text.copy(exact.get(), text.size());
    CAPTURE(text);
    REQUIRE(is_utf8({exact.get(), text.size()}) == expected);
    REQUIRE(utf8_prefix({exact.get(), text.size()}) == text.size() - rest.size());
    good += expected ? 1 : 0;
  }
  CHECK(good > 5000);
  CHECK(good < 55000);
}

TEST_CASE("quoted text steers no terminal and is cut where it is long") {
  CHECK(in_quotes("a\"b\\c") == "\"a\\\"b\\\\c\"");
  CHECK(in_quotes("\x1b[31m") == "\"\\x1b[31m\"");
  CHECK(in_quotes("caf\xc3\xa9 \xff") == "\"café \\xff\"");
  CHECK(in_quotes("\xc2\x9b") == "\"\\xc2\\x9b\"");
  CHECK(in_quotes(std::string(100, 'x'), 10) == "\"xxxxxxxxxx…\"");
}
