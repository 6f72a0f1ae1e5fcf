#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "host/pipeline/reader_place.h"
#include "host/pipeline/record_reader.h"

namespace adyton::pipeline {

/// NDJSON: a batch is whole lines. A line of more than max_record bytes (its ending not counted) is
/// not kept: it becomes a record that is dead already, with its length and XXH3-128. Lines are
/// never in doubt, so that nothing but the file itself can fail.
class LineReader final : public RecordReader {
 public:
  LineReader(const Reading& reading, std::unique_ptr<ByteReader> bytes)
      : reading_(reading), bytes_(std::move(bytes)) {}

  Result<std::optional<Batch>> next() override;
  Status start_at(const Position& position) override;
  std::uint64_t consumed() const override { return bytes_->consumed(); }

 private:
  Result<bool> fill(Text& text, std::size_t& line_end);
  Result<Batch> overlong_batch(Text& text);
  Batch cut(std::shared_ptr<Text> text, std::size_t line_end);
  void add_line(Batch& batch, std::uint32_t begin, std::uint32_t end) const;

  Reading reading_;
  std::unique_ptr<ByteReader> bytes_;
  ReaderPlace place_{*bytes_};  // of the first byte of rest_
  std::string rest_;            // read but not yet part of a batch: an incomplete line
  bool at_end_ = false;         // `bytes_` has given its last byte
};

}  // namespace adyton::pipeline
