#include "host/cli/stop_signal.h"

namespace adyton::cli {
namespace {

// A signal handler can reach nothing but what is static.
std::atomic<bool> stop_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void request_stop(int) {
  stop_requested.store(true, std::memory_order_relaxed);
}

}  // namespace

StopSignal::StopSignal() {
  stop_requested = false;
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    struct sigaction action = {};
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESETHAND;
    action.sa_handler = signals_[i] == SIGPIPE ? SIG_IGN : request_stop;
    ::sigaction(signals_[i], nullptr, &before_[i]);
    // What nohup or a shell's & ignores stays ignored.
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(signals_[i], &action, nullptr);
  }
}

StopSignal::~StopSignal() {
  for (std::size_t i = 0; i < signals_.size(); ++i) ::sigaction(signals_[i], &before_[i], nullptr);
}

const std::atomic<bool>& StopSignal::requested() const {
  return stop_requested;
}

}  // namespace adyton::cli
