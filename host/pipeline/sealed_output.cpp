#include "host/pipeline/sealed_output.h"

#include <utility>

namespace adyton::pipeline {

Result<std::unique_ptr<SealedOutput>> SealedOutput::begin(
    ByteWriter& to, const crypto::age::Recipients& recipients) {
  // On the thread that writes: batches come to it in their order, and one at a time.
  ADYTON_TRY(auto writer,
             crypto::age::Writer::create([&to](std::string_view bytes) { return to.write(bytes); },
                                         recipients, crypto::age::Armor::no));
  return std::unique_ptr<SealedOutput>(new SealedOutput(std::move(writer)));
}

}  // namespace adyton::pipeline
