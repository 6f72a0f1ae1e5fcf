// The twelve functions of SHA-2 that CPython's module _sha2 calls and that Debian's libpython3.13.a
// lacks: CPython's build keeps them in an archive of their own (libHacl_Hash_SHA2.a) that no
// package contains. They are given here on Crypto++. Linked only where that archive is wanted and
// absent (cmake/EmbeddedPython.cmake).
//
// The interface, from CPython 3.13's Modules/sha2module.c: a state is opaque; _256 serves SHA-224
// too and _512 SHA-384, as malloc_ decided; digest_ leaves the state as it was and writes at most
// 32 or 64 bytes; a state that could not be made is null; update_ gives 0. Each state is used by
// one thread at a time.
#include <cstdint>
#include <memory>
#include <new>

#include <cryptopp/sha.h>

namespace {

using State = CryptoPP::HashTransformation;

template <class Hash>
State* make() {
  try {
    return std::make_unique<Hash>().release();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

std::unique_ptr<State> clone(const State& state) {
  return std::unique_ptr<State>(static_cast<State*>(state.Clone()));
}

State* copy(const State& state) {
  try {
    return clone(state).release();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void destroy(State* state) {
  std::unique_ptr<State>{state};
}

void digest(const State& state, std::uint8_t* out) {
  clone(state)->Final(out);
}

}  // namespace

extern "C" {

State* python_hashlib_Hacl_Hash_SHA2_malloc_224() {
  return make<CryptoPP::SHA224>();
}
State* python_hashlib_Hacl_Hash_SHA2_malloc_256() {
  return make<CryptoPP::SHA256>();
}
State* python_hashlib_Hacl_Hash_SHA2_malloc_384() {
  return make<CryptoPP::SHA384>();
}
State* python_hashlib_Hacl_Hash_SHA2_malloc_512() {
  return make<CryptoPP::SHA512>();
}

State* python_hashlib_Hacl_Hash_SHA2_copy_256(State* state) {
  return copy(*state);
}
State* python_hashlib_Hacl_Hash_SHA2_copy_512(State* state) {
  return copy(*state);
}

void python_hashlib_Hacl_Hash_SHA2_free_256(State* state) {
  destroy(state);
}
void python_hashlib_Hacl_Hash_SHA2_free_512(State* state) {
  destroy(state);
}

std::uint8_t python_hashlib_Hacl_Hash_SHA2_update_256(State* state, const std::uint8_t* input,
                                                      std::uint32_t size) {
  state->Update(input, size);
  return 0;
}
std::uint8_t python_hashlib_Hacl_Hash_SHA2_update_512(State* state, const std::uint8_t* input,
                                                      std::uint32_t size) {
  state->Update(input, size);
  return 0;
}

void python_hashlib_Hacl_Hash_SHA2_digest_256(State* state, std::uint8_t* out) {
  digest(*state, out);
}
void python_hashlib_Hacl_Hash_SHA2_digest_512(State* state, std::uint8_t* out) {
  digest(*state, out);
}

}  // extern "C"
