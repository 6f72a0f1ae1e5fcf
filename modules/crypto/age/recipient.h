#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "modules/crypto/age/x25519.h"

namespace adyton::crypto::age {

/// A public key that files are sealed to: "age1…", an X25519 point in Bech32. No secret.
class Recipient {
 public:
  explicit Recipient(const Point& point) : point_(point) {}

  /// ErrorCode::config, with the way out, for anything else.
  static Result<Recipient> parse(std::string_view text);

  std::string text() const;
  const Point& point() const { return point_; }

  friend bool operator==(const Recipient&, const Recipient&) = default;

 private:
  Point point_;
};

/// A list of recipients: one a line; empty lines and those that begin with # are passed over.
/// ErrorCode::config, naming the line, where one is none, and where there is none at all. `name` is
/// the file's.
Result<std::vector<Recipient>> parse_recipients(std::string_view text, const std::string& name);
Result<std::vector<Recipient>> load_recipients(Os& os, const std::string& path);

}  // namespace adyton::crypto::age
