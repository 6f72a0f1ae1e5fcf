#include "host/observe/units.h"

#include <cmath>

#include <doctest/doctest.h>

using namespace adyton::observe;

TEST_CASE("a time is told in the unit that fits it") {
  CHECK(human_time(0) == "0.0 s");
  CHECK(human_time(9.94) == "9.9 s");
  CHECK(human_time(9.96) == "10 s");
  CHECK(human_time(59.4) == "59 s");
  CHECK(human_time(59.6) == "1 min 0 s");
  CHECK(human_time(3599) == "59 min 59 s");
  CHECK(human_time(7800) == "2 h 10 min");
}

TEST_CASE("a time that is none is told all the same") {
  CHECK(human_time(-1) == "0.0 s");
  CHECK(human_time(std::nan("")) == "0.0 s");
  CHECK(human_time(INFINITY) == human_time(3.2e7));
}

TEST_CASE("a rate has three digits at most") {
  CHECK(human_rate(0, 1) == "0 B/s");
  CHECK(human_rate(999, 1) == "999 B/s");
  CHECK(human_rate(9940, 1) == "9.9 kB/s");
  CHECK(human_rate(9960, 1) == "10 kB/s");
  CHECK(human_rate(999'600, 1) == "1.0 MB/s");
  CHECK(human_rate(812'000'000, 1) == "812 MB/s");
  CHECK(human_rate(1'400'000'000, 1) == "1.4 GB/s");
  CHECK(human_rate(100, 0) == "0 B/s");
}

TEST_CASE("a decimal number does not depend on the locale") {
  CHECK(fixed(1.25, 1) == "1.2");
  CHECK(fixed(1234.5, 3) == "1234.500");
}
