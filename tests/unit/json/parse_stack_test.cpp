#include "modules/json/parse_stack.h"

#include <doctest/doctest.h>

using adyton::json::ParseStack;

TEST_CASE("a stack keeps its elements when it outgrows the room inside") {
  ParseStack<int, 2> stack;
  for (int i = 0; i < 100; ++i) stack.push(i);
  CHECK(stack.size() == 100);
  CHECK(stack[0] == 0);
  CHECK(stack.last(3)[0] == 97);
  stack.drop(3);
  CHECK(stack.top() == 96);
  for (int i = 96; i >= 0; --i) CHECK(stack.pop() == i);
  CHECK(stack.empty());
}
