// A DocumentIndex accepts what validate() and is_utf8() accept, with the same fault; what is found
// through it, one child after the other and by name and number, is what Boost.JSON finds; and so in
// a long text, which is read in another way.
#include <cstdlib>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "host/base/text.h"
#include "modules/json/children.h"
#include "modules/json/navigator.h"
#include "modules/json/pointer_to.h"

namespace json = adyton::json;

namespace {

constexpr std::size_t deepest = 200;

std::size_t hash_of(std::string_view name) {
  return name.size() % 4;  // many collide
}

void demand(bool holds) {
  if (!holds) std::abort();
}

/// A text with the readable bytes behind it that the index wants.
struct Indexed {
  Indexed(std::size_t before, std::string_view text) : padded(before, ' ') {
    padded += text;
    padded.append(json::scan_padding, '7');
    view = std::string_view(padded).substr(0, before + text.size());
    fault = index.build(view, deepest);
  }

  std::string padded;
  std::string_view view;
  json::DocumentIndex index;
  json::Fault fault;
  json::Navigator navigator{index, hash_of};
};

/// Whether everything in `spot` is what `value` holds.
void compare(Indexed& text, json::Spot spot, const boost::json::value& value) {
  const json::DocumentIndex& index = text.index;
  if (const auto* array = value.if_array()) {
    demand(index.at(spot) == '[' && text.navigator.size(spot) == array->size());
    json::Children children(index, spot);
    for (std::size_t i = 0; i < array->size(); ++i) {
      demand(children.next());
      const auto element = text.navigator.element(spot, i);
      demand(element && element->begin == children.value().begin);
      compare(text, *element, (*array)[i]);
    }
    demand(!children.next() && !text.navigator.element(spot, array->size()));
  } else if (const auto* object = value.if_object()) {
    demand(index.at(spot) == '{' && text.navigator.size(spot) == object->size());
    for (const auto& member : *object) {
      const auto found = text.navigator.member(spot, member.key());
      demand(found.has_value());
      demand(text.navigator.members(spot)->find(member.key())->begin == found->begin);
      compare(text, *found, member.value());
    }
  } else {
    demand(!index.is_container(spot) && boost::json::parse(index.raw(spot)) == value);
  }
}

/// Every byte has a place, whose name can be read again. (Of a repeated key it leads elsewhere.)
void find_places(Indexed& text) {
  for (std::size_t at = 0; at < text.view.size(); at += 7) {
    const auto pointer =
        json::Pointer::parse(json::pointer_to(text.index, at), json::Pointer::Stars::plain);
    demand(pointer.ok());
    text.navigator.follow(text.index.root(), pointer->tokens());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const std::size_t before : {0u, 200u}) {
    Indexed text(before, input);
    const json::Fault fault = json::validate(text.view);
    if (fault) demand(static_cast<bool>(text.fault));
    if (text.fault && fault && std::string_view(text.fault.message) != "nested too deep") {
      demand(text.fault.offset == fault.offset);
    }
    if (text.fault) {
      const bool deep = std::string_view(text.fault.message) == "nested too deep";
      demand(fault || deep || !adyton::is_utf8(text.view));
      continue;
    }
    demand(adyton::is_utf8(text.view));
    find_places(text);
    boost::json::parse_options options;
    options.max_depth = deepest + 1;
    boost::system::error_code code;
    const boost::json::value value = boost::json::parse(text.view, code, {}, options);
    if (!code.failed()) compare(text, text.index.root(), value);
  }
  return 0;
}
