#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "host/base/result.h"
#include "modules/crypto/age/bytes.h"
#include "modules/crypto/age/file_key.h"
#include "modules/crypto/age/payload.h"
#include "modules/crypto/age/writer.h"

namespace adyton::crypto::age {

/// Opens an age file of any length, in armor or not, in bounded memory. Gives only text whose
/// chunks were verified; whether the file is whole is known when it has ended. While a batch is
/// opened the next is read, and in copy() the one before is written: source and sink are called as
/// in Writer. One thread calls the Reader. A failure is final.
class Reader {
 public:
  /// Reads the header. Fails as open_header() and read_header().
  static Result<std::unique_ptr<Reader>> create(Source source, const Identities& identities,
                                                Executor executor = on_this_thread);

  /// Up to `buffer.size()` bytes of the text; 0 at the end. ErrorCode::crypto "decryption failed"
  /// for whatever is wrong with the payload.
  Result<std::size_t> read(std::span<char> buffer);
  /// What is left of the text into the sink.
  Status copy(const Sink& sink);

 private:
  Reader(Source source, Executor executor, PayloadCipher cipher);
  Status begin(std::string_view rest);
  Status step(const Sink* sink);
  Status open_and_read(const Sink* sink, Bytes batch);
  Status fail(Error error);

  Source source_;
  Executor executor_;
  PayloadCipher cipher_;
  // One byte more than a batch: only with it is it known that the batch is not the end.
  std::array<BatchBuffer, 2> sealed_;
  std::array<BatchBuffer, 2> text_;
  std::size_t current_ = 0;  // the next to be opened; text_[1 - current_] was opened last
  std::size_t given_ = 0;    // of that
  std::uint64_t chunk_ = 0;  // the number of the next one
  bool ended_ = false;       // every chunk has been opened
  std::optional<Error> error_;
};

}  // namespace adyton::crypto::age
