#pragma once

#include <cstdint>
#include <string>

#include "host/base/result.h"
#include "host/pipeline/batch.h"
#include "host/python/gil.h"

namespace adyton::worker {

// What happens around each call of a script, be it a function or an expression.

/// Where a record's value lies in its batch's text, without the white space around it.
struct Extent {
  std::uint32_t begin;
  std::uint32_t end;
};
Extent value_of(const pipeline::Batch& batch, const pipeline::Record& record);

/// What runs, for messages.
struct Caller {
  const std::string& name;  // the call as the job has it
  const std::string& path;  // what its code objects have as their file
  std::uint32_t number;     // of the step
};

/// The exception that is set: the record dies of it, as `kind`, or the run ends, which is an Error
/// (ErrorCode::stopped for KeyboardInterrupt, invalid for SystemExit). Then none is set.
Status take_raised(python::Gil& gil, const Caller& caller, pipeline::Batch& batch,
                   pipeline::Record& record, const char* kind);

/// ErrorCode::stopped after an interrupt that came when no Python code was left to raise it in.
Status check_interrupt(python::Gil& gil, const Caller& caller);

}  // namespace adyton::worker
