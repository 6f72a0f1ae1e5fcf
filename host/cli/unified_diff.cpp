#include "host/cli/unified_diff.h"

#include <algorithm>
#include <cstdint>

#include "host/base/text.h"

namespace adyton::cli {
namespace {

constexpr std::size_t context = 3;
/// Above this many pairs of lines what lies between the common beginning and the common end is
/// shown as one change.
constexpr std::size_t most_pairs = 16'000'000;

struct Line {
  char mark;  // ' ', '-' or '+'
  const std::string* text;
};

/// The lines of both in one sequence, by a longest common subsequence.
class Alignment {
 public:
  Alignment(const std::vector<std::string>& before, const std::vector<std::string>& after)
      : before_(before), after_(after) {}

  std::vector<Line> lines() {
    std::size_t begin = 0;
    const std::size_t shorter = std::min(before_.size(), after_.size());
    while (begin < shorter && before_[begin] == after_[begin]) ++begin;
    std::size_t common_end = 0;
    while (common_end < shorter - begin &&
           before_[before_.size() - 1 - common_end] == after_[after_.size() - 1 - common_end]) {
      ++common_end;
    }
    for (std::size_t i = 0; i < begin; ++i) lines_.push_back({' ', &before_[i]});
    align(begin, before_.size() - common_end, after_.size() - common_end);
    for (std::size_t i = before_.size() - common_end; i < before_.size(); ++i) {
      lines_.push_back({' ', &before_[i]});
    }
    return std::move(lines_);
  }

 private:
  void align(std::size_t begin, std::size_t before_end, std::size_t after_end) {
    const std::size_t rows = before_end - begin;
    const std::size_t columns = after_end - begin;
    std::size_t i = begin;
    std::size_t j = begin;
    if (rows != 0 && columns <= most_pairs / rows) {
      const std::size_t width = columns + 1;
      // lengths[r * width + c]: of the longest common subsequence of what follows row r, column c.
      std::vector<std::uint32_t> lengths((rows + 1) * width, 0);
      for (std::size_t r = rows; r-- > 0;) {
        for (std::size_t c = columns; c-- > 0;) {
          lengths[r * width + c] =
              before_[begin + r] == after_[begin + c]
                  ? lengths[(r + 1) * width + c + 1] + 1
                  : std::max(lengths[(r + 1) * width + c], lengths[r * width + c + 1]);
        }
      }
      while (i < before_end && j < after_end) {
        const std::size_t at = (i - begin) * width + (j - begin);
        if (before_[i] == after_[j]) {
          lines_.push_back({' ', &before_[i++]});
          ++j;
        } else if (lengths[at + width] >= lengths[at + 1]) {
          lines_.push_back({'-', &before_[i++]});
        } else {
          lines_.push_back({'+', &after_[j++]});
        }
      }
    }
    while (i < before_end) lines_.push_back({'-', &before_[i++]});
    while (j < after_end) lines_.push_back({'+', &after_[j++]});
  }

  const std::vector<std::string>& before_;
  const std::vector<std::string>& after_;
  std::vector<Line> lines_;
};

/// "12,3", "12" for one line; the line before it for none.
std::string range(std::size_t begin, std::size_t count) {
  if (count == 1) return cat(begin + 1);
  return cat(count == 0 ? begin : begin + 1, ',', count);
}

}  // namespace

std::string unified_diff(const std::vector<std::string>& before,
                         const std::vector<std::string>& after) {
  const std::vector<Line> lines = Alignment(before, after).lines();
  std::string text;
  std::size_t old_line = 0;  // of lines[at]
  std::size_t new_line = 0;
  for (std::size_t at = 0; at < lines.size();) {
    // A hunk: from `context` lines before a change on, until twice as many are without one.
    std::size_t change = at;
    while (change < lines.size() && lines[change].mark == ' ') ++change;
    if (change == lines.size()) break;
    const std::size_t begin = std::max(at, change - std::min(change, context));
    old_line += begin - at;
    new_line += begin - at;
    std::size_t end = change;
    for (std::size_t i = change; i < lines.size() && i <= end + 2 * context; ++i) {
      if (lines[i].mark != ' ') end = i;
    }
    end = std::min(end + context + 1, lines.size());
    std::size_t removed = 0;
    std::size_t added = 0;
    std::string body;
    for (std::size_t i = begin; i < end; ++i) {
      if (lines[i].mark != '+') ++removed;
      if (lines[i].mark != '-') ++added;
      body += cat(lines[i].mark, *lines[i].text, '\n');
    }
    text += cat("@@ -", range(old_line, removed), " +", range(new_line, added), " @@\n", body);
    old_line += removed;
    new_line += added;
    at = end;
  }
  return text;
}

}  // namespace adyton::cli
