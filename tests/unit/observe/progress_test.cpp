#include "host/observe/progress.h"

#include <cstdlib>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

using namespace adyton::observe;
using namespace std::chrono_literals;

namespace {

/// Keeps what is written to it for the test, beyond its own life.
class FakeTerminal final : public Terminal {
 public:
  explicit FakeTerminal(std::vector<std::string>& written) : written_(written) {}
  void write(std::string_view text) override { written_.emplace_back(text); }
  unsigned columns() override { return columns_; }

 private:
  std::vector<std::string>& written_;
  unsigned columns_ = 40;
};

constexpr Clock::time_point start{};

}  // namespace

TEST_CASE("the line tells what is done, the records, the speed and the time that is left") {
  const Reading reading{1'000'000'000, 4'000'000'000, 1234567, 0};
  CHECK(progress_line(reading, 2s, 200) ==
        "25 %, 953 MiB of 3.7 GiB, 1,234,567 records, 500 MB/s, 6.0 s left");
}

TEST_CASE("without a total there is no share and no time left") {
  CHECK(progress_line({2048, 0, 10, 0}, 1s, 200) == "2 KiB, 10 records, 2.0 kB/s");
}

TEST_CASE("dead records are told once there are some") {
  CHECK(progress_line({2048, 0, 10, 2}, 1s, 200) == "2 KiB, 10 records, 2.0 kB/s, 2 dead");
}

TEST_CASE("a line is cut to the terminal's width") {
  CHECK(progress_line({2048, 0, 10, 2}, 1s, 9) == "2 KiB, 10");
}

TEST_CASE("no reading, however odd, divides by zero or exceeds 100 %") {
  CHECK(progress_line({0, 0, 0, 0}, 0s, 200) == "0 B, 0 records, 0 B/s");
  CHECK(progress_line({0, 10, 0, 0}, 0s, 200) == "0 %, 0 B of 10 B, 0 records, 0 B/s");
  CHECK(progress_line({20, 10, 1, 0}, 1s, 200) == "100 %, 10 B of 10 B, 1 records, 20 B/s");
}

TEST_CASE(
    "the line is drawn ten times a second at most, from the line's start, and erased at the end") {
  std::vector<std::string> written;
  {
    Progress progress(std::make_unique<FakeTerminal>(written), start);
    progress.update({1024, 0, 1, 0}, start + 50ms);
    CHECK(written.empty());
    for (int i = 0; i < 100; ++i) progress.update({1024, 0, 1, 0}, start + 100ms + i * 10ms);
    CHECK(written.size() == 10);
    CHECK(written[0] == "\r1 KiB, 1 records, 10 kB/s\x1b[K");
    progress.finish();
    REQUIRE(written.size() == 11);
    CHECK(written[10] == "\r\x1b[K");
  }
  CHECK(written.size() == 11);
}

TEST_CASE("a line longer than the terminal leaves its last column free") {
  std::vector<std::string> written;
  Progress progress(std::make_unique<FakeTerminal>(written), start);
  progress.update({1ULL << 40, 1ULL << 41, 123456789, 0}, start + 1s);
  CHECK(written.at(0).size() == 1 + 39 + 3);
}

TEST_CASE("the line is erased also where the run ends by an exception or an early return") {
  std::vector<std::string> written;
  {
    Progress progress(std::make_unique<FakeTerminal>(written), start);
    progress.update({1, 0, 1, 0}, start + 1s);
  }
  REQUIRE(written.size() == 2);
  CHECK(written[1] == "\r\x1b[K");
}

TEST_CASE("what was never drawn is not erased, and without a terminal nothing happens") {
  std::vector<std::string> written;
  { Progress progress(std::make_unique<FakeTerminal>(written), start); }
  CHECK(written.empty());
  Progress none(nullptr, start);
  none.update({1, 0, 1, 0}, start + 1s);
  none.finish();
}

TEST_CASE("a pipe, a file and a dumb terminal are no terminal; a terminal is") {
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  ::setenv("TERM", "xterm", 1);
  CHECK(open_terminal(pipe_ends[1]) == nullptr);
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);

  const int pty = ::posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(pty >= 0);
  REQUIRE(::grantpt(pty) == 0);
  REQUIRE(::unlockpt(pty) == 0);
  const int tty = ::open(::ptsname(pty), O_RDWR | O_NOCTTY);
  REQUIRE(tty >= 0);
  const auto terminal = open_terminal(tty);
  REQUIRE(terminal != nullptr);
  CHECK(terminal->columns() == 80);
  terminal->write("hi");
  char read[8] = {};
  CHECK(::read(pty, read, sizeof read) == 2);
  CHECK(std::string(read) == "hi");
  ::setenv("TERM", "dumb", 1);
  CHECK(open_terminal(tty) == nullptr);
  ::close(tty);
  ::close(pty);
}
