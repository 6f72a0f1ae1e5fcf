#include "modules/crypto/key_file.h"

#include <array>

#include <unistd.h>

#include "host/base/base64.h"
#include "host/base/text.h"
#include "modules/crypto/random.h"

namespace adyton::crypto {
namespace {

// Some three hundred keys of a keyring, some three thousand identities; all its pages are locked.
constexpr std::size_t longest = 256 * 1024;

// Reads into memory that is wiped, without the copies that a growing string leaves behind.
Result<std::size_t> read_into(File& file, Secret& buffer) {
  std::size_t size = 0;
  while (size < buffer.size()) {
    char* const free = reinterpret_cast<char*>(buffer.data()) + size;
    ADYTON_TRY(const std::size_t n, file.read({free, buffer.size() - size}));
    if (n == 0) break;
    size += n;
  }
  return size;
}

std::string temporary_name(const std::string& path) {
  std::array<std::uint8_t, 9> random;
  fill_random(random);
  return cat(path, '.', base64::encode(random, base64::Alphabet::url), ".tmp");
}

}  // namespace

Result<KeyFile> KeyFile::read(Os& os, const std::string& path, std::string_view kind) {
  ADYTON_TRY(const OpenedFile opened, os.open_itself(path));
  KeyFile file(path, opened.info);
  ADYTON_CHECK(file.check_owner());
  file.buffer_ = Secret(longest + 1);
  ADYTON_TRY(file.size_, read_into(*opened.file, file.buffer_));
  if (file.size_ <= longest) return file;
  return Error{ErrorCode::limit,
               cat(path, " is longer than ", human_size(longest), " and thus no ", kind)};
}

std::string_view KeyFile::content() const {
  return as_text(buffer_.bytes().first(size_));
}

Status KeyFile::check_owner() const {
  const auto user = ::geteuid();
  if (info_.owner == user || info_.owner == 0 || user == 0) return {};
  return Error{ErrorCode::config,
               cat(path_, " belongs to user ", info_.owner,
                   ", who could put other keys there; make a copy of your own, or run: chown ",
                   user, ' ', path_)};
}

Status KeyFile::check_private() const {
  if (info_.owner != ::geteuid() || (info_.mode & 077) == 0) return {};
  return Error{ErrorCode::config,
               cat(path_, " holds keys and can be read by others; run: chmod 600 ", path_)};
}

Status write_key_file(Os& os, const std::string& path, std::string_view content,
                      Existing existing) {
  const std::string temporary = temporary_name(path);
  ADYTON_TRY(const auto file, os.create(temporary, Existing::error));
  const auto write = [&]() -> Status {
    ADYTON_CHECK(file->write(content));
    ADYTON_CHECK(file->sync());
    ADYTON_CHECK(os.rename(temporary, path, existing));
    return os.sync_directory(directory_of(path));
  };
  Status status = write();
  if (!status) (void)os.remove(temporary);  // gone already, if the folder alone could not be synced
  return status;
}

}  // namespace adyton::crypto
