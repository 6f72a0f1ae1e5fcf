#pragma once

#include <string>

namespace adyton::pipeline {

/// The JSON Schema (draft 2020-12) of a job file, made from the tables that the checker reads:
/// job_keys() and step_table(). For editors: it knows types, names and choices, not what lies on
/// the disk. A string may hold ${NAME} wherever a choice or a form is asked of it.
std::string job_schema();

}  // namespace adyton::pipeline
