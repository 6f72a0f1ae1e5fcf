#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

/// What a test compares lists of messages as.
using Lines = std::vector<std::string>;

namespace doctest {

template <>
struct StringMaker<Lines> {
  static String convert(const Lines& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text.c_str();
  }
};

}  // namespace doctest
