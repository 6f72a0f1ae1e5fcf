#include "modules/json/stream_pick.h"

#include <algorithm>

#include "modules/json/scan.h"

namespace adyton::json {
namespace {

/// The longest text, quotes and all, that a key of so many bytes can have.
constexpr std::size_t longest_text(std::size_t key) {
  constexpr std::size_t longest_escape = 6;
  return key * longest_escape + 2;
}

}  // namespace

StreamPicker::StreamPicker(const Pointer& pointer, StreamWriter& writer) : writer_(writer) {
  for (const Pointer::Token& token : pointer.tokens()) {
    steps_.push_back({token.any, token.key, array_index(token.key)});
  }
  levels_.resize(steps_.size());
}

void StreamPicker::restart() {
  depth_ = 0;
  on_path_ = 0;
  inside_ = 0;
  mode_ = Mode::outside;
  writer_.restart();
}

/// Whether the pointer's tokens, as many as there are containers open, name the value that begins
/// here.
bool StreamPicker::named_so_far() const {
  if (depth_ == 0) return true;
  if (on_path_ != depth_) return false;
  const Step& step = steps_[depth_ - 1];
  const Level& level = levels_[depth_ - 1];
  if (step.any) return true;
  return level.array ? step.index == level.index : level.key_matches;
}

void StreamPicker::begin(TokenKind kind) {
  if (mode_ == Mode::value) return writer_.begin(kind);
  if (kind == TokenKind::key) {
    if (on_path_ != depth_ || steps_[depth_ - 1].any) return;
    mode_ = Mode::key;
    key_.clear();
    return;
  }
  if (depth_ != steps_.size() || !named_so_far()) return;
  mode_ = Mode::value;
  writer_.begin(kind);
}

/// What is too long to be the pointer's key is cut, and so is no key at all.
void StreamPicker::keep_key(std::string_view part) {
  const std::size_t most = longest_text(steps_[depth_ - 1].key.size()) + 1;
  key_ += part.substr(0, most - std::min(most, key_.size()));
}

void StreamPicker::end() {
  if (mode_ == Mode::value) {
    writer_.end();
    if (inside_ == 0) end_value();
  } else if (mode_ == Mode::key) {
    const std::string& wanted = steps_[depth_ - 1].key;
    characters_.clear();
    if (key_.size() <= longest_text(wanted.size())) {
      unescape(std::string_view(key_).substr(1, key_.size() - 2), characters_);
    }
    levels_[depth_ - 1].key_matches =
        key_.size() <= longest_text(wanted.size()) && characters_ == wanted;
    mode_ = Mode::outside;
  }
}

void StreamPicker::open(char bracket) {
  if (mode_ == Mode::value) {
    ++inside_;
    return writer_.open(bracket);
  }
  const bool named = named_so_far();
  if (named && depth_ == steps_.size()) {
    mode_ = Mode::value;
    inside_ = 1;
    return writer_.open(bracket);
  }
  ++depth_;
  if (!named) return;
  on_path_ = depth_;
  levels_[depth_ - 1] = {.array = bracket == '['};
}

void StreamPicker::close(char bracket) {
  if (mode_ == Mode::value) {
    writer_.close(bracket);
    if (--inside_ == 0) end_value();
    return;
  }
  if (on_path_ == depth_) --on_path_;
  --depth_;
}

void StreamPicker::comma() {
  if (mode_ == Mode::value) return writer_.comma();
  if (on_path_ == depth_) ++levels_[depth_ - 1].index;
}

void StreamPicker::end_value() {
  mode_ = Mode::outside;
  ++count_;
  writer_.end_value();
}

}  // namespace adyton::json
