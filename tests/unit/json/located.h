#pragma once

#include <cstdint>
#include <initializer_list>
#include <tuple>
#include <vector>

#include "modules/json/locate.h"

/// The set of these pointers.
inline adyton::json::FieldSet fields(std::initializer_list<const char*> texts) {
  std::vector<adyton::json::Pointer> pointers;
  for (const char* text : texts) pointers.push_back(*adyton::json::Pointer::parse(text));
  return adyton::json::FieldSet(pointers);
}

/// All that was found, to be compared.
using Found = std::vector<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t,
                                     std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>>;

inline Found found_in(const adyton::json::Findings& findings) {
  Found out;
  for (const auto& m : findings.matches) {
    out.push_back({m.field, m.member, m.begin, m.end, m.container, m.position, m.comma, m.next});
  }
  for (const auto& g : findings.gaps) out.push_back({g.field, g.depth, g.begin, g.end, 0, 0, 0, 0});
  out.push_back({findings.repeated, 0, 0, 0, 0, 0, 0, 0});
  return out;
}
