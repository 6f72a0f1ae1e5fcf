#include "host/cli/stop_signal.h"

#include <cstring>

#include <unistd.h>

#include "host/cli/options.h"

namespace adyton::cli {
namespace {

// A signal handler can reach nothing but what is static.
std::atomic<bool> stop_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);

constexpr unsigned patience = 5;  // seconds between the request and the end

// Safe at any moment: what was committed is on the disk, the rest is done again.
void stop_at_once(int) {
  static constexpr char message[] = "adyton run: stopped at once; run it again to go on\n";
  (void)!::write(STDERR_FILENO, message, std::strlen(message));
  ::_exit(exit_stopped);
}

void request_stop(int) {
  if (stop_requested.exchange(true, std::memory_order_relaxed)) stop_at_once(0);
  struct sigaction action = {};
  sigemptyset(&action.sa_mask);
  action.sa_handler = stop_at_once;
  ::sigaction(SIGALRM, &action, nullptr);
  ::alarm(patience);
}

}  // namespace

StopSignal::StopSignal() {
  stop_requested = false;
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    struct sigaction action = {};
    sigemptyset(&action.sa_mask);
    action.sa_handler = signals_[i] == SIGPIPE ? SIG_IGN : request_stop;
    ::sigaction(signals_[i], nullptr, &before_[i]);
    // What nohup or a shell's & ignores stays ignored.
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(signals_[i], &action, nullptr);
  }
}

StopSignal::~StopSignal() {
  if (stop_requested) ::alarm(0);
  for (std::size_t i = 0; i < signals_.size(); ++i) ::sigaction(signals_[i], &before_[i], nullptr);
}

const std::atomic<bool>& StopSignal::requested() const {
  return stop_requested;
}

}  // namespace adyton::cli
