#include "host/pipeline/config_script.h"

#include <algorithm>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

bool starts_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool continues_identifier(char c) {
  return starts_identifier(c) || (c >= '0' && c <= '9');
}

bool is_identifier(std::string_view text) {
  return !text.empty() && starts_identifier(text.front()) &&
         std::all_of(text.begin(), text.end(), continues_identifier);
}

/// A statement (or several, with semicolons) as one line: strings and comments are blanked out, and
/// what brackets or a backslash continue is joined.
struct LogicalLine {
  bool indented = false;
  std::string text;
};

class LineReader {
 public:
  explicit LineReader(std::string_view source) : source_(source) {
    if (source_.starts_with("\xef\xbb\xbf")) source_.remove_prefix(3);
  }

  std::vector<LogicalLine> read() {
    while (at_ < source_.size()) step();
    end_line();
    return std::move(lines_);
  }

 private:
  void step() {
    const char c = source_[at_];
    if (c == '#') {
      at_ = std::min(source_.find('\n', at_), source_.size());
    } else if (c == '"' || c == '\'') {
      skip_string(c);
    } else if (c == '\\') {
      line_.text += ' ';
      at_ += source_.substr(at_, 3) == "\\\r\n" ? 3 : 2;
    } else if (c == '\n') {
      ++at_;
      if (brackets_ == 0)
        end_line();
      else
        line_.text += ' ';
    } else {
      if (c == '(' || c == '[' || c == '{') ++brackets_;
      if ((c == ')' || c == ']' || c == '}') && brackets_ > 0) --brackets_;
      const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\f';
      if (line_.text.empty() && space)
        line_.indented |= c == ' ' || c == '\t';
      else
        line_.text += space ? ' ' : c;
      ++at_;
    }
  }

  /// A string is a blank: its quotes would only be in the way.
  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool triple = source_.substr(at_, 3) == three;
    at_ += triple ? 3 : 1;
    line_.text += ' ';
    while (at_ < source_.size()) {
      if (source_[at_] == '\\') {
        at_ += 2;
      } else if (triple ? source_.substr(at_, 3) == three : source_[at_] == quote) {
        at_ += triple ? 3 : 1;
        return;
      } else if (!triple && source_[at_] == '\n') {
        return;  // a mistake in the script: Python will name it
      } else {
        ++at_;
      }
    }
  }

  void end_line() {
    if (!line_.text.empty()) lines_.push_back(std::move(line_));
    line_ = {};
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t brackets_ = 0;
  LogicalLine line_;
  std::vector<LogicalLine> lines_;
};

std::vector<std::string_view> identifiers(std::string_view text) {
  std::vector<std::string_view> found;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && continues_identifier(text[end])) ++end;
    if (end > i && starts_identifier(text[i])) found.push_back(text.substr(i, end - i));
    i = std::max(end, i + 1);
  }
  return found;
}

/// Collects the names that one statement binds; what it cannot tell apart it takes for bound.
class NameCollector {
 public:
  explicit NameCollector(DefinedNames& out) : out_(out) {}

  void collect(std::string_view statement) {
    const auto words = identifiers(statement);
    if (words.empty()) return;
    const std::size_t def = words[0] == "async" && words.size() > 1 ? 1 : 0;
    if ((words[def] == "def" || words[def] == "class") && words.size() > def + 1) {
      add(words[def + 1]);
    } else if (std::find(words.begin(), words.end(), "import") != words.end()) {
      collect_import(statement, words);
    } else {
      collect_targets(statement);
    }
  }

 private:
  void add(std::string_view name) {
    if (name == "__getattr__") out_.complete = false;
    out_.names.emplace_back(name);
  }

  void collect_import(std::string_view statement, const std::vector<std::string_view>& words) {
    if (statement.find('*') != std::string_view::npos) out_.complete = false;
    for (const std::string_view word : words) add(word);
  }

  /// `a = b = …`, `a: T = …`, `a, b = …`: the names before each equals sign outside brackets.
  void collect_targets(std::string_view statement) {
    std::size_t depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < statement.size(); ++i) {
      const char c = statement[i];
      if (c == '(' || c == '[' || c == '{') ++depth;
      if ((c == ')' || c == ']' || c == '}') && depth > 0) --depth;
      if (c != '=' || depth > 0) continue;
      for (const auto name : identifiers(statement.substr(begin, i - begin))) add(name);
      begin = i + 1;
    }
  }

  DefinedNames& out_;
};

bool opens_definition(std::string_view line) {
  const auto words = identifiers(line.substr(0, 64));
  return !words.empty() && (words[0] == "def" || words[0] == "class" ||
                            (words[0] == "async" && words.size() > 1 && words[1] == "def"));
}

}  // namespace

Result<CallName> parse_call(std::string_view call) {
  const auto wrong = [&](std::string_view why) {
    return Error{ErrorCode::config, cat(in_quotes(call), " ", why)};
  };
  const std::size_t colon = call.rfind(':');
  if (colon == std::string_view::npos) return wrong("names no function");
  CallName name{std::string(call.substr(0, colon)), std::string(call.substr(colon + 1))};
  if (!name.file.ends_with(".py") || name.file.size() == 3 ||
      name.file.find('\0') != std::string::npos) {
    return wrong("names no Python file (*.py)");
  }
  if (!is_identifier(name.function)) return wrong("names no function after the colon");
  return name;
}

bool DefinedNames::may_have(std::string_view name) const {
  return !complete || std::find(names.begin(), names.end(), name) != names.end();
}

DefinedNames defined_names(std::string_view python) {
  DefinedNames found;
  NameCollector collector(found);
  bool in_definition = false;
  for (const LogicalLine& line : LineReader(python).read()) {
    if (!line.indented) in_definition = opens_definition(line.text);
    if (line.indented && in_definition) continue;
    if (opens_definition(line.text)) {
      collector.collect(line.text);
      continue;
    }
    for (std::size_t begin = 0; begin < line.text.size();) {
      const std::size_t end = std::min(line.text.find(';', begin), line.text.size());
      collector.collect(std::string_view(line.text).substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return found;
}

}  // namespace adyton::pipeline
