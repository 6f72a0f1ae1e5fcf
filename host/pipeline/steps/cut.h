#pragma once

#include <vector>

#include "host/pipeline/batch.h"
#include "modules/json/locate.h"

namespace adyton::pipeline {

/// A stretch of a record's text to be taken out.
struct Cut {
  std::size_t begin;
  std::size_t end;
};

/// What to take out so that the matches' members go and the commas between the others stay right.
/// Matches are in the order of the text; so are the cuts, and they do not touch one another.
class Cutter {
 public:
  const std::vector<Cut>& cut(const std::vector<json::Match>& matches) {
    cuts_.clear();
    gone_.clear();
    for (const json::Match& match : matches) {
      std::uint32_t& gone = gone_in(match.container);
      const bool neighbour_before = match.position > gone;
      ++gone;
      if (neighbour_before) {
        cuts_.push_back({match.comma, match.end});
      } else {
        cuts_.push_back({match.member, match.next == json::no_offset ? match.end : match.next});
      }
    }
    return cuts_;
  }

 private:
  struct Gone {
    std::uint32_t container;
    std::uint32_t members;
  };

  /// Containers close in reverse order, so the one wanted is near the end.
  std::uint32_t& gone_in(std::uint32_t container) {
    for (auto it = gone_.rbegin(); it != gone_.rend(); ++it) {
      if (it->container == container) return it->members;
    }
    return gone_.emplace_back(Gone{container, 0}).members;
  }

  std::vector<Cut> cuts_;
  std::vector<Gone> gone_;
};

/// Puts the record into the rewrite without what the cuts take out.
inline void take_out(const Record& record, const std::vector<Cut>& cuts, Rewrite& rewrite) {
  if (cuts.empty()) return rewrite.keep(record);
  rewrite.begin(record);
  std::size_t done = record.text_begin;
  for (const Cut& cut : cuts) {
    rewrite.copy(done, record.text_begin + cut.begin);
    done = record.text_begin + cut.end;
  }
  rewrite.copy(done, record.text_end);
  rewrite.end();
}

}  // namespace adyton::pipeline
