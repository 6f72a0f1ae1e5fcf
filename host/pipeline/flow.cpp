#include "host/pipeline/flow.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace adyton::pipeline {
namespace {

/// Batches hold this much input at most, or one record where that is longer.
constexpr std::size_t max_bytes = 16 << 20;

}  // namespace

/// A batch on its way. In the hands of one pool thread while `running`, else of the main thread.
struct Flow::Traveller {
  Batch batch;
  std::size_t stage = 0;
  bool running = false;
  Status status;
  EncodedBatch encoded;
};

/// Tells the main thread which travellers have come back from the pool.
class Flow::Arrivals {
 public:
  void push(Traveller* traveller) {
    // Told under the lock: once the last traveller is taken, this object may be gone.
    const std::lock_guard lock(mutex_);
    arrived_.push_back(traveller);
    any_.notify_one();
  }

  /// What has arrived; waits for something if `wait`.
  std::vector<Traveller*> take(Wait wait) {
    std::unique_lock lock(mutex_);
    if (wait == Wait::yes) any_.wait(lock, [this] { return !arrived_.empty(); });
    return std::exchange(arrived_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable any_;
  std::vector<Traveller*> arrived_;
};

Flow::Flow(Chain& chain, Pool& pool, Encode encode)
    : chain_(chain),
      pool_(pool),
      encode_(std::move(encode)),
      arrivals_(std::make_unique<Arrivals>()),
      next_in_stage_(chain.stages(), 0) {}

Flow::~Flow() {
  while (in_pool_ > 0) in_pool_ -= arrivals_->take(Wait::yes).size();
}

bool Flow::full() const {
  return travellers_.size() >= 2 * pool_.size() + 2 || bytes_ >= max_bytes;
}

void Flow::enter(Batch batch) {
  bytes_ += batch.original->size();
  auto traveller = std::make_unique<Traveller>();
  traveller->batch = std::move(batch);
  travellers_.push_back(std::move(traveller));
  send(*travellers_.back());
}

/// Gives the traveller to the pool if its stage is the pool's.
void Flow::send(Traveller& traveller) {
  if (traveller.stage == chain_.stages()) return;
  if (chain_.thread(traveller.stage) == Step::Thread::main) return;
  traveller.running = true;
  ++in_pool_;
  const auto task = [this, &traveller] {
    traveller.status = run_stage(traveller);
    arrivals_->push(&traveller);
  };
  // With one thread there is nobody to work beside this one: a hand-over would only cost.
  if (pool_.size() == 1) return task();
  pool_.submit(task);
}

Status Flow::run_stage(Traveller& traveller) {
  ADYTON_CHECK(chain_.run(traveller.stage, traveller.batch));
  if (traveller.stage + 1 < chain_.stages()) return {};
  ADYTON_TRY(traveller.encoded, encode_(traveller.batch));
  return {};
}

Status Flow::arrived(Traveller& traveller) {
  --in_pool_;
  traveller.running = false;
  ADYTON_CHECK(std::move(traveller.status));
  ++traveller.stage;
  return {};
}

Status Flow::advance(Wait wait) {
  if (in_pool_ > 0) {
    Status first;
    for (Traveller* traveller : arrivals_->take(wait)) {
      Status status = arrived(*traveller);
      if (!status && first.ok()) first = std::move(status);
      if (first.ok()) send(*traveller);
    }
    ADYTON_CHECK(std::move(first));
  }
  return run_main_stages();
}

Status Flow::settle() {
  Status first;
  while (in_pool_ > 0) {
    for (Traveller* traveller : arrivals_->take(Wait::yes)) {
      Status status = arrived(*traveller);
      if (!status && first.ok()) first = std::move(status);
    }
  }
  return first;
}

/// Runs the scripts' stages on whatever waits for them, each stage in input order.
Status Flow::run_main_stages() {
  for (const auto& traveller : travellers_) {
    if (traveller->running || traveller->stage == chain_.stages()) continue;
    if (traveller->batch.sequence != next_in_stage_[traveller->stage]) continue;
    ++next_in_stage_[traveller->stage];
    ADYTON_CHECK(run_stage(*traveller));
    ++traveller->stage;
    send(*traveller);
  }
  return {};
}

std::optional<Flow::Finished> Flow::leave() {
  if (travellers_.empty()) return std::nullopt;
  Traveller& first = *travellers_.front();
  if (first.running || first.stage < chain_.stages()) return std::nullopt;
  bytes_ -= first.batch.original->size();
  Finished finished{std::move(first.batch), std::move(first.encoded)};
  travellers_.pop_front();
  return finished;
}

}  // namespace adyton::pipeline
