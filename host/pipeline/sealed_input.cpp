#include "host/pipeline/sealed_input.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "host/base/text.h"
#include "modules/crypto/age/armor.h"
#include "modules/crypto/age/header.h"
#include "modules/crypto/age/random_access.h"
#include "modules/crypto/age/reader.h"

namespace adyton::pipeline {
namespace {

namespace age = crypto::age;

enum class Form { open, sealed, armored };

/// Of every version, so that one which is not read is told as such.
constexpr std::string_view any_version =
    age::version_line.substr(0, age::version_line.find('/') + 1);

/// The first bytes of a file, as many as tell its form.
struct Beginning {
  Form form = Form::open;
  std::string bytes;
};

/// Whether `text` is all of `whole`, or may become it with what follows.
bool may_become(std::string_view text, std::string_view whole) {
  return text.substr(0, whole.size()) == whole.substr(0, text.size());
}

Result<Beginning> look_at(File& file) {
  Beginning beginning;
  std::string& bytes = beginning.bytes;
  for (;;) {
    const std::size_t margin = std::min(bytes.find_first_not_of(age::margin), bytes.size());
    const std::string_view text = std::string_view(bytes).substr(margin);
    if (bytes.starts_with(any_version)) beginning.form = Form::sealed;
    if (text.starts_with(age::armor_begin)) beginning.form = Form::armored;
    const bool open = margin > age::longest_margin ||
                      !(may_become(bytes, any_version) || may_become(text, age::armor_begin));
    if (open || beginning.form != Form::open) return beginning;
    char more[64];
    ADYTON_TRY(const std::size_t n, file.read(more));
    if (n == 0) return beginning;
    bytes.append(more, n);
  }
}

/// A file with the bytes that were looked at put back in front. Knows how far it was read.
class Raw final : public File {
 public:
  Raw(std::unique_ptr<File> file, std::string head)
      : file_(std::move(file)), head_(std::move(head)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    std::size_t n = std::min(head_.size(), buffer.size());
    if (n != 0) {
      std::memcpy(buffer.data(), head_.data(), n);
      head_.erase(0, n);
    } else {
      ADYTON_TRY(n, file_->read(buffer));
    }
    *position_ += n;
    return n;
  }

  Status seek(std::uint64_t offset) override {
    head_.clear();
    *position_ = offset;
    return file_->seek(offset);
  }

  Status write(std::string_view data) override { return file_->write(data); }
  Status sync() override { return file_->sync(); }

  /// Outlives the file.
  std::shared_ptr<const std::uint64_t> position() const { return position_; }

 private:
  std::unique_ptr<File> file_;
  std::string head_;
  std::shared_ptr<std::uint64_t> position_ = std::make_shared<std::uint64_t>(0);
};

/// The error, of the file of that name. `why`: what a failed decryption means where it happened.
Error named(Error error, const std::string& name, ErrorCode code, std::string_view why) {
  if (error.code == ErrorCode::crypto) {
    error = {code, cat("decryption failed: ", why), name};
  } else if (error.code != ErrorCode::io && error.code != ErrorCode::stopped) {
    error.where = name;
  }
  return error;
}

Error no_way_in(Error error, const std::string& name) {
  return named(std::move(error), name, ErrorCode::crypto,
               "nothing that [source] names opens it, or its header was changed");
}

Error damaged(Error error, const std::string& name) {
  return named(std::move(error), name, ErrorCode::invalid, "the sealed data is damaged or cut off");
}

/// The text of an age file, as a file. It is read through, or after a seek from any place.
class OpenedFile final : public File {
 public:
  OpenedFile(Os& os, std::unique_ptr<Raw> raw, Form form, std::string name,
             SourceIdentities identities)
      : os_(os),
        raw_(std::move(raw)),
        form_(form),
        name_(std::move(name)),
        identities_(std::move(identities)) {}

  /// Before anything else.
  Status begin() {
    offset_ = 0;
    auto reader = age::Reader::create(age::source_of(*raw_), *identities_);
    if (!reader) return no_way_in(std::move(reader).error(), name_);
    reader_ = *std::move(reader);
    return {};
  }

  Result<std::size_t> read(std::span<char> buffer) override {
    auto n = access_ ? access_->read_at(offset_, buffer) : reader_->read(buffer);
    if (!n) return damaged(std::move(n).error(), name_);
    offset_ += *n;
    return *n;
  }

  Status seek(std::uint64_t offset) override {
    if (form_ == Form::armored) return pass(offset);
    if (!access_) ADYTON_CHECK(enter());
    offset_ = offset;
    return {};
  }

  Status write(std::string_view) override { return read_only(); }
  Status sync() override { return read_only(); }

 private:
  Status read_only() const { return Error{ErrorCode::io, cat(name_, " is read only")}; }

  /// From now on it is read from any place.
  Status enter() {
    ADYTON_TRY(const FileInfo info, os_.info(name_));
    ADYTON_CHECK(raw_->seek(0));
    auto access = age::RandomAccess::open(std::move(raw_), info.size, *identities_);
    if (!access) return no_way_in(std::move(access).error(), name_);
    access_ = *std::move(access);
    reader_.reset();
    return {};
  }

  /// Goes there from the beginning.
  Status pass(std::uint64_t offset) {
    ADYTON_CHECK(raw_->seek(0));
    ADYTON_CHECK(begin());
    std::string dropped(age::chunk_size, '\0');
    while (offset_ < offset) {
      const std::uint64_t most = std::min<std::uint64_t>(dropped.size(), offset - offset_);
      ADYTON_TRY(const std::size_t n, read({dropped.data(), static_cast<std::size_t>(most)}));
      if (n == 0) break;
    }
    return {};
  }

  Os& os_;
  std::unique_ptr<Raw> raw_;
  Form form_;
  std::string name_;
  SourceIdentities identities_;
  std::unique_ptr<age::Reader> reader_;
  std::unique_ptr<age::RandomAccess> access_;  // once there was a seek, and it is not in armor
  std::uint64_t offset_ = 0;                   // of the text
};

/// The bytes of a sealed input, which counts what was taken of the file on the disk.
class SealedReader final : public ByteReader {
 public:
  SealedReader(std::unique_ptr<ByteReader> bytes, std::shared_ptr<const std::uint64_t> position)
      : bytes_(std::move(bytes)), position_(std::move(position)) {}

  Result<std::size_t> read(std::span<char> buffer) override { return bytes_->read(buffer); }
  std::uint64_t consumed() const override { return *position_; }
  Restart restart_before(std::uint64_t offset) override { return bytes_->restart_before(offset); }
  Status seek(Restart from, std::uint64_t offset) override { return bytes_->seek(from, offset); }

 private:
  std::unique_ptr<ByteReader> bytes_;
  std::shared_ptr<const std::uint64_t> position_;
};

}  // namespace

Result<bool> begins_sealed(File& file) {
  ADYTON_TRY(const Beginning beginning, look_at(file));
  return beginning.form != Form::open;
}

Result<std::unique_ptr<ByteReader>> open_input(Os& os, std::unique_ptr<File> file,
                                               const std::string& name,
                                               SourceIdentities identities) {
  ADYTON_TRY(Beginning beginning, look_at(*file));
  auto raw = std::make_unique<Raw>(std::move(file), std::move(beginning.bytes));
  if (beginning.form == Form::open) return decode(std::move(raw), name);
  if (!identities) {
    return Error{ErrorCode::config,
                 "is sealed, and [source] names nothing that opens it: identity, or passphrase_env",
                 name};
  }
  auto position = raw->position();
  auto opened =
      std::make_unique<OpenedFile>(os, std::move(raw), beginning.form, name, std::move(identities));
  ADYTON_CHECK(opened->begin());
  ADYTON_TRY(auto bytes, decode(std::move(opened), name));
  return std::unique_ptr<ByteReader>(
      std::make_unique<SealedReader>(std::move(bytes), std::move(position)));
}

}  // namespace adyton::pipeline
