#include "host/cli/output_file.h"

#include <array>
#include <csignal>
#include <cstring>

#include <unistd.h>

#include "host/base/text.h"
#include "host/cli/terminal_text.h"

namespace adyton::cli {
namespace {

constexpr std::array signals = {SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing but what is static.
std::array<char, 4096> doomed{};
std::array<struct sigaction, signals.size()> before{};

void remove_and_end(int signal) {
  ::unlink(doomed.data());
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

/// From now on a signal takes this file away, if it is there; one whose name is too long stays.
void guard(const std::string& path) {
  if (path.size() >= doomed.size()) return;
  std::memcpy(doomed.data(), path.c_str(), path.size() + 1);
  for (std::size_t i = 0; i < signals.size(); ++i) {
    struct sigaction action = {};
    sigemptyset(&action.sa_mask);
    action.sa_handler = remove_and_end;
    ::sigaction(signals[i], nullptr, &before[i]);
    // What nohup or a shell's & ignores stays ignored.
    if (before[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &action, nullptr);
  }
}

void stop_guarding() {
  if (doomed[0] == '\0') return;
  for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &before[i], nullptr);
  doomed[0] = '\0';
}

Status check_name(Os& os, const std::string& path, Existing existing) {
  if (!os.exists(path)) return {};
  if (existing == Existing::error) {
    return Error{ErrorCode::config, cat(shown(path), " exists; replace it with --force")};
  }
  ADYTON_TRY(const FileInfo info, os.info(path));
  if (info.kind == FileInfo::Kind::file) return {};
  return Error{ErrorCode::config,
               cat(shown(path), " is no regular file and is not replaced; - is standard output")};
}

}  // namespace

Result<std::unique_ptr<OutputFile>> OutputFile::create(Os& os, const std::string& path,
                                                       Existing existing) {
  if (path == "-") {
    std::unique_ptr<OutputFile> output(new OutputFile(os, path, {}, existing));
    output->file_ = os.standard_output();
    return output;
  }
  ADYTON_CHECK(check_name(os, path, existing));
  std::string temporary = cat(path, ".", static_cast<std::int64_t>(::getpid()), ".tmp");
  guard(temporary);  // before it is there: a signal may come at once
  auto file = os.create(temporary, Existing::replace);
  if (!file) {
    stop_guarding();
    return std::move(file).error();
  }
  std::unique_ptr<OutputFile> output(new OutputFile(os, path, std::move(temporary), existing));
  output->file_ = *std::move(file);
  return output;
}

OutputFile::~OutputFile() {
  if (temporary_.empty()) return;
  file_.reset();
  (void)os_.remove(temporary_);
  stop_guarding();
}

Status OutputFile::finish() {
  if (temporary_.empty()) return {};
  ADYTON_CHECK(file_->sync());
  ADYTON_CHECK(os_.rename(temporary_, path_, existing_));
  temporary_.clear();
  stop_guarding();
  return os_.sync_directory(directory_of(path_));
}

}  // namespace adyton::cli
