#pragma once

#include <string_view>

#include "host/pipeline/python_tokens.h"

namespace adyton::pipeline {

/// Reads a Python expression (what eval() takes; no white space around it) and says whether it is
/// one. Nothing is run, and no Python is needed, so that a job can be checked anywhere. Whatever is
/// refused here Python refuses, but for `await` and `yield`, which a step has no use for; a little
/// that passes (the inside of an f-string, the escapes of a string) is found where the job is run,
/// before anything is read.
PythonFault check_expression(std::string_view expression);

}  // namespace adyton::pipeline
