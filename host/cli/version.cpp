#include "host/cli/version.h"

#include <cstdio>
#include <string_view>

#include <boost/version.hpp>
#include <cryptopp/config.h>
#include <cryptopp/cpu.h>
#include <patchlevel.h>

#include "host/base/text.h"
#include "modules/crypto/provider.h"

namespace adyton::cli {
namespace {

std::string boost_version() {
  return cat(BOOST_VERSION / 100000, '.', BOOST_VERSION / 100 % 1000, '.', BOOST_VERSION % 100);
}

std::string cryptopp_version() {
  return cat(CRYPTOPP_VERSION / 100, '.', CRYPTOPP_VERSION / 10 % 10, '.', CRYPTOPP_VERSION % 10);
}

std::string cpu_features() {
  std::string text;
  const auto add = [&text](bool present, std::string_view name) {
    if (present) text += cat(text.empty() ? "" : " ", name);
  };
#if CRYPTOPP_BOOL_X64 || CRYPTOPP_BOOL_X86 || CRYPTOPP_BOOL_X32
  add(CryptoPP::HasSSSE3(), "ssse3");
  add(CryptoPP::HasSSE41(), "sse4.1");
  add(CryptoPP::HasAVX2(), "avx2");
  add(CryptoPP::HasAESNI(), "aes");
  add(CryptoPP::HasCLMUL(), "pclmul");
  add(CryptoPP::HasSHA(), "sha");
#elif CRYPTOPP_BOOL_ARMV8
  add(CryptoPP::HasASIMD(), "asimd");
  add(CryptoPP::HasAES(), "aes");
  add(CryptoPP::HasPMULL(), "pmull");
  add(CryptoPP::HasSHA1(), "sha1");
  add(CryptoPP::HasSHA2(), "sha2");
#endif
  return text.empty() ? "none" : text;
}

}  // namespace

std::string version_text() {
  return cat("Python ", PY_VERSION, '\n',            //
             "Adyton ", ADYTON_VERSION, '\n',        //
             "Boost ", boost_version(), '\n',        //
             "Crypto++ ", cryptopp_version(), '\n',  //
             crypto::provider_choice().text, '\n',   //
             "CPU features in use: ", cpu_features(), '\n');
}

std::map<std::string, std::string> versions() {
  return {{"adyton", ADYTON_VERSION},
          {"python", PY_VERSION},
          {"boost", boost_version()},
          {"crypto++", cryptopp_version()},
          {"provider", crypto::provider_choice().text}};
}

int version_command() {
  std::fputs(version_text().c_str(), stdout);
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace adyton::cli
