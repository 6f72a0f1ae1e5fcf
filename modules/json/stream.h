#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "modules/json/pointer.h"
#include "modules/json/scan.h"
#include "modules/json/stream_output.h"
#include "modules/json/stream_write.h"

namespace adyton::json {

/// Checks, formats, minifies and picks from JSON texts of any size that come in pieces cut
/// anywhere: memory does not grow with the text, nor with a string or number in it. RFC 8259
/// without extensions, in UTF-8, containers up to max_depth deep; a BOM at the very start is passed
/// over. Tokens are written as they stand in the text. One thread at a time.
class Stream {
 public:
  virtual ~Stream() = default;

  /// The next piece of the text. A fault has the words of describe(ParseFault); offsets count from
  /// the first byte of the first piece. Nothing else is to be called after a fault.
  virtual Fault feed(std::string_view piece) = 0;

  /// The text ends here: was it one whole document? If so, what is written of it is whole.
  virtual Fault finish() = 0;

  /// Another document begins, `skipped` bytes behind what was fed.
  virtual void restart(std::size_t skipped) = 0;

  /// Nothing but white space came since the document began.
  virtual bool blank() const = 0;

  /// What was fed ends in a string that has its opening quote here.
  virtual std::optional<std::size_t> open_string() const = 0;

  /// How many values were written; of a check, documents.
  virtual std::uint64_t values() const = 0;

  /// A string that was to be written raw has a surrogate without its other half.
  virtual bool lone_surrogate() const = 0;
};

/// Accepts or refuses, and writes nothing.
std::unique_ptr<Stream> make_check_stream();

/// Writes the values that `pointer` names (the empty one: each document), and calls end_value() of
/// `out` behind each, end_document() behind each document. All three outlive the stream.
std::unique_ptr<Stream> make_stream(const StreamLayout& layout, const Pointer& pointer,
                                    StreamOutput& out);

/// Writes the canonical form (RFC 8785) of each document, and calls end_value() and end_document()
/// of `out` behind each; `out` outlives the stream. This one keeps a whole document in memory,
/// several times over.
std::unique_ptr<Stream> make_canonical_stream(StreamOutput& out);

}  // namespace adyton::json
