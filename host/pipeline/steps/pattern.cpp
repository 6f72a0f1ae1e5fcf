#include "host/pipeline/steps/pattern.h"

#include <re2/re2.h>
#include <re2/stringpiece.h>

#include "host/base/text.h"

namespace adyton::pipeline {

Result<Pattern> Pattern::compile(std::string_view expression) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto engine =
      std::make_unique<re2::RE2>(re2::StringPiece(expression.data(), expression.size()), options);
  if (!engine->ok()) {
    return Error{ErrorCode::config,
                 cat(in_quotes(expression), " is not a regular expression: ", engine->error())};
  }
  return Pattern(std::move(engine));
}

Pattern::Pattern(std::unique_ptr<re2::RE2> engine) : engine_(std::move(engine)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

bool Pattern::is_in(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *engine_);
}

}  // namespace adyton::pipeline
