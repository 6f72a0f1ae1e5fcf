#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/input_digests.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/record_reader.h"

namespace adyton::pipeline {

/// Opens the inputs, one after the other, and numbers their batches. A batch never holds records of
/// two inputs. One thread at a time; blocks on the files.
class Source {
 public:
  /// `inputs` must outlive it.
  /// `digests`, if given, sees every input that is read, and must outlive it too.
  Source(Os& os, const std::vector<Input>& inputs, const Reading& reading,
         InputDigests* digests = nullptr);
  /// NDJSON.
  Source(Os& os, const std::vector<Input>& inputs, std::uint64_t max_record)
      : Source(os, inputs, Reading{.max_record = max_record}) {}
  ~Source();

  /// Goes on at a place that a batch gave as its `next`, in this process or an earlier one, of the
  /// same inputs; batches are numbered from 0. Before the first next(). ErrorCode::invalid, naming
  /// the file, if it ends before, and for a place in standard input, which cannot be read again.
  Status start_at(const Position& position);

  /// The next batch; nullopt after the last.
  Result<std::optional<Batch>> next();

  /// Bytes taken from the files as they lie on the disk, and those before the place where reading
  /// began.
  std::uint64_t consumed() const;

 private:
  Status open_next();

  Os& os_;
  const std::vector<Input>& inputs_;
  Reading reading_;
  InputDigests* digests_;

  std::size_t next_input_ = 0;
  std::unique_ptr<RecordReader> reader_;  // null between inputs
  std::uint64_t sequence_ = 0;
  std::uint64_t consumed_ = 0;  // by the inputs before this one
};

}  // namespace adyton::pipeline
