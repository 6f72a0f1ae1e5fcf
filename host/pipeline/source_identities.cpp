#include "host/pipeline/source_identities.h"

#include <string>
#include <utility>
#include <vector>

#include "modules/crypto/age/identity.h"
#include "modules/crypto/keyring_access.h"
#include "modules/crypto/secret.h"

namespace adyton::pipeline {
namespace {

namespace age = crypto::age;

/// The user can mend it, whatever it is: a file that is far too long is another one.
Error unusable(Error error) {
  if (error.code == ErrorCode::limit) error.code = ErrorCode::config;
  return error;
}

Result<age::Identities> by_passphrase(const std::string& variable) {
  ADYTON_TRY(std::string passphrase,
             crypto::passphrase_in(variable, "the passphrase of the inputs"));
  const crypto::WipeAtExit wipe_passphrase(passphrase);
  return age::Identities::passphrase(passphrase);
}

Result<age::Identities> by_files(Os& os, const std::vector<std::string>& files) {
  std::vector<age::Identity> all;
  for (const std::string& path : files) {
    auto some = age::load_identities(os, path);
    if (!some) return unusable(std::move(some).error());
    for (age::Identity& identity : *some) all.push_back(std::move(identity));
  }
  return age::Identities(std::move(all));
}

}  // namespace

Result<SourceIdentities> load_source_identities(Os& os, const SourceConfig& source) {
  if (!source.opens_sealed()) return SourceIdentities();
  ADYTON_TRY(age::Identities identities, source.passphrase_env.empty()
                                             ? by_files(os, source.identities)
                                             : by_passphrase(source.passphrase_env));
  return SourceIdentities(std::make_shared<const age::Identities>(std::move(identities)));
}

Result<Reading> reading_of(Os& os, const SourceConfig& source) {
  Reading reading{source.format, source.max_record};
  ADYTON_TRY(reading.identities, load_source_identities(os, source));
  return reading;
}

}  // namespace adyton::pipeline
