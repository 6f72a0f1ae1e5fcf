// Any bytes as JSON: refused, or given a canonical form that is JSON in UTF-8 and its own form.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "host/base/text.h"
#include "modules/json/canonical.h"

using namespace adyton;
using namespace adyton::json;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

bool is_json(std::string text) {
  const std::size_t size = text.size();
  text.append(scan_padding, '\0');
  return !validate(std::string_view(text).substr(0, size));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(as_text({data, size}));
  std::string form;
  std::string exact;
  const Fault fault = Canonicalizer(Integers::doubles).append(text, form);
  const Fault exact_fault = Canonicalizer(Integers::exact).append(text, exact);
  if (fault) {
    demand(form.empty() && fault.offset <= size);
    if (std::strstr(fault.message, "last digit") == nullptr) demand(bool(exact_fault));
  } else {
    demand(!exact_fault && exact == form);
  }
  for (const std::string& canonical : {form, exact}) {
    if (canonical.empty()) continue;
    demand(is_json(canonical) && is_utf8(canonical) && is_json(text));
    std::string again;
    demand(!Canonicalizer(Integers::exact).append(canonical, again) && again == canonical);
  }
  return 0;
}
