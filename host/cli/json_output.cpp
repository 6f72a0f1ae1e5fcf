#include "host/cli/json_output.h"

namespace adyton::cli {

void JsonOutput::write(std::string_view bytes) {
  if (error_) return;
  if (auto status = file_->write(bytes); !status) error_ = std::move(status).error();
}

void CanonicalValues::end_value() {
  flush();
  form_.clear();
  const json::Fault fault = canonicalizer_.append(value_, form_);
  value_.clear();
  if (fault_ == nullptr) fault_ = fault.message;
  if (fault_ != nullptr) return;
  out_.put(form_);
  out_.end_value();
}

}  // namespace adyton::cli
