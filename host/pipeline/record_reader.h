#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/codec.h"
#include "host/pipeline/config.h"
#include "host/pipeline/sealed_input.h"

namespace adyton::pipeline {

inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// How records are read.
struct Reading {
  Format format = Format::ndjson;
  std::uint64_t max_record = 64ULL << 20;  // a longer one is not kept; at most 1 GiB

  /// What a batch holds, about. Large enough that a hand-over costs nothing, small enough to stay
  /// in a core's own cache.
  std::size_t batch_size = 256 << 10;

  SourceIdentities identities = nullptr;
};

/// Cuts one input into batches, in one format. Memory is bounded by the batch size, or by
/// max_record where a record is longer. One thread at a time; blocks on the file.
class RecordReader {
 public:
  virtual ~RecordReader() = default;

  /// The next batch; nullopt after the last. Whose input it is, and which batch of the run, is not
  /// filled in. ErrorCode::invalid, naming file and place, where the input is not of its format in
  /// a way that leaves in doubt where records begin and end.
  virtual Result<std::optional<Batch>> next() = 0;

  /// Goes on at a place: the `next` of a batch, or where a record begins. Before the first next().
  /// `input` is not looked at; `restart` and `restart_offset` may be 0, which costs time only.
  virtual Status start_at(const Position& position) = 0;

  /// Bytes taken from the file as it lies on the disk.
  virtual std::uint64_t consumed() const = 0;
};

/// `name` is the file's, for messages.
std::unique_ptr<RecordReader> make_record_reader(const Reading& reading, std::string name,
                                                 std::unique_ptr<ByteReader> bytes);

}  // namespace adyton::pipeline
