#include "host/cli/open.h"

#include <variant>

#include <boost/program_options/value_semantic.hpp>

#include "host/base/text.h"
#include "host/cli/options.h"
#include "host/cli/output_file.h"
#include "host/cli/passphrase.h"
#include "host/cli/sealing.h"
#include "modules/crypto/age/identity.h"
#include "modules/crypto/age/reader.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

namespace age = crypto::age;

constexpr std::string_view command_name = "open";
constexpr std::string_view usage =
    "usage: adyton open -i IDENTITY|-p [options] [FILE]\n"
    "Writes what is in a sealed file (age, in armor or not) to standard output, or to OUT: only\n"
    "what was verified, and OUT only if all of it was. - or nothing is standard input.\n"
    "exit code: 0 done, 1 a key or file that fails, 2 usage, 75 interrupted at the passphrase\n";

struct Request {
  SealingOptions common;
  std::vector<std::string> identity_files;
  unsigned most_work = age::largest_work_factor;
};

po::options_description described_options() {
  po::options_description options;
  options.add_options()  //
      ("identity,i", po::value<std::vector<std::string>>()->value_name("FILE"),
       "a file of identities (AGE-SECRET-KEY-1…), one a line; may be given several times")  //
      ("max-work-factor", po::value<int>()->value_name("N"),
       "refuse a passphrase that takes more than 2^N KiB of memory; 20 if not given");
  add_sealing_options(options);
  return options;
}

Result<Request> read_request(const po::variables_map& values) {
  Request request;
  ADYTON_TRY(request.common, read_sealing_options(values));
  request.identity_files = all_of(values, "identity");
  if (!request.identity_files.empty() && request.common.passphrase) {
    return Error{ErrorCode::config, "choose one: identities or a passphrase"};
  }
  if (request.identity_files.empty() && !request.common.passphrase) {
    return Error{ErrorCode::config, "with what? give -i IDENTITY or -p"};
  }
  ADYTON_TRY(request.most_work,
             work_factor_of(values, "max-work-factor", age::largest_work_factor));
  if (request.common.output.empty()) request.common.output = "-";
  return request;
}

Result<age::Identities> read_identities(const Request& request, Os& os) {
  if (request.common.passphrase) {
    ADYTON_TRY(const crypto::Secret passphrase,
               read_passphrase(request.common.passphrase_fd, Asked::once));
    return age::Identities::passphrase(as_text(passphrase.bytes()), request.most_work);
  }
  return load_identities(os, request.identity_files);
}

Status open(const Request& request, Os& os) {
  ADYTON_TRY(const auto input, open_input(os, request.common.input));
  ADYTON_TRY(const age::Identities identities, read_identities(request, os));
  Threads threads(request.common.threads);
  auto reader = age::Reader::create(age::source_of(*input), identities, threads.executor());
  const auto named = [&](Error error) -> Error {
    // What the system refuses names the file already.
    if (error.code != ErrorCode::io) error.where = name_of_input(request.common.input);
    if (error.code == ErrorCode::limit) error.message += "; see --max-work-factor";
    return error;
  };
  if (!reader) return named(std::move(reader).error());
  ADYTON_TRY(const auto output,
             OutputFile::create(os, request.common.output, request.common.existing));
  if (Status copied = (*reader)->copy(age::sink_of(output->file())); !copied) {
    return named(std::move(copied).error());
  }
  return output->finish();
}

}  // namespace

int open_command(std::span<const std::string> args, Os& os) {
  auto parsed = parse_options({command_name, {}, usage, described_options(), {"file"}}, args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto request = read_request(std::get<po::variables_map>(parsed));
  if (!request) {
    complain(command_name, request.error().text());
    return exit_usage;
  }
  const Status status = open(*request, os);
  return status ? exit_done : fail_sealing(command_name, status.error());
}

}  // namespace adyton::cli
