#include "host/pipeline/record_reader.h"

#include <stdexcept>

#include "host/pipeline/array_reader.h"
#include "host/pipeline/csv_reader.h"
#include "host/pipeline/line_reader.h"

namespace adyton::pipeline {

std::unique_ptr<RecordReader> make_record_reader(const Reading& reading, std::string name,
                                                 std::unique_ptr<ByteReader> bytes) {
  switch (reading.format) {
    case Format::ndjson:
      return std::make_unique<LineReader>(reading, std::move(bytes));
    case Format::array:
      return std::make_unique<ArrayReader>(reading, std::move(name), std::move(bytes));
    case Format::csv:
    case Format::tsv:
      return std::make_unique<CsvReader>(reading, std::move(name), std::move(bytes));
  }
  throw std::logic_error("no such format");
}

}  // namespace adyton::pipeline
