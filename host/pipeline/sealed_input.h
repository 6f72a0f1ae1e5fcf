#pragma once

#include <memory>
#include <string>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/codec.h"
#include "modules/crypto/age/file_key.h"

namespace adyton::pipeline {

/// What opens sealed inputs; null: nothing does.
using SourceIdentities = std::shared_ptr<const crypto::age::Identities>;

/// Whether the file begins as an age file does, in armor or not. Takes no more of it than that
/// needs.
Result<bool> begins_sealed(File& file);

/// The bytes of an input: opened if it is an age file, and decompressed; its content tells. Only
/// text whose chunks were verified is given, and the end only where the file is whole. Places are
/// those of the opened file; consumed() is of the sealed one. Memory is bounded (8 MiB). Seeking
/// opens what is asked for alone, but in armor all that comes before it, too.
///
/// ErrorCode::config, naming the file, if it is sealed and `identities` is null; ErrorCode::crypto
/// if none of them opens it. Later reads: ErrorCode::invalid, naming the file, where it was changed
/// or cut off.
///
/// `file` is `name`, opened and not read from; `os` must outlive what is given.
Result<std::unique_ptr<ByteReader>> open_input(Os& os, std::unique_ptr<File> file,
                                               const std::string& name,
                                               SourceIdentities identities);

}  // namespace adyton::pipeline
