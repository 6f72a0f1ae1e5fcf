#include "host/pipeline/diagnostic.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

/// The longest part of a line that is shown, in terminal cells.
constexpr std::size_t shown_width = 120;

/// A character of the line as it is printed.
struct Cell {
  std::string text;
  std::size_t width = 1;
};

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode's East Asian Width W and F, by blocks: good enough to put a caret under a character.
constexpr std::array<Range, 14> wide = {{{0x1100, 0x115f},
                                         {0x2e80, 0x303e},
                                         {0x3041, 0x33ff},
                                         {0x3400, 0x4dbf},
                                         {0x4e00, 0x9fff},
                                         {0xa000, 0xa4cf},
                                         {0xa960, 0xa97f},
                                         {0xac00, 0xd7a3},
                                         {0xf900, 0xfaff},
                                         {0xfe30, 0xfe6f},
                                         {0xff01, 0xff60},
                                         {0xffe0, 0xffe6},
                                         {0x1f300, 0x1faff},
                                         {0x20000, 0x3fffd}}};

// Characters that are drawn over the one before them.
constexpr std::array<Range, 6> combining = {{{0x0300, 0x036f},
                                             {0x1ab0, 0x1aff},
                                             {0x200b, 0x200f},
                                             {0x20d0, 0x20ff},
                                             {0xfe00, 0xfe0f},
                                             {0xfe20, 0xfe2f}}};

template <std::size_t n>
bool among(char32_t c, const std::array<Range, n>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](Range range) { return c >= range.first && c <= range.last; });
}

std::size_t width_of(char32_t c) {
  if (among(c, combining)) return 0;
  return among(c, wide) ? 2 : 1;
}

char32_t code_point(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0);
  char32_t c = byte(0) & (0x7fU >> character.size());
  for (std::size_t i = 1; i < character.size(); ++i) c = (c << 6) | (byte(i) & 0x3fU);
  return c;
}

/// The characters of a line, harmless to a terminal: whatever would steer it, and every byte that
/// is not UTF-8, is shown as U+FFFD.
std::vector<Cell> cells_of(std::string_view line) {
  std::vector<Cell> cells;
  while (!line.empty()) {
    const std::size_t sequence = utf8_sequence(line);
    const bool sound = sequence != 0;
    const std::size_t length = sound ? sequence : 1;
    const std::string_view character = line.substr(0, length);
    const char32_t c = sound ? code_point(character) : 0;
    const bool control = !sound || (c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0);
    cells.push_back(control ? Cell{"\ufffd", 1} : Cell{std::string(character), width_of(c)});
    line.remove_prefix(length);
  }
  return cells;
}

std::string_view line_of(std::string_view source, std::uint32_t number) {
  for (std::uint32_t line = 1; line < number; ++line) {
    const std::size_t end = source.find('\n');
    if (end == std::string_view::npos) return {};
    source.remove_prefix(end + 1);
  }
  source = source.substr(0, source.find('\n'));
  if (source.ends_with('\r')) source.remove_suffix(1);
  return source;
}

/// The line, in which an identity that somebody took for a recipient is not to be read.
std::string without_identities(std::string_view line) {
  constexpr std::string_view beginning = "AGE-SECRET-KEY-1";
  std::string text(line);
  for (std::size_t at = 0; (at = text.find(beginning, at)) != std::string::npos;) {
    at += beginning.size();
    for (; at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])); ++at) {
      text[at] = '*';
    }
  }
  return text;
}

/// The first cell that is shown of a line too long to be shown whole.
std::size_t window_start(const std::vector<Cell>& cells, std::size_t place) {
  if (cells.size() <= shown_width) return 0;
  return place > shown_width / 2 ? place - shown_width / 2 : 0;
}

/// Text from the job stands in messages (a path, say).
std::string harmless(std::string_view text) {
  std::string out;
  for (const Cell& cell : cells_of(text)) out += cell.text;
  return out;
}

}  // namespace

std::string excerpt(std::string_view line, const Place& at) {
  const std::vector<Cell> cells = cells_of(line);
  const std::size_t place = std::min<std::size_t>(at.column > 0 ? at.column - 1 : 0, cells.size());
  const std::size_t start = window_start(cells, place);
  const std::size_t end = std::min(cells.size(), start + shown_width);

  std::string text = start > 0 ? "…" : "";
  std::string marks = start > 0 ? " " : "";
  for (std::size_t i = start; i < end; ++i) {
    text += cells[i].text;
    if (i < place) marks += cells[i].text == "\t" ? "\t" : std::string(cells[i].width, ' ');
  }
  if (end < cells.size()) text += "…";

  marks += '^';
  std::size_t under = 0;
  for (std::size_t i = place; i < std::min(place + at.length, end); ++i) under += cells[i].width;
  if (under > 1) marks.append(under - 1, '~');
  return cat("    ", text, "\n    ", marks, '\n');
}

std::string render(const Diagnostic& diagnostic, std::string_view path, std::string_view source) {
  std::string text = harmless(diagnostic.origin.empty() ? path : diagnostic.origin);
  const Place& at = diagnostic.at;
  if (at.line > 0) text += cat(':', at.line, ':', at.column);
  text += cat(": error: ", harmless(diagnostic.message), '\n');
  if (at.line > 0) text += excerpt(without_identities(line_of(source, at.line)), at);
  if (!diagnostic.help.empty()) text += cat("    help: ", harmless(diagnostic.help), '\n');
  return text;
}

}  // namespace adyton::pipeline
