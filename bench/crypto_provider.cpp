// How fast the provider seals one message with AES-256-GCM, below Python and keyrings.
//
//   bench_crypto_provider SIZE CALLS
//
// Prints nanoseconds a call: the same engine as Adyton's, over one buffer of SIZE bytes.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "modules/crypto/provider.h"

int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  if (argc != 3) {
    std::fputs("usage: bench_crypto_provider SIZE CALLS\n", stderr);
    return 2;
  }
  const std::size_t size = std::strtoull(argv[1], nullptr, 10);
  const long calls = std::strtol(argv[2], nullptr, 10);
  const std::vector<std::uint8_t> key(32, 1);
  const std::vector<std::uint8_t> nonce(12, 2);
  const std::vector<std::uint8_t> text(size, 3);
  std::vector<std::uint8_t> out(size + 16);
  const auto engine = adyton::crypto::engines().gcm();
  engine->set_key(key);
  engine->seal(nonce.data(), {}, text, out.data());
  const auto start = Clock::now();
  for (long i = 0; i < calls; ++i) engine->seal(nonce.data(), {}, text, out.data());
  const std::chrono::duration<double, std::nano> took = Clock::now() - start;
  std::printf("%.1f\n", took.count() / static_cast<double>(calls));
}
