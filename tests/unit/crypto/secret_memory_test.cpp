#include "modules/crypto/secret_memory.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include <cryptopp/aes.h>
#include <cryptopp/hmac.h>
#include <cryptopp/integer.h>
#include <cryptopp/modes.h>
#include <cryptopp/secblock.h>
#include <cryptopp/sha.h>
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "modules/crypto/secret.h"
#include "tests/unit/crypto/vm_flags.h"

using namespace adyton;
using namespace adyton::crypto;

namespace {

bool is_undumpable(const void* memory) {
  return test::vm_flags(memory).find(" dd") != std::string::npos;
}

}  // namespace

TEST_CASE("blocks of every size are aligned, apart, and left out of core dumps") {
  std::vector<std::uint8_t*> blocks;
  for (std::size_t size = 1; size <= 200'000; size = size * 3 / 2 + 1) {
    auto* const block = static_cast<std::uint8_t*>(allocate_secret(size));
    CHECK(reinterpret_cast<std::uintptr_t>(block) % 64 == 0);
    CHECK(is_undumpable(block));
    std::memset(block, static_cast<int>(blocks.size()), size);
    blocks.push_back(block);
  }
  std::size_t size = 1;
  for (std::size_t i = 0; i < blocks.size(); ++i, size = size * 3 / 2 + 1) {
    CHECK(std::all_of(blocks[i], blocks[i] + size,
                      [&](std::uint8_t byte) { return byte == static_cast<std::uint8_t>(i); }));
    free_secret(blocks[i]);
  }
}

TEST_CASE("a block that is given back is overwritten, and comes again") {
  void* const block = allocate_secret(100);
  std::memset(block, 'k', 100);
  free_secret(block);
  const auto* const bytes = static_cast<const std::uint8_t*>(block);
  CHECK(std::all_of(bytes, bytes + 100, [](std::uint8_t byte) { return byte == 0; }));
  void* const again = allocate_secret(100);
  CHECK(again == block);
  free_secret(again);
  free_secret(nullptr);
  CHECK_THROWS_AS(allocate_secret(SIZE_MAX), std::bad_alloc);
}

TEST_CASE("Crypto++'s own blocks lie there, those of its shared library, too") {
  const CryptoPP::SecByteBlock block(100);
  CHECK(is_undumpable(block.data()));
  const CryptoPP::AlignedSecByteBlock aligned(100);
  CHECK(is_undumpable(aligned.data()));
  // Grown inside the library.
  CryptoPP::Integer number = CryptoPP::Integer::Power2(4000);
  number *= number;
  CHECK(number.BitCount() == 8001);
}

TEST_CASE("new of a class that says so takes its memory there") {
  struct State : InSecretMemory {
    CryptoPP::CTR_Mode<CryptoPP::AES>::Encryption counter;
  };
  struct alignas(64) Aligned : InSecretMemory {
    std::uint8_t bytes[64];
  };
  const auto state = std::make_unique<State>();
  CHECK(is_undumpable(state.get()));
  CHECK(is_undumpable(std::make_unique<Aligned>().get()));
}

TEST_CASE("threads and forked children share the heap without harm") {
  const auto work = [] {
    std::vector<void*> held;
    for (std::size_t i = 0; i < 20'000; ++i) {
      held.push_back(allocate_secret(i % 3000 + 1));
      if (i % 3 != 0) {
        free_secret(held[i / 3 % held.size()]);
        held[i / 3 % held.size()] = nullptr;
      }
    }
    for (void* block : held) free_secret(block);
  };
  std::jthread first(work);
  std::jthread second(work);
  for (int i = 0; i < 20; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(20);  // a heap that was locked by another thread would be waited for, for ever
      free_secret(allocate_secret(1000));
      ::_exit(0);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
}
