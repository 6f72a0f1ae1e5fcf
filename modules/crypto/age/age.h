#pragma once

#include <string>
#include <string_view>

#include "host/base/result.h"
#include "modules/crypto/age/armor.h"
#include "modules/crypto/age/bytes.h"
#include "modules/crypto/age/file_key.h"

namespace adyton::crypto::age {

// Texts that are in memory, as age files (https://c2sp.org/age). Files: writer.h, reader.h,
// random_access.h.

/// ErrorCode::config if a recipient is no point that anything can be sealed to.
Result<std::string> seal(std::string_view text, const Recipients& recipients,
                         Armor armor = Armor::no, const Executor& executor = on_this_thread);

/// In armor or not. ErrorCode::crypto "decryption failed" for whatever is wrong with the payload,
/// for a wrong MAC and where no identity fits; ErrorCode::invalid for what is no age file. The
/// caller wipes the text if it must not stay in memory.
Result<std::string> open(std::string_view sealed, const Identities& identities,
                         const Executor& executor = on_this_thread);

}  // namespace adyton::crypto::age
