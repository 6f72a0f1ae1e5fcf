#pragma once

#include <array>
#include <atomic>
#include <csignal>

namespace adyton::cli {

/// While it lives, the first SIGINT, SIGTERM or SIGHUP asks the run to stop; a second one, or five
/// seconds, end the process at once with exit_stopped. SIGPIPE is ignored, so that a closed pipe is
/// an error like any other. One at a time, on the main thread.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  const std::atomic<bool>& requested() const;

 private:
  static constexpr std::array signals_ = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
  std::array<struct sigaction, signals_.size()> before_{};
};

}  // namespace adyton::cli
