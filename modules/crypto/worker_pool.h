#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace adyton::crypto {

/// The ciphers of an Aead or Daead for one thread at a time, kept between calls because expanding
/// the keys costs more than a message: about as many workers as calls ever ran at once, and at most
/// 65. Any thread. Nobody waits for the lock, since a child that was forked while another thread
/// held it would wait for ever: where it is taken, a worker is made, or not kept.
template <class Worker>
class WorkerPool {
 public:
  /// A worker for the life of the lease. The pool must outlive it.
  class Lease {
   public:
    Lease(WorkerPool& pool, std::unique_ptr<Worker> worker)
        : pool_(pool), worker_(std::move(worker)) {}
    ~Lease() { pool_.give_back(std::move(worker_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Worker* operator->() const { return worker_.get(); }

   private:
    WorkerPool& pool_;
    std::unique_ptr<Worker> worker_;
  };

  WorkerPool() = default;
  ~WorkerPool() { delete last_.load(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Takes an idle worker, or makes one with `make`.
  template <class Make>
  Lease lease(Make make) {
    if (Worker* const last = last_.exchange(nullptr, std::memory_order_acquire)) {
      return Lease(*this, std::unique_ptr<Worker>(last));
    }
    {
      const std::unique_lock lock(mutex_, std::try_to_lock);
      if (lock && !idle_.empty()) {
        std::unique_ptr<Worker> worker = std::move(idle_.back());
        idle_.pop_back();
        return Lease(*this, std::move(worker));
      }
    }
    return Lease(*this, make());
  }

 private:
  static constexpr std::size_t most_idle = 64;

  void give_back(std::unique_ptr<Worker> worker) {
    Worker* none = nullptr;
    if (last_.compare_exchange_strong(none, worker.get(), std::memory_order_release,
                                      std::memory_order_relaxed)) {
      static_cast<void>(worker.release());
      return;
    }
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (lock && idle_.size() < most_idle) idle_.push_back(std::move(worker));
  }

  // An idle worker, or none. One thread alone needs no other, and the lock would cost it 20 of the
  // 200 ns that a short message takes.
  std::atomic<Worker*> last_ = nullptr;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Worker>> idle_;
};

}  // namespace adyton::crypto
