#include "host/cli/commands.h"

#include "host/cli/check.h"
#include "host/cli/dead_letter.h"
#include "host/cli/json.h"
#include "host/cli/keys.h"
#include "host/cli/open.h"
#include "host/cli/replay.h"
#include "host/cli/run.h"
#include "host/cli/seal.h"
#include "host/cli/steps.h"
#include "host/cli/test_command.h"
#include "host/cli/verify.h"
#include "host/pipeline/plan.h"
#include "host/worker/script_host.h"

namespace adyton::cli {
namespace {

StartScripts scripts(const std::string& program, python::BuiltinModules built_ins,
                     worker::Debugger debugger = worker::Debugger::none) {
  return [program, built_ins, debugger](const pipeline::JobConfig& job) {
    const bool records_to_output = job.sink.files == pipeline::standard_stream;
    return worker::start_scripts(
        program, built_ins, records_to_output ? worker::Print::to_error : worker::Print::to_output,
        debugger);
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
      {"verify", "holds a run's receipt against the files", verify_command},
      {"steps", "the steps that a job can use, with their options", steps_command},
      {"test", "runs the cases written beside a job",
       [start = scripts(program, built_ins)](std::span<const std::string> args, Os& os) {
         return test_command(args, os, start);
       }},
      {"replay", "walks one record through the steps of a job",
       [start = scripts(program, built_ins),
        debugger = scripts(program, built_ins, worker::Debugger::pdb)](
           std::span<const std::string> args, Os& os) {
         return replay_command(args, os, start, debugger);
       }},
      {"dead-letter", "lists, counts and does again what a run could not do",
       [start = scripts(program, built_ins)](std::span<const std::string> args, Os& os) {
         return dead_letter_command(args, os, start);
       }},
      {"keys", "makes, shows and rotates keyrings", keys_command},
      {"seal", "seals a file for recipients or with a passphrase (age)", seal_command},
      {"open", "opens a sealed file", open_command},
      {"json", "checks, formats, minifies and picks from JSON of any size", json_command},
  };
}

}  // namespace adyton::cli
