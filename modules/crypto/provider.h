#pragma once

#include <string>
#include <string_view>

#include "modules/crypto/engines.h"
#include "modules/crypto/ipsec_mb.h"

namespace adyton::crypto {

/// Whose code does the work. Crypto++ can do all of it; IPsec-MB, where it is used, AES-GCM,
/// ChaCha20-Poly1305, AES-SIV, and SHA-2 and HMAC of many messages.
enum class Provider { cryptopp, ipsec_mb };

struct ProviderChoice {
  Provider provider;
  /// About IPsec-MB, for people: "IPsec-MB 1.3.0 (AES-GCM, …)", "IPsec-MB 1.3.0, not used: …",
  /// "IPsec-MB not built in".
  std::string text;
  const Engines* engines;
};

/// The rule. IPsec-MB is used unless it is not built in, `wish` is "cryptopp", the library loaded
/// has not the version compiled against (structures change size between versions that share a
/// SONAME), it has no code for this CPU, or it gives a wrong answer to one of the known-answer
/// tests; asked in this order. No other wish changes anything.
ProviderChoice choose_provider(const IpsecMb& library, std::string_view wish);

/// The rule applied to this process, with the environment's ADYTON_CRYPTO ("cryptopp" or
/// "ipsec_mb") as the wish: at the first call, from any thread, once.
const ProviderChoice& provider_choice();

/// The engines of the provider chosen.
const Engines& engines();

}  // namespace adyton::crypto
