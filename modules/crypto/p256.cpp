#include "modules/crypto/p256.h"

#include <algorithm>
#include <cstdint>

#include <cryptopp/eccrypto.h>
#include <cryptopp/oids.h>
#include <cryptopp/sha.h>

#include "modules/crypto/kernel_rng.h"
#include "modules/crypto/secret_memory.h"

namespace adyton::crypto {
namespace {

using Curve = CryptoPP::ECP;
using Group = CryptoPP::DL_GroupParameters_EC<Curve>;

CryptoPP::Integer integer_of(Bytes bytes) {
  return CryptoPP::Integer(bytes.data(), bytes.size());
}

CryptoPP::OID p256() {
  return CryptoPP::ASN1::secp256r1();
}

Curve::Point point_of(Bytes point) {
  return {integer_of(point.first(P256::scalar_size)), integer_of(point.subspan(P256::scalar_size))};
}

std::uint8_t* bytes_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

// DER's INTEGER: no leading zero but the one that keeps it positive.
void append_der_integer(std::string& out, Bytes number) {
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  const bool zero = number[0] >= 0x80;
  out += '\x02';
  out += static_cast<char>(number.size() + (zero ? 1 : 0));
  if (zero) out += '\0';
  out += as_text(number);
}

// Takes one INTEGER off the front and puts it into 32 bytes of `out`.
bool take_der_integer(Bytes& rest, std::uint8_t* out) {
  if (rest.size() < 3 || rest[0] != 0x02) return false;
  const std::size_t length = rest[1];
  if (length == 0 || length > P256::scalar_size + 1 || length > rest.size() - 2) return false;
  Bytes number = rest.subspan(2, length);
  rest = rest.subspan(2 + length);
  if (number[0] >= 0x80) return false;
  if (number[0] == 0) {
    if (length == 1 || number[1] < 0x80) return false;
    number = number.subspan(1);
  }
  if (number.size() > P256::scalar_size) return false;
  std::ranges::copy(number, out + (P256::scalar_size - number.size()));
  return true;
}

}  // namespace

bool P256::is_point(Bytes point) {
  if (point.size() != point_size) return false;
  return Group(p256()).GetCurve().VerifyPoint(point_of(point));
}

bool P256::is_scalar(Bytes scalar) {
  if (scalar.size() != scalar_size) return false;
  const CryptoPP::Integer number = integer_of(scalar);
  return number.IsPositive() && number < Group(p256()).GetSubgroupOrder();
}

std::string P256::public_key(Bytes scalar) {
  const Curve::Point point = Group(p256()).ExponentiateBase(integer_of(scalar));
  std::string out(point_size, '\0');
  point.x.Encode(bytes_of(out), scalar_size);
  point.y.Encode(bytes_of(out) + scalar_size, scalar_size);
  return out;
}

struct EcdsaSigner::State : InSecretMemory {
  CryptoPP::ECDSA_RFC6979<Curve, CryptoPP::SHA256>::Signer signer;
};

EcdsaSigner::EcdsaSigner(Bytes scalar) : state_(std::make_unique<State>()) {
  state_->signer.AccessKey().Initialize(p256(), integer_of(scalar));
}

EcdsaSigner::EcdsaSigner(EcdsaSigner&&) noexcept = default;
EcdsaSigner::~EcdsaSigner() = default;

std::string EcdsaSigner::sign(Bytes message) const {
  KernelRng unused;
  std::string signature(P256::signature_size, '\0');
  state_->signer.SignMessage(unused, message.data(), message.size(), bytes_of(signature));
  return signature;
}

struct EcdsaVerifier::State {
  CryptoPP::ECDSA<Curve, CryptoPP::SHA256>::Verifier verifier;
};

EcdsaVerifier::EcdsaVerifier(Bytes point) : state_(std::make_unique<State>()) {
  state_->verifier.AccessKey().Initialize(p256(), point_of(point));
}

EcdsaVerifier::EcdsaVerifier(EcdsaVerifier&&) noexcept = default;
EcdsaVerifier::~EcdsaVerifier() = default;

bool EcdsaVerifier::verify(Bytes signature, Bytes message) const {
  if (signature.size() != P256::signature_size) return false;
  return state_->verifier.VerifyMessage(message.data(), message.size(), signature.data(),
                                        signature.size());
}

std::string signature_to_der(Bytes signature) {
  std::string numbers;
  append_der_integer(numbers, signature.first(P256::scalar_size));
  append_der_integer(numbers, signature.subspan(P256::scalar_size));
  // At most 2 · 35 bytes: the short form of a length.
  return cat('\x30', static_cast<char>(numbers.size()), numbers);
}

std::string signature_from_der(Bytes der) {
  if (der.size() < 2 || der[0] != 0x30 || der[1] != der.size() - 2 || der[1] >= 0x80) return {};
  Bytes rest = der.subspan(2);
  std::string out(P256::signature_size, '\0');
  if (!take_der_integer(rest, bytes_of(out))) return {};
  if (!take_der_integer(rest, bytes_of(out) + P256::scalar_size) || !rest.empty()) return {};
  return out;
}

}  // namespace adyton::crypto
