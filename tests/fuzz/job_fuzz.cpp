// A job file of any bytes is a config or diagnostics with a place in the file, and each renders to
// text that is safe for a terminal.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "host/base/text.h"
#include "host/pipeline/config.h"

namespace pipeline = adyton::pipeline;
using adyton::Error;
using adyton::ErrorCode;
using adyton::Existing;
using adyton::File;
using adyton::FileInfo;
using adyton::Result;
using adyton::Status;

namespace {

/// An operating system with no files: whatever names an input makes up, nothing is touched.
class EmptyOs final : public adyton::Os {
 public:
  Result<std::unique_ptr<File>> open(const std::string&) override { return nothing(); }
  Result<std::unique_ptr<File>> create(const std::string&, Existing) override { std::abort(); }
  Status rename(const std::string&, const std::string&, Existing) override { std::abort(); }
  Status remove(const std::string&) override { std::abort(); }
  Status sync_directory(const std::string&) override { std::abort(); }
  Status make_directories(const std::string&) override { std::abort(); }
  Result<FileInfo> info(const std::string&) override { return nothing(); }
  bool exists(const std::string&) override { return false; }
  std::unique_ptr<File> standard_input() override { std::abort(); }
  std::unique_ptr<File> standard_output() override { std::abort(); }

 private:
  static Error nothing() { return Error{ErrorCode::io, "there is nothing of that name"}; }
};

bool is_safe(std::string_view text) {
  return adyton::is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
         });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view toml(reinterpret_cast<const char*>(data), size);
  EmptyOs os;
  const auto outcome = pipeline::parse_job(os, "job.toml", toml);
  if (!outcome.config && outcome.diagnostics.empty()) std::abort();
  const auto lines = static_cast<std::size_t>(std::count(toml.begin(), toml.end(), '\n')) + 1;
  for (const auto& diagnostic : outcome.diagnostics) {
    if (diagnostic.message.empty() || diagnostic.at.line > lines) std::abort();
    if (!is_safe(pipeline::render(diagnostic, "job.toml", toml))) std::abort();
  }
  return 0;
}
