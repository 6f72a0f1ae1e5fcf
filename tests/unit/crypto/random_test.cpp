#include "modules/crypto/random.h"

#include <array>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace adyton::crypto;

TEST_CASE("random bytes fill every length, also past what one system call gives") {
  for (const std::size_t size : {0UL, 1UL, 255UL, 257UL, 100000UL}) {
    std::vector<std::uint8_t> bytes(size + 1, 0);
    fill_random({bytes.data(), size});
    CHECK(bytes[size] == 0);
    if (size < 257) continue;
    CHECK(std::set<std::uint8_t>(bytes.begin(), bytes.end() - 1).size() > 100);
    CHECK(std::set<std::uint8_t>(bytes.end() - 201, bytes.end() - 1).size() > 50);
  }
}

TEST_CASE("what is drawn is different every time, also past what is drawn ahead") {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < 2000; ++i) {
    std::array<std::uint8_t, 12> nonce{};
    draw_random(nonce);
    seen.emplace(nonce.begin(), nonce.end());
  }
  CHECK(seen.size() == 2000);
}

TEST_CASE("every length up to 64 bytes is drawn whole") {
  for (std::size_t size = 0; size <= 64; ++size) {
    std::set<std::uint8_t> last;
    for (int i = 0; i < 20; ++i) {
      std::array<std::uint8_t, 65> bytes{};
      draw_random({bytes.data(), size});
      CHECK(bytes[size] == 0);
      if (size > 0) last.insert(bytes[size - 1]);
    }
    if (size > 0) CHECK(last.size() > 5);
  }
}

TEST_CASE("threads draw different bytes") {
  std::array<std::string, 8> drawn;
  {
    std::vector<std::jthread> threads;
    for (std::string& mine : drawn) {
      threads.emplace_back([&mine] {
        std::array<std::uint8_t, 16> bytes{};
        draw_random(bytes);
        mine.assign(bytes.begin(), bytes.end());
      });
    }
  }
  CHECK(std::set<std::string>(drawn.begin(), drawn.end()).size() == drawn.size());
}

TEST_CASE("forked children draw none of what their parent had drawn ahead") {
  const auto draw = [] {
    std::array<std::uint8_t, 16> bytes{};
    draw_random(bytes);
    return bytes;
  };
  draw();  // there is something ahead now
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  constexpr int children = 3;
  constexpr int draws = 100;
  for (int i = 0; i < children; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child != 0) continue;
    bool written = true;
    for (int n = 0; n < draws; ++n) {
      const auto bytes = draw();
      written = written && ::write(ends[1], bytes.data(), bytes.size()) == 16;
    }
    ::_exit(written ? 0 : 1);
  }
  ::close(ends[1]);
  std::set<std::array<std::uint8_t, 16>> seen;
  for (int n = 0; n < draws; ++n) seen.insert(draw());
  std::array<std::uint8_t, 16> theirs{};
  while (::read(ends[0], theirs.data(), theirs.size()) == 16) seen.insert(theirs);
  CHECK(seen.size() == (children + 1) * draws);
  CHECK_FALSE(seen.contains(std::array<std::uint8_t, 16>{}));
  ::close(ends[0]);
  while (::wait(nullptr) > 0) {
  }
}

TEST_CASE("a forked child draws other bytes than its parent") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  std::array<std::uint8_t, 16> bytes{};
  fill_random(bytes);
  if (child == 0) {
    const bool written = ::write(ends[1], bytes.data(), bytes.size()) == 16;
    ::_exit(written ? 0 : 1);
  }
  std::array<std::uint8_t, 16> theirs{};
  CHECK(::read(ends[0], theirs.data(), theirs.size()) == 16);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(bytes != theirs);
  ::close(ends[0]);
  ::close(ends[1]);
}
