#pragma once

#include <string>
#include <string_view>

#include "host/base/os.h"
#include "host/base/result.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {

/// A file that holds keys, a keyring or identities, as it was read: its content lies in Secret
/// memory. Moves.
class KeyFile {
 public:
  /// Reads it. Refused (ErrorCode::config, with the way out) is a link, what is no ordinary file,
  /// and a file of another user, unless this one is root or the file is root's: who owns it can put
  /// other keys there. ErrorCode::limit for one that is too long to be a `kind` ("keyring").
  static Result<KeyFile> read(Os& os, const std::string& path, std::string_view kind);

  std::string_view content() const;

  /// For keys in the clear. Refused, as ssh does it with its keys, is a file of this user's that
  /// group or others have any right to (ErrorCode::config, with the chmod that mends it).
  Status check_private() const;

 private:
  KeyFile(std::string path, const FileInfo& info) : path_(std::move(path)), info_(info) {}
  Status check_owner() const;

  std::string path_;
  FileInfo info_;
  Secret buffer_;
  std::size_t size_ = 0;
};

/// Writes a file that only its owner may read, mode 0600: after a crash there is the old file or
/// the new one. A link of that name is replaced, not followed. A temporary name that nobody can
/// know before: in a folder that others may write to, too, nobody can lay a file there.
Status write_key_file(Os& os, const std::string& path, std::string_view content, Existing existing);

}  // namespace adyton::crypto
