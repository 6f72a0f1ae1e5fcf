#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/pipeline/csv.h"
#include "host/pipeline/reader_place.h"
#include "host/pipeline/record_reader.h"

namespace adyton::pipeline {

/// CSV or TSV with a header line. A row becomes an object of strings, its members named by the
/// header and in the header's order, with the row's own line ending behind it; the original text is
/// the rows as they stood. An empty line is no record. A row that is not CSV, or has another number
/// of fields than the header, is dead; one of more than max_record bytes, or whose object would be
/// too large, too, with its length and XXH3-128. Errors are: a header that is missing, not UTF-8 or
/// repeats a name, and a quote that is never closed, which leaves no row behind it to be trusted.
/// An empty file has no rows.
class CsvReader final : public RecordReader {
 public:
  CsvReader(const Reading& reading, std::string name, std::unique_ptr<ByteReader> bytes);

  Result<std::optional<Batch>> next() override;
  Status start_at(const Position& position) override;
  std::uint64_t consumed() const override { return bytes_->consumed(); }

 private:
  Status read_header();
  Status take_header(const Text& text, const CsvRow& header);
  Status read_on(Text& text, std::size_t wanted);
  CsvFound add_rows(const Text& text, Batch& batch);
  void add_row(const Text& text, Batch& batch);
  bool make_object(const Text& text, Record& record);
  void kill(Batch& batch, Record& record, const char* kind, std::string detail) const;
  Result<Batch> overlong_batch(Text& text);
  Batch hand_over(Batch batch, std::shared_ptr<Text> text, std::size_t end);
  Error long_header() const;
  Error open_quote(std::uint64_t line) const;
  Error broken(std::uint64_t line, std::string message) const;

  Reading reading_;
  char delimiter_;
  std::string name_;
  std::unique_ptr<ByteReader> bytes_;
  std::vector<std::string> keys_;  // each column's, as JSON with what stands before and behind it
  bool header_read_ = false;
  ReaderPlace place_{*bytes_};  // of the first byte of rest_
  std::string rest_;            // read but not yet part of a batch
  bool at_end_ = false;         // `bytes_` has given its last byte
  CsvRow row_;
  std::string objects_;  // the text of the batch that is being made
  std::string scratch_;
};

}  // namespace adyton::pipeline
