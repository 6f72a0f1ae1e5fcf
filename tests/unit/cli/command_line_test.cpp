#include "host/cli/command_line.h"

#include <initializer_list>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "host/cli/help.h"

namespace adyton::cli {
namespace {

int nothing(std::span<const std::string>, Os&) {
  return 0;
}

const Command table[] = {
    {"run", "runs a job", nothing},
    {"check", "checks a job", nothing},
};

/// A command line that owns its strings, as the process's own memory does for main.
struct Line {
  explicit Line(std::initializer_list<const char*> words) : text(words.begin(), words.end()) {
    for (std::string& word : text) pointers.push_back(word.data());
  }
  CommandLine parse() const { return {pointers, table}; }

  std::vector<std::string> text;
  std::vector<char*> pointers;
};

std::vector<std::string> strings(const std::vector<char*>& pointers) {
  return {pointers.begin(), pointers.end()};
}

using Words = std::vector<std::string>;
using Kind = CommandLine::Kind;

}  // namespace

TEST_CASE("the name of a command in front is that command, with what follows") {
  const Line line{"/opt/bin/adyton", "check", "--help", "run"};
  const CommandLine parsed = line.parse();
  REQUIRE(parsed.kind() == Kind::command);
  CHECK(parsed.command() == &table[1]);
  CHECK(parsed.arguments() == Words{"--help", "run"});
}

TEST_CASE("what is no command is Python's, with every argument") {
  for (const char* first : {"script.py", "./run", "-c", "-", "-V", "-h", "runs", "Run", "", "--"}) {
    CAPTURE(first);
    const Line line{"adyton", first, "run"};
    const CommandLine parsed = line.parse();
    CHECK(parsed.kind() == Kind::python);
    CHECK(parsed.command() == nullptr);
    CHECK(strings(parsed.python_argv()) == Words{"adyton", first, "run"});
  }
}

TEST_CASE("a command's name counts only as the first argument") {
  const Line line{"adyton", "-u", "run"};
  CHECK(line.parse().kind() == Kind::python);
}

TEST_CASE("no argument is Python") {
  const Line line{"adyton"};
  CHECK(line.parse().kind() == Kind::python);
  CHECK(strings(line.parse().python_argv()) == Words{"adyton"});
}

TEST_CASE("an empty command line, which execve allows, is Python") {
  const Line line{};
  CHECK(line.parse().kind() == Kind::python);
  CHECK(line.parse().python_argv().empty());
}

TEST_CASE("the word python in front is taken out once") {
  const Line line{"adyton", "python", "python", "run"};
  CHECK(line.parse().kind() == Kind::python);
  CHECK(strings(line.parse().python_argv()) == Words{"adyton", "python", "run"});
}

TEST_CASE("a program name that begins with python is nothing but Python") {
  for (const char* name : {"python", "/v/bin/python3.11", "bin/pythonw"}) {
    for (const char* first : {"run", "--version", "--help", "help", "python"}) {
      CAPTURE(name);
      CAPTURE(first);
      const Line line{name, first};
      CHECK(line.parse().kind() == Kind::python);
      CHECK(strings(line.parse().python_argv()) == Words{name, first});
    }
  }
}

TEST_CASE("only the last part of the program name decides") {
  const Line line{"/opt/python/adyton", "run"};
  CHECK(line.parse().kind() == Kind::command);
}

TEST_CASE("help and version are Adyton's in their long form") {
  CHECK(Line{"adyton", "--help"}.parse().kind() == Kind::help);
  CHECK(Line{"adyton", "--version"}.parse().kind() == Kind::version);
  const Line line{"adyton", "help", "run"};
  CHECK(line.parse().kind() == Kind::help);
  CHECK(line.parse().arguments() == Words{"run"});
}

TEST_CASE("a word that is nearly a command, and no file, is taken for a typing mistake") {
  const auto os = make_os();
  CHECK(meant_command("chek", table, *os) == "check");
  CHECK(meant_command("halp", table, *os) == "help");
  CHECK_FALSE(meant_command("chek.py", table, *os));
  CHECK_FALSE(meant_command("./chek", table, *os));
  CHECK_FALSE(meant_command("-chek", table, *os));
  CHECK_FALSE(meant_command("orchestrate", table, *os));
  CHECK_FALSE(meant_command("", table, *os));
}

TEST_CASE("the help lists every command with its summary") {
  const std::string text = help_text(table);
  for (const Command& command : table) {
    CHECK(text.find("\n  " + std::string(command.name) + " ") != std::string::npos);
    CHECK(text.find(std::string(command.summary) + "\n") != std::string::npos);
  }
}

}  // namespace adyton::cli
