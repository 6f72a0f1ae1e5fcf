#include "host/pipeline/steps/paths.h"

#include "host/base/text.h"
#include "modules/json/scan.h"

namespace adyton::pipeline {
namespace {

/// Goes through the text and into those containers only in which a match lies. They are as deep as
/// the step's fields are long, and so is the recursion.
class PathWalk {
 public:
  PathWalk(std::string_view text, const std::vector<json::Match>& matches)
      : text_(text), matches_(matches) {
    paths_.reserve(matches.size());
  }

  std::vector<std::string> run() {
    std::size_t cursor = 0;
    json::skip_space(text_, cursor);
    if (!done() && next() != cursor) container(cursor, 0);
    if (!done()) paths_.push_back("");  // the whole text is the match
    return std::move(paths_);
  }

 private:
  bool done() const { return paths_.size() == matches_.size(); }
  std::size_t next() const { return matches_[paths_.size()].begin; }

  /// `cursor` is at the bracket of a container in which the next match lies.
  void container(std::size_t cursor, unsigned depth) {
    const bool object = text_[cursor] == '{';
    const std::size_t length = path_.size();
    for (std::size_t index = 0; !done(); ++index) {
      ++cursor;  // the bracket, or the comma
      json::skip_space(text_, cursor);
      path_.resize(length);
      path_ += '/';
      if (object) {
        append_key(cursor);
      } else {
        path_ += cat(index);
      }
      const std::size_t begin = cursor;
      if (json::skip_value(text_, cursor, depth + 1)) return;
      if (next() == begin) {
        paths_.push_back(path_);
      } else if (next() < cursor) {
        container(begin, depth + 1);
      }
      json::skip_space(text_, cursor);
      if (text_[cursor] != ',') break;
    }
    path_.resize(length);
  }

  /// Appends the key at `cursor` to the path, and moves the cursor to the member's value.
  void append_key(std::size_t& cursor) {
    const std::size_t begin = cursor + 1;
    bool escaped = false;
    (void)json::skip_string(text_, cursor, escaped);
    key_.clear();
    json::unescape(text_.substr(begin, cursor - 1 - begin), key_);
    append_token(key_, path_);
    json::skip_space(text_, cursor);
    ++cursor;  // the colon
    json::skip_space(text_, cursor);
  }

  std::string_view text_;
  const std::vector<json::Match>& matches_;
  std::vector<std::string> paths_;
  std::string path_;
  std::string key_;
};

}  // namespace

void append_token(std::string_view key, std::string& pointer) {
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else if (c == '*' && key.size() == 1) {
      pointer += "~2";
    } else {
      pointer += c;
    }
  }
}

std::vector<std::string> paths_of(std::string_view text, const std::vector<json::Match>& matches) {
  return PathWalk(text, matches).run();
}

}  // namespace adyton::pipeline
