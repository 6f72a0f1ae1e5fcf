#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/chain.h"
#include "host/pipeline/encode.h"
#include "host/runtime/pool.h"

namespace adyton::pipeline {

/// Batches on their way through a chain: several at once on the pool, one after the other through
/// the main thread's stages, out again in the order in which they came. Main thread only.
class Flow {
 public:
  /// Makes a batch ready for its output; called on any thread, for several batches at once.
  using Encode = std::function<Result<EncodedBatch>(const Batch&)>;

  struct Finished {
    Batch batch;
    EncodedBatch encoded;
  };

  /// `chain` and `pool` must outlive it.
  Flow(Chain& chain, Pool& pool, Encode encode);

  /// Nothing on the pool looks at what this object owns any more.
  ~Flow();
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  bool empty() const { return travellers_.empty(); }
  /// There are enough batches here that no core waits, and few enough to bound memory.
  bool full() const;

  /// Precondition: its sequence is one more than that of the batch before; the first has 0.
  void enter(Batch batch);

  enum class Wait { no, yes };
  /// Takes back what the pool is done with (`yes`: waits for something if the pool has anything)
  /// and runs the main thread's stages on what waits for them. An error of a step ends the run.
  Status advance(Wait wait);

  /// Waits until the pool works on nothing, and starts nothing more.
  Status settle();

  /// The next batch in order, if it is through.
  std::optional<Finished> leave();

 private:
  struct Traveller;
  class Arrivals;

  void send(Traveller& traveller);
  Status run_stage(Traveller& traveller);
  Status arrived(Traveller& traveller);
  Status run_main_stages();

  Chain& chain_;
  Pool& pool_;
  Encode encode_;
  std::unique_ptr<Arrivals> arrivals_;
  std::deque<std::unique_ptr<Traveller>> travellers_;
  std::vector<std::uint64_t> next_in_stage_;  // of the main thread's stages: a sequence
  std::size_t in_pool_ = 0;
  std::size_t bytes_ = 0;  // of the travellers' original text
};

}  // namespace adyton::pipeline
