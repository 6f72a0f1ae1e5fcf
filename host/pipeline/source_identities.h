#pragma once

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/config.h"
#include "host/pipeline/record_reader.h"
#include "host/pipeline/sealed_input.h"

namespace adyton::pipeline {

/// What a job's [source] names to open sealed inputs: identity files are read, a passphrase is
/// taken from the environment. Null if it names nothing. ErrorCode::config for a file that holds no
/// identity or that others may read, and for a variable that is not set.
Result<SourceIdentities> load_source_identities(Os& os, const SourceConfig& source);

/// How a job's records are read. Fails as load_source_identities().
Result<Reading> reading_of(Os& os, const SourceConfig& source);

}  // namespace adyton::pipeline
