#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/config.h"
#include "host/pipeline/manifest.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/sealed_input.h"

namespace adyton::pipeline {

/// A file that a receipt speaks of.
struct ReceiptFile {
  std::string path;
  std::uint64_t size = 0;     // bytes, as it lies on the disk
  std::string digest;         // "xxh3-128:…", "sha256:…"
  std::uint64_t records = 0;  // of outputs and dead letters
  Format format = Format::ndjson;
  bool sealed = false;  // then size and digest are those of the sealed file
};

/// What `adyton verify` holds against the files.
struct Receipt {
  std::vector<ReceiptFile> inputs;
  std::vector<ReceiptFile> outputs;
  std::vector<ReceiptFile> dead_letters;  // one or none
  Counts counts;
};

/// Names and versions of the programs that had a part in a run ("adyton", "python", …).
using Versions = std::map<std::string, std::string>;

/// What is known of a run at its end.
struct Finished {
  const JobConfig& job;
  const Plan& plan;
  const Manifest& manifest;  // its last
  const Versions& versions;
  std::int64_t at = 0;  // seconds since 1970 in UTC
};

/// The receipt, as JSON for people and programs.
std::string receipt_text(const Finished& run);

/// ErrorCode::invalid if the text is no receipt.
Result<Receipt> read_receipt(std::string_view text);

/// Where the job's receipt lies: beside the outputs, "<job name>.receipt.json".
std::string receipt_path(const JobConfig& job);

/// Reads every file that the receipt names and says, a sentence each, where they differ from it.
/// The records of sealed outputs are counted if there are `identities`, one of which must open
/// them; else only their bytes are looked at. Relative paths are relative to the current directory,
/// as they were for the run. Blocks.
std::vector<std::string> verify(const Receipt& receipt, Os& os,
                                SourceIdentities identities = nullptr);

}  // namespace adyton::pipeline
