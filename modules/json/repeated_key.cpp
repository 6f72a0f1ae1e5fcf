#include "modules/json/repeated_key.h"

#include <unordered_set>
#include <vector>

namespace adyton::json {
namespace {

/// Looks at nothing but keys.
class Finder {
 public:
  static constexpr NumberForm number_form = NumberForm::text;

  explicit Finder(std::string_view text) : text_(text) {}

  const std::optional<RepeatedKey>& found() const { return found_; }

  bool literal(Literal) { return true; }
  bool integer(std::int64_t) { return true; }
  bool big_integer(std::string_view) { return true; }
  bool real(double) { return true; }
  bool number(std::string_view, NumberToken::Kind) { return true; }
  bool constant(Constant) { return true; }
  bool string(const StringToken&) { return true; }
  bool begin_array() { return true; }
  bool end_array(std::size_t) { return true; }

  bool begin_object() {
    open_.emplace_back();
    return true;
  }
  bool end_object(std::size_t) {
    open_.pop_back();
    return true;
  }
  bool key(const StringToken& token) {
    std::string name = to_utf8(token);
    if (open_.back().insert(name).second) return true;
    found_ = {static_cast<std::size_t>(token.raw.data() - text_.data()) - 1, std::move(name)};
    return false;
  }

 private:
  std::string_view text_;
  std::vector<std::unordered_set<std::string>> open_;
  std::optional<RepeatedKey> found_;
};

}  // namespace

std::optional<RepeatedKey> find_repeated_key(std::string_view text, const ParseOptions& options) {
  Finder finder(text);
  static_cast<void>(parse(text, options, finder));
  return finder.found();
}

}  // namespace adyton::json
