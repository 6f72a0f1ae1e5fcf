#include "modules/crypto/provider.h"

#include <cstdlib>

#include "modules/crypto/known_answers.h"

namespace adyton::crypto {
namespace {

struct Answer {
  const Engines* engines;  // none: not used
  std::string reason;
};

Answer ask(const IpsecMb& library, std::string_view wish) {
  if (wish == "cryptopp") return {nullptr, "ADYTON_CRYPTO=cryptopp"};
  if (library.loaded_version != library.compiled_version) {
    return {nullptr, cat("Adyton was compiled against ", library.compiled_version)};
  }
  const auto engines = library.engines();
  if (!engines.ok()) return {nullptr, engines.error().message};
  const std::string_view wrong = wrong_answer(**engines);
  if (!wrong.empty()) return {nullptr, cat("it fails the known-answer test of ", wrong)};
  return {*engines, ""};
}

ProviderChoice choose_for_process() {
  const char* const wish = std::getenv("ADYTON_CRYPTO");
  return choose_provider(ipsec_mb(), wish == nullptr ? "" : wish);
}

}  // namespace

ProviderChoice choose_provider(const IpsecMb& library, std::string_view wish) {
  const Engines& fallback = cryptopp_engines();
  if (library.compiled_version.empty()) {
    return {Provider::cryptopp, "IPsec-MB not built in", &fallback};
  }
  const std::string name = cat("IPsec-MB ", library.loaded_version);
  const Answer answer = ask(library, wish);
  if (answer.engines == nullptr) {
    return {Provider::cryptopp, cat(name, ", not used: ", answer.reason), &fallback};
  }
  return {Provider::ipsec_mb, cat(name, " (AES-GCM, ChaCha20-Poly1305, AES-SIV, SHA-2, HMAC)"),
          answer.engines};
}

const ProviderChoice& provider_choice() {
  static const ProviderChoice choice = choose_for_process();
  return choice;
}

const Engines& engines() {
  return *provider_choice().engines;
}

}  // namespace adyton::crypto
