#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/os.h"
#include "modules/json/canonical.h"
#include "modules/json/stream_output.h"

namespace adyton::cli {

/// What stands behind each value.
enum class ValueEnd { newline, nothing };

/// A stream's output that is a file. The first error is kept; what comes after it is swallowed.
class JsonOutput final : public json::StreamOutput {
 public:
  JsonOutput(std::unique_ptr<File> file, ValueEnd value_end)
      : file_(std::move(file)), value_end_(value_end) {}

  void end_value() override {
    if (value_end_ == ValueEnd::newline) put('\n');
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  void write(std::string_view bytes) override;

  std::unique_ptr<File> file_;
  ValueEnd value_end_;
  std::optional<Error> error_;
};

/// Values on their way to another output, which gets their canonical form. Keeps one in memory.
class CanonicalValues final : public json::StreamOutput {
 public:
  explicit CanonicalValues(json::StreamOutput& out) : out_(out) {}

  void end_value() override;
  void end_document() override { out_.end_document(); }

  /// Why the last value has no canonical form; a string literal, or null.
  const char* fault() const { return fault_; }

 private:
  void write(std::string_view bytes) override { value_ += bytes; }

  json::StreamOutput& out_;
  json::Canonicalizer canonicalizer_{json::Integers::doubles};
  std::string value_;
  std::string form_;
  const char* fault_ = nullptr;
};

}  // namespace adyton::cli
