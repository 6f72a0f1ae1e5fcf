#include "host/pipeline/crew.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

namespace adyton::pipeline {
namespace {

class Crew {
 public:
  explicit Crew(const CrewWork& work) : work_(work) {}

  /// What each thread does. Something thrown is a bug, and must not unwind what the others use.
  void move() noexcept {
    while (std::optional<Load> load = take()) {
      auto encoded = process(*load);
      if (!wait_for_turn(load->number)) return;
      // Told only now, so that of several errors it is the first one's turn.
      if (!encoded) return end(std::move(encoded).error());
      auto further = work_.write(load->batch, *encoded);
      if (!further) return end(std::move(further).error());
      if (*further == Further::no) return end({});
      pass_turn();
    }
  }

  Status result() && { return std::move(result_); }

 private:
  struct Load {
    std::uint64_t number;  // in the order of reading
    Batch batch;
    Status status;  // of reading it
  };

  std::optional<Load> take() {
    const std::lock_guard lock(reading_);
    if (at_end_) return std::nullopt;
    auto batch = work_.read();
    at_end_ = !batch || !*batch;
    if (!batch) return Load{read_++, {}, std::move(batch).error()};
    if (!*batch) return std::nullopt;
    return Load{read_++, **std::move(batch), {}};
  }

  Result<EncodedBatch> process(Load& load) {
    ADYTON_CHECK(std::move(load.status));
    return work_.process(load.batch);
  }

  /// False if it never comes.
  bool wait_for_turn(std::uint64_t mine) {
    std::unique_lock lock(writing_);
    passed_.wait(lock, [&] { return turn_ == mine || ended_; });
    return !ended_;
  }

  void pass_turn() {
    const std::lock_guard lock(writing_);
    ++turn_;
    passed_.notify_all();
  }

  /// The turn is never passed on: whoever waits for it or comes to wait for it goes home.
  void end(Status status) {
    const std::lock_guard lock(writing_);
    result_ = std::move(status);
    ended_ = true;
    passed_.notify_all();
  }

  const CrewWork& work_;

  std::mutex reading_;
  std::uint64_t read_ = 0;
  bool at_end_ = false;

  std::mutex writing_;  // held while the turn changes, not while a batch is written
  std::condition_variable passed_;
  std::uint64_t turn_ = 0;  // the batch that is to be written next
  bool ended_ = false;
  Status result_;
};

}  // namespace

Status move_in_crew(Pool& pool, const CrewWork& work) {
  Crew crew(work);
  pool.for_each(pool.size(), [&](std::size_t) { crew.move(); });
  return std::move(crew).result();
}

}  // namespace adyton::pipeline
