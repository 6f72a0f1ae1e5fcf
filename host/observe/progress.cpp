#include "host/observe/progress.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

#include "host/base/text.h"
#include "host/observe/units.h"

namespace adyton::observe {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr auto interval = std::chrono::milliseconds(100);
constexpr unsigned usual_columns = 80;

// What erases from the cursor to the end of the line, on every terminal but the dumb one.
constexpr std::string_view erase_rest = "\x1b[K";

class PosixTerminal final : public Terminal {
 public:
  explicit PosixTerminal(int fd) : fd_(fd) {}

  /// A terminal that refuses a progress line is not worth a failed run.
  void write(std::string_view text) override {
    while (!text.empty()) {
      const ssize_t n = ::write(fd_, text.data(), text.size());
      if (n > 0)
        text.remove_prefix(static_cast<std::size_t>(n));
      else if (errno != EINTR)
        return;
    }
  }

  unsigned columns() override {
    winsize size{};
    if (::ioctl(fd_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual_columns;
    return size.ws_col;
  }

 private:
  int fd_;
};

std::string remaining(const Reading& reading, double seconds) {
  if (reading.bytes_done == 0 || reading.bytes_done >= reading.bytes_total) return {};
  const auto left = static_cast<double>(reading.bytes_total - reading.bytes_done);
  return cat(", ", human_time(seconds * left / static_cast<double>(reading.bytes_done)), " left");
}

}  // namespace

std::unique_ptr<Terminal> open_terminal(int fd) {
  const char* kind = std::getenv("TERM");
  const bool dumb = kind == nullptr || std::string_view(kind) == "dumb";
  if (dumb || ::isatty(fd) == 0) return nullptr;
  return std::make_unique<PosixTerminal>(fd);
}

std::string progress_line(const Reading& reading, Clock::duration elapsed, unsigned columns) {
  const double seconds = Seconds(elapsed).count();
  std::string line;
  if (reading.bytes_total > 0) {
    const std::uint64_t done = std::min(reading.bytes_done, reading.bytes_total);
    const auto percent = static_cast<std::uint64_t>(100.0 * static_cast<double>(done) /
                                                    static_cast<double>(reading.bytes_total));
    line = cat(percent, " %, ", human_size(done), " of ", human_size(reading.bytes_total));
  } else {
    line = human_size(reading.bytes_done);
  }
  line += cat(", ", with_commas(reading.records), " records, ",
              human_rate(reading.bytes_done, seconds), remaining(reading, seconds));
  if (reading.dead > 0) line += cat(", ", with_commas(reading.dead), " dead");
  if (line.size() > columns) line.resize(columns);
  return line;
}

Progress::Progress(std::unique_ptr<Terminal> terminal, Clock::time_point start)
    : terminal_(std::move(terminal)), start_(start), drawn_(start) {}

void Progress::update(const Reading& reading, Clock::time_point now) {
  if (!terminal_ || now - drawn_ < interval) return;
  drawn_ = now;
  visible_ = true;
  // In the last column some terminals wrap.
  const unsigned columns = std::max(terminal_->columns(), 2U) - 1;
  terminal_->write(cat('\r', progress_line(reading, now - start_, columns), erase_rest));
}

void Progress::finish() {
  if (!visible_) return;
  visible_ = false;
  terminal_->write(cat('\r', erase_rest));
}

}  // namespace adyton::observe
