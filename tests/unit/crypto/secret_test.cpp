#include "modules/crypto/secret.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace adyton;
using namespace adyton::crypto;

namespace {

// The VmFlags of the mapping that holds `address`, from /proc/self/smaps.
std::string vm_flags(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    const std::size_t dash = line.find('-');
    if (dash != std::string::npos && line.find(' ') > dash && line.find(':') > dash) {
      const auto begin = std::stoull(line.substr(0, dash), nullptr, 16);
      const auto end = std::stoull(line.substr(dash + 1), nullptr, 16);
      inside = begin <= wanted && wanted < end;
    } else if (inside && line.starts_with("VmFlags:")) {
      return line;
    }
  }
  return "";
}

}  // namespace

TEST_CASE("a secret holds its bytes and a clone is another copy") {
  const Secret secret(as_bytes("0123456789abcdef"));
  const Secret copy = secret.clone();
  CHECK(as_text(copy.bytes()) == "0123456789abcdef");
  CHECK(copy.data() != secret.data());
}

TEST_CASE("a secret moves without copying and leaves nothing behind") {
  Secret first(as_bytes("key"));
  const std::uint8_t* const data = first.data();
  Secret second(std::move(first));
  CHECK(second.data() == data);
  CHECK(first.size() == 0);
  first = std::move(second);
  CHECK(first.data() == data);
  CHECK(as_text(first.bytes()) == "key");
}

TEST_CASE("a secret's pages are left out of core dumps") {
  const Secret secret(32);
  const std::string flags = vm_flags(secret.data());
  REQUIRE_FALSE(flags.empty());
  CHECK(flags.find(" dd") != std::string::npos);
}

TEST_CASE("wiping a string wipes what it held before it was cut short") {
  std::string text = "a secret that is longer than a short string";
  const std::string_view memory = text;
  text.resize(3);
  wipe(text);
  CHECK(text.empty());
  REQUIRE(text.data() == memory.data());
  // The string's own memory, behind its end.
  CHECK(std::ranges::all_of(memory, [](char c) { return c == '\0'; }));
}

TEST_CASE("wiping memory zeroes it") {
  std::uint8_t memory[5] = {1, 2, 3, 4, 5};
  wipe(memory, 4);
  CHECK(memory[0] == 0);
  CHECK(memory[3] == 0);
  CHECK(memory[4] == 5);
}
