#include "host/base/subprocess.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/text.h"

namespace adyton {
namespace {

using Clock = std::chrono::steady_clock;

// Of standard error the end is kept: programs say last what went wrong.
constexpr std::size_t longest_complaint = 4096;

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return Error{ErrorCode::io, cat("cannot make a pipe: ", std::strerror(errno))};
  }
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// A write to a program that reads no more fails with EPIPE, instead of ending this process.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &set(), &before_);
  }
  ~WithoutSigpipe() {
    const timespec at_once{};
    // Ours, if there was none before.
    while (!was_pending_ && ::sigtimedwait(&set(), nullptr, &at_once) == -1 && errno == EINTR) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  const sigset_t& set() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGPIPE);
    return set_;
  }

  sigset_t set_;
  sigset_t before_;
  bool was_pending_;
};

/// Spawns with the three pipes as standard input, output and error; no signal blocked or ignored.
int spawn(pid_t& pid, const Command& command, int in, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  sigset_t none;
  sigset_t usual;
  sigemptyset(&none);
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> words;
  for (const std::string& word : command.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const int error = ::posix_spawnp(&pid, words[0], &actions, &attributes, words.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return error;
}

Error too_slow(const Command& command) {
  return {ErrorCode::io, cat(in_quotes(command.text()), " did not end within ",
                             command.timeout.count(), " ms and was killed")};
}

// The running command. Killed and waited for, if it was not seen to end.
class Child {
 public:
  Child(pid_t pid, const Command& command) : pid_(pid), command_(command) {}
  ~Child() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Its status, as waitpid has it. Who has closed his outputs is about to end, so that short naps
  /// will do.
  Result<int> wait_until(Clock::time_point end) {
    int status = 0;
    for (std::chrono::microseconds nap(100);; nap = std::min(nap * 2, longest_nap)) {
      const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
      if (ended == 0 && Clock::now() >= end) return too_slow(command_);
      if (ended == 0) std::this_thread::sleep_for(nap);
      if (ended < 0 && errno != EINTR) return unknown_end();
      if (ended > 0) break;
    }
    pid_ = 0;
    return status;
  }

 private:
  static constexpr std::chrono::microseconds longest_nap{20'000};

  // SIGCHLD is ignored, or another part of the process waits for every child.
  Error unknown_end() {
    pid_ = 0;
    return {ErrorCode::io,
            cat("how ", in_quotes(command_.text()), " ended is not known: ", std::strerror(errno))};
  }

  pid_t pid_;
  const Command& command_;
};

// Feeds the command and listens to it until it has closed its outputs and needs no more input.
class Conversation {
 public:
  Conversation(const Command& command, std::string_view input, std::span<char> output,
               Clock::time_point end)
      : command_(command), input_(input), output_(output), end_(end) {}

  Status run(Descriptor in, Descriptor out, Descriptor err) {
    in_ = std::move(in);
    out_ = std::move(out);
    err_ = std::move(err);
    ::fcntl(in_.get(), F_SETFL, O_NONBLOCK);
    if (input_.empty()) in_.close();
    while (out_.open() || err_.open() || in_.open()) ADYTON_CHECK(turn());
    return {};
  }

  std::size_t size() const { return size_; }

  /// The last line the command wrote to its standard error.
  std::string_view complaint() const {
    std::string_view text = complaint_;
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    return text.substr(text.rfind('\n') + 1);
  }

 private:
  Status turn() {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now()).count();
    // poll passes over descriptors that are -1.
    std::array<pollfd, 3> polled{
        {{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}, {in_.get(), POLLOUT, 0}}};
    const int ready = left <= 0 ? 0 : ::poll(polled.data(), polled.size(), static_cast<int>(left));
    if (ready < 0 && errno == EINTR) return {};
    if (ready < 0) return Error{ErrorCode::io, cat("cannot poll: ", std::strerror(errno))};
    if (ready == 0) return too_slow(command_);
    if (polled[0].revents != 0) ADYTON_CHECK(hear());
    if (polled[1].revents != 0) listen_to_complaints();
    if (polled[2].revents != 0) speak();
    return {};
  }

  Status hear() {
    if (size_ == output_.size()) {
      // Full: one byte more is too many.
      char more = 0;
      if (::read(out_.get(), &more, 1) > 0) {
        return Error{ErrorCode::limit, cat(in_quotes(command_.text()), " wrote more than ",
                                           human_size(output_.size()))};
      }
      out_.close();
      return {};
    }
    const ssize_t n = ::read(out_.get(), output_.data() + size_, output_.size() - size_);
    if (n > 0) {
      size_ += static_cast<std::size_t>(n);
    } else if (n == 0 || errno != EINTR) {
      out_.close();
    }
    return {};
  }

  void listen_to_complaints() {
    std::array<char, 1024> block;
    const ssize_t n = ::read(err_.get(), block.data(), block.size());
    if (n > 0) {
      complaint_.append(block.data(), static_cast<std::size_t>(n));
      if (complaint_.size() > longest_complaint) {
        complaint_.erase(0, complaint_.size() - longest_complaint);
      }
    } else if (n == 0 || errno != EINTR) {
      err_.close();
    }
  }

  void speak() {
    const ssize_t n = ::write(in_.get(), input_.data(), input_.size());
    if (n >= 0) {
      input_.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno != EINTR && errno != EAGAIN) {
      input_ = {};  // it reads no more; its exit code says whether that was right
    }
    if (input_.empty()) in_.close();
  }

  const Command& command_;
  std::string_view input_;
  std::span<char> output_;
  Clock::time_point end_;
  Descriptor in_;
  Descriptor out_;
  Descriptor err_;
  std::size_t size_ = 0;
  std::string complaint_;
};

Error ended_badly(const Command& command, int status, std::string_view complaint) {
  std::string message = cat(in_quotes(command.text()), " failed");
  message += WIFSIGNALED(status) ? cat(" by signal ", WTERMSIG(status))
                                 : cat(" with exit code ", WEXITSTATUS(status));
  if (!complaint.empty()) message += cat(": ", in_quotes(complaint, 200));
  return {ErrorCode::io, std::move(message)};
}

}  // namespace

std::string Command::text() const {
  std::string text;
  for (const std::string& word : words) text += cat(text.empty() ? "" : " ", word);
  return text;
}

Result<std::size_t> run_command(const Command& command, std::string_view input,
                                std::span<char> output) {
  if (command.words.empty() || command.words[0].empty()) {
    return Error{ErrorCode::config, "the command is empty; its first word is a program"};
  }
  ADYTON_TRY(Pipe in, make_pipe());
  ADYTON_TRY(Pipe out, make_pipe());
  ADYTON_TRY(Pipe err, make_pipe());
  const WithoutSigpipe guard;
  const Clock::time_point end = Clock::now() + command.timeout;
  pid_t pid = 0;
  const int error = spawn(pid, command, in.read.get(), out.write.get(), err.write.get());
  if (error != 0) {
    return Error{ErrorCode::io,
                 cat("cannot run ", in_quotes(command.text()), ": ", std::strerror(error))};
  }
  Child child(pid, command);
  in.read.close();
  out.write.close();
  err.write.close();
  Conversation conversation(command, input, output, end);
  ADYTON_CHECK(conversation.run(std::move(in.write), std::move(out.read), std::move(err.read)));
  ADYTON_TRY(const int status, child.wait_until(end));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return conversation.size();
  return ended_badly(command, status, conversation.complaint());
}

}  // namespace adyton
