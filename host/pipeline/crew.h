#pragma once

#include <functional>
#include <optional>

#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/encode.h"
#include "host/runtime/pool.h"

namespace adyton::pipeline {

enum class Further { yes, no };

/// What is done with a batch from its first byte to its last, each on any thread.
struct CrewWork {
  /// The next batch; nullopt after the last. One call at a time, none after an error or nullopt.
  std::function<Result<std::optional<Batch>>()> read;
  /// For several batches at once.
  std::function<Result<EncodedBatch>(Batch&)> process;
  /// One call at a time, in the order in which the batches were read; what one call leaves in
  /// memory, the next one sees. After Further::no there is none.
  std::function<Result<Further>(Batch&, EncodedBatch&)> write;
};

/// Moves batches on as many threads as the pool has, the calling one among them: each reads a
/// batch, processes it and writes it when its turn has come. So a batch stays in the cache of one
/// core, where a hand-over would cost more than the processing. Every thread holds one batch at
/// most.
///
/// Blocks until read() gave nothing and all that was read is written, or until write() wants no
/// further. An error ends it: the first one in the order of the batches, whichever thread comes to
/// it first; every batch before it is written, none behind it. Not from within a task of the pool.
Status move_in_crew(Pool& pool, const CrewWork& work);

}  // namespace adyton::pipeline
