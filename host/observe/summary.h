#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace adyton::observe {

/// What a run tells at its end. Holds no text of any record.
struct Summary {
  struct Dead {
    std::uint32_t step = 0;  // 0: reading
    std::string use;         // the step's kind; empty for reading
    std::string kind;
    std::uint64_t records = 0;
  };

  std::string job;
  std::string outcome;  // "done", "over budget", "stopped"
  std::uint64_t read = 0;
  std::uint64_t fanned_out = 0;
  std::uint64_t written = 0;
  std::uint64_t dropped = 0;
  std::uint64_t dead = 0;
  std::uint64_t blank = 0;
  std::uint64_t values = 0;  // encrypted or decrypted
  std::vector<Dead> dead_by;
  std::string first_dead;  // where and why; empty if there is none
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::string dead_letter;  // the file; empty if there is none
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  double seconds = 0;
};

/// Some lines for people.
std::string summary_text(const Summary& summary);

/// One JSON object on one line, the names those of Summary; bytes of a file name that are not UTF-8
/// become U+FFFD.
std::string summary_json(const Summary& summary);

}  // namespace adyton::observe
