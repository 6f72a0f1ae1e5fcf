#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "host/base/os.h"
#include "host/pipeline/config.h"

namespace adyton::cli {

/// Gives a command the options that every command with a job file has: --set.
void add_job_options(boost::program_options::options_description& options);

/// What those options and the environment bring to the job.
pipeline::JobSettings job_settings(const boost::program_options::variables_map& values);

/// The job of that file; or, where there is anything wrong with it, nullopt, having printed every
/// problem on standard error.
std::optional<pipeline::JobConfig> load_job(Os& os, const std::string& path,
                                            const pipeline::JobSettings& settings = {});

/// Prints each on standard error, and behind several how many they are.
void print_problems(const std::vector<pipeline::Diagnostic>& problems, const std::string& path,
                    std::string_view source);

/// "at most 1 % of the records", "any number", "none".
std::string budget_text(const pipeline::ErrorBudget& errors);

/// An error on standard error: with the line of the job file where it has a place there, else as
/// the command's.
void complain_about(std::string_view command, const Error& error, Os& os,
                    const std::string& job_path);

/// 78 where the user can mend it in the job, a key file or a script; 75 where the run was stopped;
/// else 1.
int exit_code(const Error& error);

}  // namespace adyton::cli
