#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/os.h"

namespace adyton::cli {

/// One of Adyton's own commands: `adyton NAME arguments…`. The table of them is in commands.cpp.
struct Command {
  std::string_view name;
  /// One line for `adyton --help`: what it does, without a final full stop.
  std::string_view summary;
  /// The whole command: `args` is what follows the name; returns the exit code. Prints its own
  /// messages. Runs on the main thread; Python has not been started.
  std::function<int(std::span<const std::string> args, Os& os)> run;
};

using Commands = std::span<const Command>;

/// What the command line asks for. First match:
///   argv[0] is called python…          Python, with every argument (a virtual environment's link)
///   no argument                        Python (the interactive interpreter)
///   "python" first                     Python, with the arguments after it
///   "--help", "help", "--version"      Adyton's help, Adyton's version
///   the name of a command first        that command, with the arguments after it
///   anything else                      Python, with every argument
/// So a script whose file is called like a command is started as `adyton ./run`.
class CommandLine {
 public:
  enum class Kind { python, help, version, command };

  /// `argv` (main's, without the null at its end) and `commands` outlive the object.
  CommandLine(std::span<char* const> argv, Commands commands);

  Kind kind() const { return kind_; }

  /// Kind::command: which one. Otherwise nullptr.
  const Command* command() const { return command_; }

  /// What follows the command's name (or "help").
  std::vector<std::string> arguments() const;

  /// Kind::python: the program's name and what Python parses; never empty.
  std::vector<char*> python_argv() const;

  /// The whole command line as it came.
  std::span<char* const> argv() const { return argv_; }

 private:
  Kind classify(Commands commands);

  std::span<char* const> argv_;
  /// The index of the first argument that belongs to whoever runs.
  std::size_t first_ = 1;
  const Command* command_ = nullptr;
  Kind kind_;
};

/// The command that `argument` may have been meant to be: it looks like a command's name (no
/// option, no path, no dot), is nearly one, and no file is called so.
std::optional<std::string_view> meant_command(const std::string& argument, Commands commands,
                                              Os& os);

}  // namespace adyton::cli
