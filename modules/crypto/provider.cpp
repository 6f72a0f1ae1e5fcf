#include "modules/crypto/provider.h"

#include <cstdlib>

#include "modules/crypto/gcm_known_answers.h"

namespace adyton::crypto {
namespace {

/// Why the library is not used; empty if it is.
std::string reason_against(const IpsecMb& library, std::string_view wish) {
  if (wish == "cryptopp") return "ADYTON_CRYPTO=cryptopp";
  if (library.loaded_version != library.compiled_version) {
    return cat("Adyton was compiled against ", library.compiled_version);
  }
  const auto engine = library.make_gcm();
  if (!engine.ok()) return engine.error().message;
  return gives_known_answers(**engine) ? "" : "it fails the known-answer test";
}

ProviderChoice choose_for_process() {
  const char* const wish = std::getenv("ADYTON_CRYPTO");
  return choose_provider(ipsec_mb(), wish == nullptr ? "" : wish);
}

}  // namespace

ProviderChoice choose_provider(const IpsecMb& library, std::string_view wish) {
  if (library.compiled_version.empty()) return {Provider::cryptopp, "IPsec-MB not built in"};
  const std::string name = cat("IPsec-MB ", library.loaded_version);
  const std::string reason = reason_against(library, wish);
  if (!reason.empty()) return {Provider::cryptopp, cat(name, ", not used: ", reason)};
  return {Provider::ipsec_mb, cat(name, " (AES-GCM)")};
}

const ProviderChoice& provider_choice() {
  static const ProviderChoice choice = choose_for_process();
  return choice;
}

std::unique_ptr<GcmEngine> make_gcm_engine() {
  if (provider_choice().gcm == Provider::cryptopp) return make_cryptopp_gcm();
  return std::move(*ipsec_mb().make_gcm());
}

}  // namespace adyton::crypto
