#include "host/cli/passphrase.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "host/base/text.h"
#include "modules/crypto/age/file_key.h"
#include "modules/crypto/compare.h"

namespace adyton::cli {
namespace {

using crypto::Secret;

constexpr std::size_t longest = 4096;
constexpr std::string_view known_prompt = "Passphrase: ";
constexpr std::string_view new_prompt = "New passphrase: ";
constexpr std::string_view second_prompt = "Again: ";

Error too_long() {
  return {ErrorCode::config, cat("the passphrase is longer than ", longest, " bytes")};
}

Result<Secret> checked(const Secret& line, std::size_t size) {
  if (size == 0) return Error{ErrorCode::config, "the passphrase is empty"};
  return Secret(line.bytes().first(size));
}

/// A byte; nullopt at the end of the file.
Result<std::optional<char>> read_byte(int fd) {
  char c = 0;
  for (;;) {
    const ssize_t n = ::read(fd, &c, 1);
    if (n == 1) return std::optional(c);
    if (n == 0) return std::optional<char>();
    if (errno == EINTR) continue;
    return Error{ErrorCode::io, cat("cannot read the passphrase from descriptor ", fd, ": ",
                                    std::strerror(errno))};
  }
}

Result<Secret> read_line(int fd) {
  Secret line(longest);
  std::size_t size = 0;
  for (;;) {
    ADYTON_TRY(const auto c, read_byte(fd));
    if (!c || *c == '\n') break;
    if (size == longest) return too_long();
    line.data()[size++] = static_cast<std::uint8_t>(*c);
  }
  if (size != 0 && line.data()[size - 1] == '\r') --size;
  return checked(line, size);
}

/// The terminal of this process, its keys unseen and ours to understand while the object lives.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd) {
    ::tcgetattr(fd_, &before_);
    struct termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    ::tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  ~SilentTerminal() {
    ::tcsetattr(fd_, TCSAFLUSH, &before_);
    ::close(fd_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

  Result<Secret> ask(std::string_view prompt) const {
    (void)!::write(fd_, prompt.data(), prompt.size());
    Result<Secret> typed = type();
    (void)!::write(fd_, "\n", 1);
    return typed;
  }

 private:
  Result<Secret> type() const {
    constexpr char interrupt = 3;
    constexpr char end_of_file = 4;
    constexpr char kill_line = 21;
    Secret line(longest);
    std::size_t size = 0;
    for (;;) {
      ADYTON_TRY(const auto c, read_byte(fd_));
      if (c == interrupt) return Error{ErrorCode::stopped, "interrupted"};
      if (!c || c == '\n' || c == '\r' || c == end_of_file) return checked(line, size);
      if (c == '\b' || c == '\x7f') {
        size = without_last(line, size);
      } else if (c == kill_line) {
        size = 0;
      } else if (size == longest) {
        return too_long();
      } else {
        line.data()[size++] = static_cast<std::uint8_t>(*c);
      }
    }
  }

  /// A character of UTF-8 goes as a whole.
  static std::size_t without_last(const Secret& line, std::size_t size) {
    while (size != 0 && (line.data()[--size] & 0xc0) == 0x80) {
    }
    return size;
  }

  int fd_;
  struct termios before_ = {};
};

}  // namespace

Result<Secret> read_passphrase(std::optional<int> fd, Asked asked) {
  if (fd) return read_line(*fd);
  const int terminal = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) {
    return Error{ErrorCode::config,
                 "there is no terminal to type the passphrase on; --help shows how else it can be "
                 "given"};
  }
  const SilentTerminal silent(terminal);
  ADYTON_TRY(Secret passphrase, silent.ask(asked == Asked::once ? known_prompt : new_prompt));
  if (asked == Asked::once) return passphrase;
  ADYTON_TRY(const Secret again, silent.ask(second_prompt));
  if (crypto::constant_time_equal(passphrase.bytes(), again.bytes())) return passphrase;
  return Error{ErrorCode::config, "the two passphrases differ"};
}

Result<unsigned> work_factor_of(const boost::program_options::variables_map& values,
                                const std::string& name, unsigned otherwise) {
  if (!values.contains(name)) return otherwise;
  const int given = values[name].as<int>();
  if (given >= 1 && given <= static_cast<int>(crypto::age::possible_work_factor)) {
    return static_cast<unsigned>(given);
  }
  return Error{ErrorCode::config,
               cat("--", name, " takes 1 to ", crypto::age::possible_work_factor)};
}

}  // namespace adyton::cli
