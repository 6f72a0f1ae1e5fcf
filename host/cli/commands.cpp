#include "host/cli/commands.h"

#include "host/cli/check.h"
#include "host/cli/keys.h"
#include "host/cli/run.h"
#include "host/cli/steps.h"
#include "host/pipeline/plan.h"
#include "host/worker/script_host.h"

namespace adyton::cli {
namespace {

StartScripts scripts(const std::string& program, python::BuiltinModules built_ins) {
  return [program, built_ins](const pipeline::JobConfig& job) {
    const bool records_to_output = job.sink.files == pipeline::standard_stream;
    return worker::start_scripts(
        program, built_ins, records_to_output ? worker::Print::to_error : worker::Print::to_output);
  };
}

}  // namespace

std::vector<Command> commands(const std::string& program, python::BuiltinModules built_ins) {
  return {
      {"run", "runs a job to its end",
       [start = scripts(program, built_ins)](std::span<const std::string> args, Os& os) {
         return run_command(args, os, start);
       }},
      {"check", "says all that is wrong with a job, or what it would do", check_command},
      {"steps", "the steps that a job can use, with their options", steps_command},
      {"keys", "makes, shows and rotates keyrings", keys_command},
  };
}

}  // namespace adyton::cli
