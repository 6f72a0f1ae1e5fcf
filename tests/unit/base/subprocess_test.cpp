#include "host/base/subprocess.h"

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/text.h"
#include "tests/unit/temporary_folder.h"

using namespace adyton;
using namespace std::chrono_literals;

namespace {

Command shell(std::string script, std::chrono::milliseconds timeout = 20s) {
  return {{"sh", "-c", std::move(script)}, timeout};
}

/// What a command that must not fail writes.
std::string output_of(const Command& command, std::string_view input = "",
                      std::size_t most = 1 << 20) {
  std::string output(most, '?');
  const auto size = run_command(command, input, output);
  REQUIRE_MESSAGE(size.ok(), (size.ok() ? "" : size.error().message));
  output.resize(*size);
  return output;
}

Error failure_of(const Command& command, std::string_view input = "", std::size_t most = 100) {
  std::string output(most, '?');
  auto size = run_command(command, input, output);
  REQUIRE_FALSE(size.ok());
  return std::move(size).error();
}

bool has_child() {
  return ::waitpid(-1, nullptr, WNOHANG) == 0;
}

}  // namespace

TEST_CASE("a command gets the input and its output comes back, byte for byte") {
  std::string input;
  for (int i = 0; i < 100'000; ++i) input += static_cast<char>(i * 7);
  CHECK(output_of({{"cat"}}, input) == input);
  CHECK(output_of({{"cat"}}, "").empty());
  CHECK(output_of({{"cat"}}, std::string_view("\0\n\xff", 3)) == std::string_view("\0\n\xff", 3));
  CHECK_FALSE(has_child());
}

TEST_CASE("no shell reads the words") {
  CHECK(output_of({{"printf", "%s|", "$HOME", "*", "a b", "'", "\"; exit 3"}}) ==
        "$HOME|*|a b|'|\"; exit 3|");
  CHECK(Command{{"kms-wrap", "--key", "pii"}}.text() == "kms-wrap --key pii");
}

TEST_CASE("the output may fill what there is, and not a byte more") {
  CHECK(output_of(shell("printf 12345"), "", 5) == "12345");
  const Error error = failure_of(shell("printf 123456"), "", 5);
  CHECK(error.code == ErrorCode::limit);
  CHECK(error.message.find("wrote more than 5 ") != std::string::npos);
  CHECK(failure_of(shell("cat /dev/zero"), "", 1000).code == ErrorCode::limit);
  CHECK_FALSE(has_child());
}

TEST_CASE("a command that reads nothing is not a failure, however long the input") {
  const std::string input(1 << 20, 'i');
  CHECK(output_of(shell("exec <&-; printf done"), input) == "done");
  CHECK(output_of({{"true"}}, input).empty());
}

TEST_CASE("a write to a command that is gone neither ends this process nor leaves a signal") {
  const std::string input(1 << 20, 'i');
  for (int i = 0; i < 20; ++i) output_of({{"true"}}, input);
  sigset_t pending;
  REQUIRE(::sigpending(&pending) == 0);
  CHECK(sigismember(&pending, SIGPIPE) == 0);
  sigset_t blocked;
  REQUIRE(::pthread_sigmask(SIG_BLOCK, nullptr, &blocked) == 0);
  CHECK(sigismember(&blocked, SIGPIPE) == 0);
}

TEST_CASE("an exit code other than 0 is a failure with the last line of standard error") {
  const Error error =
      failure_of(shell("printf 'fir%s\\n' st >&2; echo 'access denied' >&2; exit 3"));
  CHECK(error.code == ErrorCode::io);
  CHECK(error.message.find("failed with exit code 3: \"access denied\"") != std::string::npos);
  CHECK(error.message.find("first") == std::string::npos);
  CHECK(failure_of(shell("exit 1")).message.ends_with("failed with exit code 1"));
  CHECK(failure_of(shell("kill -TERM $$")).message.find("failed by signal 15") !=
        std::string::npos);
  CHECK(failure_of(shell("printf 'no newline' >&2; exit 1")).message.ends_with("\"no newline\""));
}

TEST_CASE("a command that talks much on standard error is heard to its end") {
  const Error error = failure_of(
      shell("i=0; while [ $i -lt 5000 ]; do echo 'a line of complaint' >&2; i=$((i+1)); done; "
            "echo last >&2; exit 1"));
  CHECK(error.message.ends_with("\"last\""));
  CHECK(error.message.size() < 1000);
  CHECK(output_of(shell("head -c 300000 /dev/zero >&2; printf fine")) == "fine");
}

TEST_CASE("no message holds what went in or came out") {
  const std::string secret = "canary-4711";
  const Error error = failure_of(shell("cat; cat >/dev/null; exit 5"), secret);
  CHECK(error.message.find(secret) == std::string::npos);
  CHECK(failure_of(shell("cat"), secret, 3).message.find("canary") == std::string::npos);
  CHECK(failure_of(shell("cat; sleep 60", 200ms), secret).message.find(secret) ==
        std::string::npos);
}

TEST_CASE("a command that cannot be started is named, with the reason") {
  const Error error = failure_of({{"adyton-no-such-program", "x"}});
  CHECK(error.code == ErrorCode::io);
  CHECK(error.message == "cannot run \"adyton-no-such-program x\": No such file or directory");
  const TemporaryFolder folder;
  std::ofstream(folder.file("plain")) << "no program";
  CHECK(failure_of({{folder.file("plain")}}).message.find("Permission denied") !=
        std::string::npos);
  CHECK(failure_of({}).code == ErrorCode::config);
  CHECK(failure_of({{""}}).code == ErrorCode::config);
}

TEST_CASE("a command that does not end in time is killed and waited for") {
  const auto begin = std::chrono::steady_clock::now();
  const Error error = failure_of(shell("exec sleep 60", 200ms));
  CHECK(std::chrono::steady_clock::now() - begin < 20s);
  CHECK(error.code == ErrorCode::io);
  CHECK(error.message.ends_with("did not end within 200 ms and was killed"));
  CHECK_FALSE(has_child());
  // Neither one that goes on writing, nor one that never reads.
  CHECK(failure_of(shell("while :; do echo x >&2; done", 200ms)).message.find("was killed") !=
        std::string::npos);
  CHECK(failure_of(shell("exec sleep 60", 200ms), std::string(1 << 20, 'i'))
            .message.find("was killed") != std::string::npos);
  CHECK_FALSE(has_child());
}

TEST_CASE("a command that closes its outputs and goes on is waited for no longer than its time") {
  const auto begin = std::chrono::steady_clock::now();
  const Error error = failure_of(shell("exec >&- 2>&-; exec sleep 60", 300ms));
  CHECK(std::chrono::steady_clock::now() - begin < 20s);
  CHECK(error.message.find("was killed") != std::string::npos);
  CHECK_FALSE(has_child());
}

TEST_CASE("a command gets no file of ours, not even one that others inherit") {
  const TemporaryFolder folder;
  const int ours = ::open(folder.file("ours").c_str(), O_CREAT | O_RDWR, 0600);
  REQUIRE(ours >= 0);
  // ls has one more open: the folder that it lists.
  CHECK(output_of({{"ls", "/proc/self/fd"}}) == "0\n1\n2\n3\n");
  ::close(ours);
}

TEST_CASE("a command finds no signal blocked, and a pipe's end not ignored") {
  sigset_t some;
  sigset_t before;
  sigemptyset(&some);
  sigaddset(&some, SIGTERM);
  REQUIRE(::pthread_sigmask(SIG_BLOCK, &some, &before) == 0);
  const auto handler = std::signal(SIGPIPE, SIG_IGN);
  const std::string status = output_of({{"grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}});
  std::signal(SIGPIPE, handler);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  CHECK(status.starts_with("SigBlk:\t0000000000000000\n"));
  const std::size_t at = status.find("SigIgn:\t");
  REQUIRE(at != std::string::npos);
  CHECK((std::stoull(status.substr(at + 8), nullptr, 16) >> (SIGPIPE - 1) & 1) == 0);
}

TEST_CASE("several threads run commands side by side and none waits for another's") {
  std::array<std::string, 4> outputs;
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      threads.emplace_back([&, i] {
        std::string output(100, '?');
        const auto size = run_command({{"cat"}}, cat("thread ", i), output);
        if (size.ok()) outputs[i] = output.substr(0, *size);
      });
    }
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) CHECK(outputs[i] == cat("thread ", i));
}
