#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace adyton::observe {

using Clock = std::chrono::steady_clock;

/// How far a run has come.
struct Reading {
  std::uint64_t bytes_done = 0;   // of the inputs, as they lie on the disk
  std::uint64_t bytes_total = 0;  // 0: not known
  std::uint64_t records = 0;
  std::uint64_t dead = 0;
};

/// A terminal that a line is drawn on, over and over.
class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual void write(std::string_view text) = 0;
  virtual unsigned columns() = 0;
};

/// The terminal behind a file descriptor, which must stay open; null where there is none (a file, a
/// pipe) or where it cannot erase a line (TERM=dumb).
std::unique_ptr<Terminal> open_terminal(int fd);

/// The reading as a line of at most `columns` characters: what is done, how fast, how long it will
/// take. All ASCII.
std::string progress_line(const Reading& reading, Clock::duration elapsed, unsigned columns);

/// The progress line of one run: drawn at most ten times a second, erased at the end. One thread at
/// a time; blocks only as far as the terminal does.
class Progress {
 public:
  /// Without a terminal nothing is ever drawn.
  Progress(std::unique_ptr<Terminal> terminal, Clock::time_point start);
  ~Progress() { finish(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(const Reading& reading, Clock::time_point now);

  /// Erases the line, so that what is printed next stands where it was.
  void finish();

 private:
  std::unique_ptr<Terminal> terminal_;
  Clock::time_point start_;
  Clock::time_point drawn_;
  bool visible_ = false;
};

}  // namespace adyton::observe
