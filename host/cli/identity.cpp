#include "host/cli/identity.h"

#include <variant>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>

#include "host/base/text.h"
#include "host/cli/options.h"
#include "modules/crypto/age/identity.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

namespace age = crypto::age;

constexpr std::string_view command_name = "keys identity";
constexpr std::string_view usage =
    "usage: adyton keys identity [-o FILE]\n"
    "       adyton keys identity --recipient FILE\n"
    "Makes an identity: the secret key with which sealed files are opened (adyton open, age). It\n"
    "is written to FILE, mode 0600, and its recipient, which may be given to anybody, is printed;\n"
    "without FILE the identity itself goes to standard output and the recipient to standard "
    "error.\n"
    "With --recipient the recipients of the identities in FILE are printed.\n";

Status told(bool printed) {
  if (printed) return {};
  return Error{ErrorCode::io, "cannot write standard output"};
}

Status print_recipients(Os& os, const std::string& path) {
  ADYTON_TRY(const auto identities, age::load_identities(os, path));
  std::string text;
  for (const age::Identity& identity : identities) text += cat(identity.recipient().text(), '\n');
  return told(print(text));
}

Status make_identity(Os& os, const std::string& path) {
  const age::Identity identity = age::Identity::generate();
  const std::string recipient = identity.recipient().text();
  if (path != "-") {
    ADYTON_CHECK(age::save_identity(os, path, identity, Existing::error));
    return told(print(cat(recipient, '\n')));
  }
  std::string text = age::identity_file(identity, os.unix_time());
  const crypto::WipeAtExit wipe_text(text);
  ADYTON_CHECK(os.standard_output()->write(text));  // not through a buffer, which is not wiped
  complain(command_name, cat("recipient: ", recipient));
  return {};
}

}  // namespace

int identity_command(std::span<const std::string> args, Os& os) {
  po::options_description options;
  options.add_options()  //
      ("output,o", po::value<std::string>()->value_name("FILE"),
       "the identity file; one that exists is left alone")  //
      ("recipient", po::value<std::string>()->value_name("FILE"),
       "make nothing: print the recipients of the identities in FILE");
  auto parsed = parse_options({command_name, {}, usage, options}, args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  const auto given = [&](const char* name) {
    return values.contains(name) ? values[name].as<std::string>() : std::string();
  };
  if (values.contains("output") && values.contains("recipient")) {
    complain(command_name, "choose one: -o or --recipient");
    return exit_usage;
  }
  const Status status = values.contains("recipient")
                            ? print_recipients(os, given("recipient"))
                            : make_identity(os, values.contains("output") ? given("output") : "-");
  if (status) return exit_done;
  complain(command_name, status.error().text());
  return exit_failed;
}

}  // namespace adyton::cli
