#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/pipeline/batch.h"
#include "host/pipeline/encode.h"

namespace adyton::pipeline {

/// Makes rows of CSV or TSV from a batch's objects. For one batch; `batch` must outlive it.
class TableEncoder {
 public:
  /// Without columns the first object gives them.
  TableEncoder(const Batch& batch, char delimiter, std::span<const std::string> columns);

  /// Everything but compression.
  EncodedBatch encode();

 private:
  struct Member {
    std::string_view key;  // within its quotes
    std::string_view value;
    bool escaped = false;  // the key holds a backslash
  };
  /// Why there is no row; an empty kind: there is one.
  using Why = DeadRecord;

  Why add_row(const Record& record);
  Why append_row(const Record& record);
  Why take_columns();
  Why place_members();
  Why append_values();
  bool append_value(std::string_view value);
  std::uint32_t column_of(std::string_view key, std::uint32_t expected) const;
  void forget_columns();
  void set_columns(std::span<const std::string> columns);

  const Batch& batch_;
  char delimiter_;
  EncodedBatch out_;
  std::unordered_map<std::string_view, std::uint32_t> index_;  // of the names in out_.columns
  std::vector<Member> members_;                                // of the record at hand
  std::vector<std::string_view> values_;  // for each column; null where there is none
  std::string scratch_;
};

/// The header line, without its ending.
std::string table_header(std::span<const std::string> columns, char delimiter);

}  // namespace adyton::pipeline
