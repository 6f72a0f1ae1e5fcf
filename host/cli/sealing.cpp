#include "host/cli/sealing.h"

#include <boost/program_options/value_semantic.hpp>

#include "host/base/text.h"
#include "host/cli/options.h"
#include "host/cli/terminal_text.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

constexpr int most_threads = 256;

Error wrong(std::string message) {
  return {ErrorCode::config, std::move(message)};
}

}  // namespace

void add_sealing_options(po::options_description& options) {
  options.add_options()  //
      ("output,o", po::value<std::string>()->value_name("OUT"),
       "the file to write, mode 0600; it has its name only once it is whole. - is standard "
       "output")  //
      ("force,f", "replace OUT if it exists")(
          "passphrase,p", "a passphrase in place of keys: typed, or given by --passphrase-fd")  //
      ("passphrase-fd", po::value<int>()->value_name("N"),
       "the passphrase is the first line that descriptor N gives, as in --passphrase-fd 3 "
       "3<FILE")  //
      ("threads", po::value<int>()->value_name("N"), "cores to use; all of them if not given");
}

Result<SealingOptions> read_sealing_options(const po::variables_map& values) {
  SealingOptions options;
  options.input = values.contains("file") ? values["file"].as<std::string>() : "-";
  if (values.contains("output")) options.output = values["output"].as<std::string>();
  if (options.input.empty() || (values.contains("output") && options.output.empty())) {
    return wrong("the name of a file is empty");
  }
  if (values.contains("force")) options.existing = Existing::replace;
  const int threads =
      values.contains("threads") ? values["threads"].as<int>() : static_cast<int>(Pool::cores());
  if (threads < 1 || threads > most_threads) {
    return wrong(cat("--threads takes 1 to ", most_threads));
  }
  options.threads = static_cast<unsigned>(threads);
  if (values.contains("passphrase-fd")) {
    options.passphrase_fd = values["passphrase-fd"].as<int>();
    if (*options.passphrase_fd < 0) return wrong("--passphrase-fd takes a descriptor's number");
    if (*options.passphrase_fd == 0 && options.input == "-") {
      return wrong("descriptor 0 is standard input, which is the file to be read");
    }
  }
  options.passphrase = values.contains("passphrase") || options.passphrase_fd.has_value();
  return options;
}

std::vector<std::string> all_of(const po::variables_map& values, const std::string& option) {
  if (!values.contains(option)) return {};
  return values[option].as<std::vector<std::string>>();
}

Result<std::unique_ptr<File>> open_input(Os& os, const std::string& path) {
  return path == "-" ? os.standard_input() : os.open(path);
}

std::string name_of_input(const std::string& path) {
  return path == "-" ? "standard input" : shown(path);
}

Result<crypto::age::Identities> load_identities(Os& os, const std::vector<std::string>& paths) {
  std::vector<crypto::age::Identity> all;
  for (const std::string& path : paths) {
    ADYTON_TRY(auto read, crypto::age::load_identities(os, path));
    for (crypto::age::Identity& identity : read) all.push_back(std::move(identity));
  }
  return crypto::age::Identities(std::move(all));
}

Result<pipeline::LetterIdentities> letter_identities(Os& os,
                                                     const std::vector<std::string>& paths) {
  if (paths.empty()) return pipeline::LetterIdentities();
  ADYTON_TRY(auto identities, load_identities(os, paths));
  return pipeline::LetterIdentities(
      std::make_shared<const crypto::age::Identities>(std::move(identities)));
}

Threads::Threads(unsigned count) {
  // Of its threads the pool leaves one idle, in whose place the caller works.
  if (count > 1) pool_ = std::make_unique<Pool>(count);
}

crypto::age::Executor Threads::executor() {
  if (!pool_) return crypto::age::on_this_thread;
  return [this](std::size_t count, const std::function<void(std::size_t)>& body) {
    pool_->for_each(count, body);
  };
}

int fail_sealing(std::string_view command, const Error& error) {
  complain(command, error.text());
  return error.code == ErrorCode::stopped ? exit_stopped : exit_failed;
}

}  // namespace adyton::cli
