#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/pipeline/reader_place.h"
#include "host/pipeline/record_reader.h"
#include "modules/json/scan.h"

namespace adyton::pipeline {

/// One top-level JSON array, whose elements are the records, of any size. In a batch each element
/// stands on a line of its own, its bytes as they were; the original text is the piece of the file
/// from behind the batch before to the end of its last element. An element of more than max_record
/// bytes is dead, with its length and XXH3-128. Where something is not JSON, what follows cannot be
/// told apart any more, so that is an error and no dead record; bytes that are not UTF-8 put no
/// boundary in doubt and are left for the batch's own check.
class ArrayReader final : public RecordReader {
 public:
  ArrayReader(const Reading& reading, std::string name, std::unique_ptr<ByteReader> bytes);

  Result<std::optional<Batch>> next() override;
  Status start_at(const Position& position) override;
  std::uint64_t consumed() const override { return bytes_->consumed(); }

 private:
  /// Between which tokens of the array reading stands.
  enum class Between {
    start,     // [ is to come
    unknown,   // where reading was started: an element, or what may follow one
    first,     // an element or ]
    elements,  // an element
    comma,     // , or ]
    end,       // nothing but white space
  };

  Status read_on(Text& text, std::size_t wanted);
  json::Fault walk(const Text& text, Batch& batch, std::size_t& at);
  json::Fault token(const Text& text, std::size_t& at);
  json::Fault element(const Text& text, Batch& batch, std::size_t& at, bool& whole);
  void add_element(const Text& text, Batch& batch, std::size_t begin, std::size_t end) const;
  Batch hand_over(Batch batch, std::shared_ptr<Text> text);
  Result<Batch> overlong_batch(Text& text);
  void pass(Text& text, std::size_t count);
  const char* unfinished() const;
  Error damaged(const Text& text, json::Fault fault) const;

  Reading reading_;
  std::string name_;
  std::unique_ptr<ByteReader> bytes_;
  ReaderPlace place_{*bytes_};  // of the first byte of rest_
  std::string rest_;            // read but not yet part of a batch
  bool at_end_ = false;         // `bytes_` has given its last byte
  Between between_ = Between::start;
};

}  // namespace adyton::pipeline
