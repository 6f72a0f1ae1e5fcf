#pragma once

#include <string>

#include "host/base/result.h"
#include "modules/crypto/engines.h"

namespace adyton::crypto {

/// Intel's IPsec-MB as the build and this process find it. The library is asked for nothing but its
/// version until `engines` is called: the layout of all else belongs to the version compiled
/// against.
struct IpsecMb {
  std::string compiled_version;  // "1.3.0"; empty: not built in
  std::string loaded_version;    // another one only where the library is a shared one

  /// What it does, or why it does nothing on this machine. Called only if the versions are equal.
  Result<const Engines*> (*engines)();
};

/// Any thread. (ipsec_mb_absent.cpp takes the place of the ipsec_mb*.cpp where the build has no
/// library.)
IpsecMb ipsec_mb();

}  // namespace adyton::crypto
