#include "modules/json/pointer_to.h"

#include "host/base/text.h"
#include "modules/json/children.h"
#include "modules/json/pointer.h"

namespace adyton::json {
namespace {

std::string name_of(const Children& children) {
  std::string name(children.key());
  if (children.escaped()) {
    name.clear();
    unescape(children.key(), name);
  }
  return name;
}

}  // namespace

std::string pointer_to(const DocumentIndex& index, std::size_t offset) {
  std::string pointer;
  Spot at = index.root();
  for (bool within = true; within && index.is_container(at);) {
    Children children(index, at);
    within = false;
    for (std::size_t number = 0; !within && children.next(); ++number) {
      if (index.behind(children.value()).begin <= offset) continue;
      const char* const begin =
          index.at(at) == '{' ? children.key().data() - 1 : index.text() + children.value().begin;
      if (index.text() + offset < begin) break;
      pointer += '/';
      pointer += index.at(at) == '{' ? written_token(name_of(children)) : cat(number);
      at = children.value();
      within = true;
    }
  }
  return pointer;
}

}  // namespace adyton::json
