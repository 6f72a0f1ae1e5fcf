#pragma once

#include <string>

#include "host/base/result.h"
#include "host/base/subprocess.h"
#include "host/base/text.h"
#include "modules/crypto/aead.h"
#include "modules/crypto/secret.h"

namespace adyton::crypto {

/// What keys are sealed with: a key of its own, which may lie elsewhere (a KMS). Abstract because
/// it is an Aead at one place and a program at another. Any thread; may block.
class KeyWrapper {
 public:
  virtual ~KeyWrapper() = default;

  virtual Result<std::string> wrap(Bytes key) const = 0;
  /// ErrorCode::crypto "decryption failed" if it is none that wrap() made.
  virtual Result<Secret> unwrap(Bytes wrapped) const = 0;
};

/// An Aead, without associated data. It must outlive this.
class AeadWrapper final : public KeyWrapper {
 public:
  explicit AeadWrapper(const Aead& aead) : aead_(aead) {}
  Result<std::string> wrap(Bytes key) const override;
  Result<Secret> unwrap(Bytes wrapped) const override;

 private:
  const Aead& aead_;
};

/// A program: it is run with one more argument, `encrypt` or `decrypt`, gets the bytes on its
/// standard input and writes the result to its standard output, as bytes, and nothing else; exit
/// code 0 says that this is it. Fails as run_command(); a result of no bytes is a failure, too. At
/// most 1 MiB.
class CommandWrapper final : public KeyWrapper {
 public:
  explicit CommandWrapper(Command command) : command_(std::move(command)) {}
  Result<std::string> wrap(Bytes key) const override;
  Result<Secret> unwrap(Bytes wrapped) const override;

 private:
  Command command_;
};

}  // namespace adyton::crypto
