#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>

#include "host/base/os.h"
#include "host/base/result.h"
#include "host/pipeline/dead_letter_reader.h"
#include "host/runtime/pool.h"
#include "modules/crypto/age/bytes.h"
#include "modules/crypto/age/file_key.h"

namespace adyton::cli {

// What `adyton seal` and `adyton open` have in common.

/// The options --output, --force, --threads, --passphrase and --passphrase-fd.
void add_sealing_options(boost::program_options::options_description& options);

struct SealingOptions {
  std::string input;   // "-": standard input
  std::string output;  // "-": standard output
  Existing existing = Existing::error;
  unsigned threads = 1;
  bool passphrase = false;
  std::optional<int> passphrase_fd;  // -p is implied
};

/// ErrorCode::config says what does not fit. `output` is left empty where none is given.
Result<SealingOptions> read_sealing_options(const boost::program_options::variables_map& values);

/// The values of an option that may be given several times.
std::vector<std::string> all_of(const boost::program_options::variables_map& values,
                                const std::string& option);

Result<std::unique_ptr<File>> open_input(Os& os, const std::string& path);
/// As messages have it.
std::string name_of_input(const std::string& path);

/// The identities in those files together.
Result<crypto::age::Identities> load_identities(Os& os, const std::vector<std::string>& paths);

/// The same for dead letters; null where no file is given.
Result<pipeline::LetterIdentities> letter_identities(Os& os, const std::vector<std::string>& paths);

/// An executor of so many threads, the caller's one of them.
class Threads {
 public:
  explicit Threads(unsigned count);
  crypto::age::Executor executor();

 private:
  std::unique_ptr<Pool> pool_;  // none: the caller's alone
};

/// The message on standard error; the exit code.
int fail_sealing(std::string_view command, const Error& error);

}  // namespace adyton::cli
