#include "host/pipeline/steps/forms.h"

#include "modules/json/scan.h"

namespace adyton::pipeline {

bool Forms::add_characters(std::string_view value) {
  if (value.front() != '"') return false;
  const std::string_view inside = value.substr(1, value.size() - 2);
  if (inside.find('\\') == std::string_view::npos) {
    add_view(inside);
    return true;
  }
  if (!json::unescape(inside, kept_)) {
    kept_.resize(made_);
    return false;
  }
  add_made();
  return true;
}

json::Fault Forms::add_canonical(std::string_view value, json::Canonicalizer& canonicalizer) {
  if (value.front() == '"') {
    if (add_characters(value)) return {};
    return {0, "a surrogate without its other half is no character"};
  }
  const json::Fault fault = canonicalizer.append(value, kept_);
  if (!fault) add_made();
  return fault;
}

}  // namespace adyton::pipeline
