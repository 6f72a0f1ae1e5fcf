#include "modules/crypto/secret.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "modules/crypto/secret_memory.h"
#include "tests/unit/crypto/vm_flags.h"

using namespace adyton;
using namespace adyton::crypto;

using test::vm_flags;

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

// A sanitizer's mlock() does nothing.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a secret's pages, and the heap's, are locked where the machine allows it") {
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_MEMLOCK, &limit) == 0);
  if (limit.rlim_cur < 1024 * 1024) return;
  const Secret secret(32);
  CHECK(vm_flags(secret.data()).find(" lo") != std::string::npos);
  void* const block = allocate_secret(32);
  CHECK(vm_flags(block).find(" lo") != std::string::npos);
  free_secret(block);
}
#endif

namespace {

constexpr std::string_view mark = "0123456789abcdefghijklmnopqrstuvwxyz";

/// Leaves the mark in a frame some way down.
[[gnu::noinline]] void leave_mark() {
  std::array<char, 3000> frame;
  mark.copy(frame.data(), mark.size());
  __asm__ volatile("" ::"m"(frame));
}

/// Whether the mark is on the stack of a thread that has done this.
bool leaves_mark(void* (*work)(void*)) {
  alignas(4096) static std::array<char, 256 * 1024> stack;
  stack.fill(0);
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstack(&attributes, stack.data(), stack.size()) == 0);
  pthread_t thread;
  REQUIRE(pthread_create(&thread, &attributes, work, nullptr) == 0);
  REQUIRE(pthread_join(thread, nullptr) == 0);
  pthread_attr_destroy(&attributes);
  return std::string_view(stack.data(), stack.size()).find(mark) != std::string_view::npos;
}

}  // namespace

TEST_CASE("wiping frames wipes what functions that have returned left on the stack") {
  CHECK(leaves_mark([](void*) -> void* {
    leave_mark();
    return nullptr;
  }));
  CHECK_FALSE(leaves_mark([](void*) -> void* {
    leave_mark();
    wipe_frames();
    return nullptr;
  }));
}
