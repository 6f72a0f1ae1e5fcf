#include "modules/json/block.h"

#include <cstring>
#include <random>
#include <string>

#include <doctest/doctest.h>
#include <sys/mman.h>

#include "host/base/cpu.h"
#include "tests/unit/json/events.h"

using namespace adyton::json;

namespace {

#if defined(__x86_64__)
#define FOR_AVX2 __attribute__((target("avx2,bmi,bmi2")))
#else
#define FOR_AVX2
#endif

template <class Block>
FOR_AVX2 void check_masks(const char* bytes) {
  const std::uint32_t specials = Block::specials(bytes);
  const std::uint32_t others = Block::not_spaces(bytes);
  for (unsigned i = 0; i < Block::size; ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    const bool special = c < ' ' || c >= 0x80 || c == '"' || c == '\\';
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    REQUIRE((specials >> i & 1) == static_cast<std::uint32_t>(special));
    REQUIRE((others >> i & 1) == static_cast<std::uint32_t>(!space));
  }
}

template <class Block>
FOR_AVX2 void check_keys(std::mt19937& random) {
  for (std::size_t size = 0; size <= KeyPattern::longest; ++size) {
    std::string key(size, ' ');
    for (char& c : key) c = static_cast<char>('a' + random() % 26);
    const std::string quoted = key + '"';
    KeyPattern pattern;
    pattern.set({quoted.data(), size});
    const std::string text = quoted + ": 1" + std::string(200, 'x');
    const char* const end = text.data() + text.size();
    CHECK(pattern.size == size + 1);
    CHECK((Block::begins_with(text.data(), pattern) && pattern.tail_matches(text.data(), end)));
    for (std::size_t i = 0; i <= size; ++i) {
      std::string other = text;
      other[i] = '#';
      CHECK_FALSE((Block::begins_with(other.data(), pattern) &&
                   pattern.tail_matches(other.data(), other.data() + other.size())));
    }
  }
}

}  // namespace

TEST_CASE("every level of vector instructions sees the same in a block") {
  std::mt19937 random(1);
  char bytes[block_reach];
  for (int round = 0; round < 2000; ++round) {
    for (char& c : bytes) c = static_cast<char>(round < 256 ? round : static_cast<int>(random()));
    check_masks<BaselineBlock>(bytes);
#if defined(__x86_64__)
    if (adyton::vector_level() >= adyton::VectorLevel::avx2) check_masks<Avx2Block>(bytes);
#endif
  }
}

TEST_CASE("a key is recognised by all of its bytes and its closing quote") {
  std::mt19937 random(2);
  check_keys<BaselineBlock>(random);
#if defined(__x86_64__)
  if (adyton::vector_level() >= adyton::VectorLevel::avx2) check_keys<Avx2Block>(random);
#endif
}

TEST_CASE("a document at the end of readable memory is read without looking further") {
  const std::size_t page = 4096;
  char* const memory = static_cast<char*>(
      mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  REQUIRE(memory != MAP_FAILED);
  REQUIRE(mprotect(memory + page, page, PROT_NONE) == 0);
  const std::string document =
      R"([  {"a key": [1, 2.5, -3e7, true, false, null, "text \u00e9 \n"], "other": "plain text that goes on and on"},
          {"a key": [12345678901234567890, 0.1], "other": "\u20ac"}   ])";
  for (std::size_t size = 0; size <= document.size(); ++size) {
    char* const begin = memory + page - 1 - size;
    std::memcpy(begin, document.data(), size);
    begin[size] = '\0';
    test::Events handler;
    const auto error = parse({begin, size}, {}, handler);
    CHECK((size == document.size()) == !error.has_value());
  }
  munmap(memory, 2 * page);
}
