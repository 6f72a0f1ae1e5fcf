#include <unistd.h>

#include "host/base/text.h"
#include "modules/crypto/keyring.h"

namespace adyton::crypto {
namespace {

// Some five hundred keys; a longer file is no keyring, and its pages would all be locked.
constexpr std::size_t longest_keyring = 256 * 1024;

// Reads into memory that is wiped, without the copies that a growing string leaves behind.
Result<std::size_t> read_into(File& file, const std::string& path, Secret& buffer) {
  std::size_t size = 0;
  while (size < buffer.size()) {
    char* const free = reinterpret_cast<char*>(buffer.data()) + size;
    ADYTON_TRY(const std::size_t n, file.read({free, buffer.size() - size}));
    if (n == 0) return size;
    size += n;
  }
  return Error{ErrorCode::limit,
               cat(path, " is longer than ", human_size(longest_keyring), " and thus no keyring")};
}

}  // namespace

Result<Keyring> load_keyring(Os& os, const std::string& path) {
  ADYTON_TRY(const FileInfo info, os.info(path));
  if (info.owner == ::geteuid() && (info.mode & 077) != 0) {
    return Error{ErrorCode::config,
                 cat(path, " holds keys and can be read by others; run: chmod 600 ", path)};
  }
  ADYTON_TRY(auto file, os.open(path));
  Secret buffer(longest_keyring + 1);
  ADYTON_TRY(const std::size_t size, read_into(*file, path, buffer));
  Result<Keyring> keyring = Keyring::parse(as_text(buffer.bytes().first(size)));
  if (keyring) return keyring;
  return Error{ErrorCode::config, keyring.error().message, path};
}

Status save_keyring(Os& os, const std::string& path, const Keyring& keyring, Existing existing) {
  if (existing == Existing::error && os.exists(path)) {
    return Error{ErrorCode::config, cat(path, " exists; a keyring is not overwritten")};
  }
  std::string text = keyring.to_json();
  const WipeAtExit wipe_text(text);
  return write_file(os, path, text, existing);
}

}  // namespace adyton::crypto
