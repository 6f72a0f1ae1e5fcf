#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/plan.h"

namespace adyton::pipeline {

/// A record that the output's format cannot hold.
struct Refused {
  std::uint32_t record = 0;  // index into the batch's records
  DeadRecord why;
};

/// What of a batch is written to its output, made ready on any thread: in the output's format, in
/// one piece and compressed. What stands before, between and behind the pieces is the sink's.
struct EncodedBatch {
  std::shared_ptr<const Text> text;  // where the bytes lie in it in one piece, as they go out
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string own;  // the bytes, where `text` is null

  std::uint64_t plain_size = 0;    // before compression
  std::uint64_t records = 0;       // blank lines are none
  bool ends_line = true;           // or else it lacks the last line's ending
  std::string_view ending = "\n";  // of its first line

  // Of csv and tsv:
  std::vector<std::string> columns;  // that the rows were made for; empty: it has no rows
  std::vector<Refused> refused;      // in order; for the sink to kill
  bool provisional = false;          // records were refused because no column was known

  std::string_view bytes() const { return text ? text->view(begin, end) : std::string_view(own); }
};

/// Live records go out, and to NDJSON blank lines.
///
/// - ndjson: the lines as they are. A record with line breaks between its tokens loses them and the
///   white space around them; a carriage return alone breaks no line, so a record that came as one
///   keeps it.
/// - array: the elements, ",\n" between them.
/// - csv, tsv: the rows (see csv.h), with their records' line endings. A string stands for its
///   characters, null and a member that is absent for an empty field, any other value for its JSON
///   text. `columns`, else the output's own, else the keys of the batch's first object, are what
///   the rows have. What is refused: a record that is no object, has a member that is no column, or
///   one twice, or half a surrogate pair in a string; and where no column is known, an object
///   without members.
Result<EncodedBatch> encode(const Batch& batch, const Output& output,
                            std::span<const std::string> columns = {});

}  // namespace adyton::pipeline
