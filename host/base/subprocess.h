#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/result.h"

namespace adyton {

/// A program and its arguments, as execvp takes them: no shell reads them. A program's name without
/// a slash is looked for in PATH.
struct Command {
  std::vector<std::string> words;  // the first one is the program
  std::chrono::milliseconds timeout = std::chrono::minutes(1);

  /// "kms-wrap --key pii", for messages.
  std::string text() const;
};

/// Runs a command: `input` goes to its standard input, its standard output into `output`; how many
/// bytes that were. Blocks until it has ended. ErrorCode::io, naming the command, if it can't be
/// started, does not end with code 0 (the message then holds the last line of its standard error),
/// or is still running after the timeout (it is killed); ErrorCode::limit if it writes more than
/// `output` holds. No message holds a byte of input or output, and none of them is kept: what
/// `output` holds after a failure is the caller's to wipe. The environment and the working folder
/// are this process's. Any thread; the command gets no other open file of ours.
Result<std::size_t> run_command(const Command& command, std::string_view input,
                                std::span<char> output);

}  // namespace adyton
