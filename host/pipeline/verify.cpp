#include <utility>

#include "host/base/text.h"
#include "host/pipeline/codec.h"
#include "host/pipeline/file_digest.h"
#include "host/pipeline/receipt.h"
#include "host/pipeline/record_reader.h"

namespace adyton::pipeline {
namespace {

DigestKind kind_of(std::string_view digest) {
  return digest.starts_with(digest_name(DigestKind::sha256)) ? DigestKind::sha256
                                                             : DigestKind::xxh3_128;
}

Result<std::unique_ptr<ByteReader>> bytes_of(Os& os, const ReceiptFile& file,
                                             const SourceIdentities& identities) {
  ADYTON_TRY(auto opened, os.open(file.path));
  if (!file.sealed) return decode(std::move(opened), file.path);
  auto bytes = open_input(os, std::move(opened), file.path, identities);
  if (!bytes && bytes.error().code == ErrorCode::crypto) {
    return Error{ErrorCode::crypto, "decryption failed: none of the identities opens it",
                 file.path};
  }
  return bytes;
}

Result<std::uint64_t> count_records(Os& os, const ReceiptFile& file,
                                    const SourceIdentities& identities) {
  ADYTON_TRY(auto bytes, bytes_of(os, file, identities));
  const auto reader = make_record_reader({.format = file.format}, file.path, std::move(bytes));
  std::uint64_t records = 0;
  for (;;) {
    ADYTON_TRY(const auto batch, reader->next());
    if (!batch) return records;
    records += batch->counts.read;
  }
}

/// Holds what a receipt says against the files, one after the other.
class Verifier {
 public:
  Verifier(Os& os, SourceIdentities identities) : os_(os), identities_(std::move(identities)) {}

  void counts(const Receipt& receipt) {
    if (!receipt.counts.add_up()) {
      find("the receipt's own numbers of records do not add up");
    }
    std::uint64_t written = 0;
    for (const ReceiptFile& output : receipt.outputs) written += output.records;
    if (written != receipt.counts.written) {
      find(cat("the outputs hold ", written, " records and ", receipt.counts.written,
               " were written"));
    }
  }

  enum class Recount { no, yes };
  void file(const ReceiptFile& file, Recount recount) {
    if (file.path == standard_stream) return;
    const auto info = os_.info(file.path);
    if (!info) return find(cat(file.path, " is not there"));
    if (info->size != file.size) {
      return find(cat(file.path, " has ", info->size, " bytes and should have ", file.size));
    }
    const auto digest = digest_of_file(os_, file.path, kind_of(file.digest));
    if (!digest) return find(digest.error().text());
    if (*digest != file.digest) {
      return find(
          cat(file.path, " has changed: its digest is ", *digest, " and should be ", file.digest));
    }
    if (recount == Recount::no || (file.sealed && !identities_)) return;
    const auto records = count_records(os_, file, identities_);
    if (!records) return find(records.error().text());
    if (*records != file.records) {
      find(cat(file.path, " holds ", *records, " records and should hold ", file.records));
    }
  }

  std::vector<std::string> findings() && { return std::move(findings_); }

 private:
  void find(std::string what) { findings_.push_back(std::move(what)); }

  Os& os_;
  SourceIdentities identities_;
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> verify(const Receipt& receipt, Os& os, SourceIdentities identities) {
  Verifier verifier(os, std::move(identities));
  verifier.counts(receipt);
  for (const ReceiptFile& input : receipt.inputs) verifier.file(input, Verifier::Recount::no);
  for (const ReceiptFile& output : receipt.outputs) verifier.file(output, Verifier::Recount::yes);
  for (const ReceiptFile& dead : receipt.dead_letters) {
    verifier.file(dead, Verifier::Recount::yes);
  }
  return std::move(verifier).findings();
}

}  // namespace adyton::pipeline
