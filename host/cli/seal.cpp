#include "host/cli/seal.h"

#include <variant>

#include <boost/program_options/value_semantic.hpp>
#include <unistd.h>

#include "host/base/text.h"
#include "host/cli/options.h"
#include "host/cli/output_file.h"
#include "host/cli/passphrase.h"
#include "host/cli/sealing.h"
#include "modules/crypto/age/recipient.h"
#include "modules/crypto/age/writer.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

namespace age = crypto::age;

constexpr std::string_view command_name = "seal";
constexpr std::string_view usage =
    "usage: adyton seal -r RECIPIENT|-R FILE|-p [options] [FILE]\n"
    "Seals a file as age does (https://age-encryption.org), for recipients or with a passphrase:\n"
    "only who has an identity of one of them, or knows the passphrase, can open it, and a change\n"
    "is noticed. FILE becomes FILE.age and stays; - or nothing is standard input, which goes to\n"
    "standard output. adyton keys identity makes an identity and tells its recipient.\n"
    "exit code: 0 done, 1 a key or file that fails, 2 usage, 75 interrupted at the passphrase\n";

struct Request {
  SealingOptions common;
  std::vector<std::string> recipients;
  std::vector<std::string> recipient_files;
  age::Armor armor = age::Armor::no;
  unsigned work_factor = age::usual_work_factor;
};

po::options_description described_options() {
  po::options_description options;
  options.add_options()  //
      ("recipient,r", po::value<std::vector<std::string>>()->value_name("RECIPIENT"),
       "age1…; may be given several times: each of them can open it")  //
      ("recipients-file,R", po::value<std::vector<std::string>>()->value_name("FILE"),
       "recipients, one a line; # begins a comment")  //
      ("work-factor", po::value<int>()->value_name("N"),
       "have whoever tries a passphrase spend 2^N KiB of memory; 18 if not given")  //
      ("armor,a", "as text, which goes through mails and terminals");
  add_sealing_options(options);
  return options;
}

Result<Request> read_request(const po::variables_map& values) {
  Request request;
  ADYTON_TRY(request.common, read_sealing_options(values));
  request.recipients = all_of(values, "recipient");
  request.recipient_files = all_of(values, "recipients-file");
  ADYTON_TRY(request.work_factor, work_factor_of(values, "work-factor", age::usual_work_factor));
  if (values.contains("armor")) request.armor = age::Armor::yes;
  const bool to_keys = !request.recipients.empty() || !request.recipient_files.empty();
  if (to_keys && request.common.passphrase) {
    return Error{ErrorCode::config, "choose one: recipients or a passphrase"};
  }
  if (!to_keys && !request.common.passphrase) {
    return Error{ErrorCode::config, "for whom? give -r RECIPIENT, -R FILE or -p"};
  }
  std::string& output = request.common.output;
  if (output.empty()) output = request.common.input == "-" ? "-" : request.common.input + ".age";
  if (output == "-" && request.armor == age::Armor::no && ::isatty(STDOUT_FILENO) != 0) {
    return Error{ErrorCode::config,
                 "a terminal is no place for the bytes of a sealed file; use -o OUT or -a"};
  }
  return request;
}

Result<age::Recipients> read_recipients(const Request& request, Os& os) {
  if (request.common.passphrase) {
    ADYTON_TRY(const crypto::Secret passphrase,
               read_passphrase(request.common.passphrase_fd, Asked::twice));
    return age::Recipients::passphrase(as_text(passphrase.bytes()), request.work_factor);
  }
  std::vector<age::Recipient> all;
  for (const std::string& text : request.recipients) {
    ADYTON_TRY(const age::Recipient recipient, age::Recipient::parse(text));
    all.push_back(recipient);
  }
  for (const std::string& path : request.recipient_files) {
    ADYTON_TRY(const auto read, age::load_recipients(os, path));
    all.insert(all.end(), read.begin(), read.end());
  }
  return age::Recipients::of(std::move(all));
}

Status seal(const Request& request, Os& os) {
  ADYTON_TRY(const auto input, open_input(os, request.common.input));
  ADYTON_TRY(const age::Recipients recipients, read_recipients(request, os));
  ADYTON_TRY(const auto output,
             OutputFile::create(os, request.common.output, request.common.existing));
  Threads threads(request.common.threads);
  ADYTON_TRY(const auto writer, age::Writer::create(age::sink_of(output->file()), recipients,
                                                    request.armor, threads.executor()));
  ADYTON_CHECK(writer->copy(age::source_of(*input)));
  ADYTON_CHECK(writer->finish());
  return output->finish();
}

}  // namespace

int seal_command(std::span<const std::string> args, Os& os) {
  auto parsed = parse_options({command_name, {}, usage, described_options(), {"file"}}, args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto request = read_request(std::get<po::variables_map>(parsed));
  if (!request) {
    complain(command_name, request.error().text());
    return exit_usage;
  }
  const Status status = seal(*request, os);
  return status ? exit_done : fail_sealing(command_name, status.error());
}

}  // namespace adyton::cli
