#include "host/pipeline/config_expression.h"

#include <algorithm>
#include <array>
#include <vector>

namespace adyton::pipeline {
namespace {

using Kind = PythonToken::Kind;

/// As deep as CPython's tokeniser lets brackets lie in one another, and room for what else does.
constexpr unsigned most_brackets = 200;
constexpr unsigned most_nested = 2 * most_brackets;

/// What was parsed, as far as it matters for what may stand behind it.
enum class Shape {
  name,
  place,  // an attribute or an element: something that can be assigned to
  other,
};

/// A recursive descent through Python's grammar of expressions. Each function reads what it is
/// named after; the first fault ends all of them, as every token behind it is the end.
class ExpressionParser {
 public:
  explicit ExpressionParser(std::string_view source) : tokens_(source) {}

  PythonFault parse() {
    advance();
    if (at_.kind == Kind::end) fail("an expression is missing");
    expressions();
    if (at_.kind != Kind::end) unexpected();
    return tokens_.fault() ? tokens_.fault() : fault_;
  }

 private:
  // --- tokens ---

  void advance() {
    if (peeked_) {
      at_ = ahead_;
      peeked_ = false;
    } else {
      at_ = tokens_.next();
    }
    if (fault_) at_ = {Kind::end, {}, fault_.offset};
  }

  const PythonToken& peek() {
    if (!peeked_) ahead_ = tokens_.next();
    peeked_ = true;
    return ahead_;
  }

  void fail(const char* message) {
    if (!fault_) fault_ = {at_.offset, message};
    at_ = {Kind::end, {}, at_.offset};
    peeked_ = false;
  }

  void unexpected() {
    if (at_.is("=")) return fail("an expression cannot assign: == compares");
    if (at_.is(":=")) return fail("an assignment with := stands in parentheses");
    if (at_.is(")") || at_.is("]") || at_.is("}"))
      return fail("nothing was opened that this closes");
    if (at_.kind == Kind::end) return fail("the expression ends too early");
    if (at_.is("await") || at_.is("yield") || at_.is("async")) {
      return fail("await, yield and async have no use in a step");
    }
    if (at_.kind == Kind::keyword) return fail("this keyword cannot stand here");
    if (at_.kind == Kind::sign) return fail("this cannot stand here");
    fail("an operator or a comma is missing before this");
  }

  bool accept(std::string_view text) {
    if (!at_.is(text)) return false;
    advance();
    return true;
  }

  void expect(std::string_view text, const char* message) {
    if (!at_.is(text)) return at_.kind == Kind::end || at_.is("=") ? fail(message) : unexpected();
    advance();
  }

  /// Consumes an opening bracket; lines may end until it is closed.
  void open() {
    tokens_.open();
    if (++brackets_ > most_brackets) fail("nested too deep");
    advance();
  }

  void close(std::string_view bracket) {
    --brackets_;
    if (!at_.is(bracket)) {
      return at_.kind == Kind::end ? fail("a bracket is not closed") : unexpected();
    }
    tokens_.close();
    advance();
  }

  bool at_closing() const {
    return at_.kind == Kind::end || at_.is(")") || at_.is("]") || at_.is("}");
  }

  // --- expressions ---

  void expressions() {
    expression();
    while (accept(",")) {
      if (at_.kind == Kind::end && !fault_) return;
      expression();
    }
  }

  Shape expression() {
    if (++depth_ > most_nested) fail("nested too deep");
    const Shape shape = at_.is("lambda") ? lambda() : conditional();
    --depth_;
    return shape;
  }

  Shape conditional() {
    const Shape shape = disjunction();
    if (!accept("if")) return shape;
    disjunction();
    expect("else", "an if in an expression needs an else");
    expression();
    return Shape::other;
  }

  Shape disjunction() {
    Shape shape = inversion();
    while (accept("and") || accept("or")) {
      inversion();
      shape = Shape::other;
    }
    return shape;
  }

  Shape inversion() {
    bool negated = false;
    while (accept("not")) negated = true;
    const Shape shape = comparison();
    return negated ? Shape::other : shape;
  }

  bool accept_comparison() {
    constexpr std::array<std::string_view, 7> signs = {"==", "!=", "<", "<=", ">", ">=", "in"};
    for (const std::string_view sign : signs) {
      if (accept(sign)) return true;
    }
    if (accept("is")) {
      accept("not");
      return true;
    }
    if (at_.is("not") && peek().is("in")) {
      advance();
      advance();
      return true;
    }
    return false;
  }

  Shape comparison() {
    Shape shape = arithmetic();
    while (accept_comparison()) {
      arithmetic();
      shape = Shape::other;
    }
    return shape;
  }

  bool accept_operator() {
    constexpr std::array<std::string_view, 13> signs = {"+", "-", "*", "/",  "//", "%", "@",
                                                        "&", "|", "^", "<<", ">>", "**"};
    return std::any_of(signs.begin(), signs.end(), [&](std::string_view s) { return accept(s); });
  }

  /// Operands with operators between them: their precedence does not matter here.
  Shape arithmetic() {
    Shape shape = operand();
    while (accept_operator()) {
      operand();
      shape = Shape::other;
    }
    return shape;
  }

  Shape operand() {
    bool prefixed = false;
    while (accept("+") || accept("-") || accept("~")) prefixed = true;
    const Shape shape = primary();
    return prefixed ? Shape::other : shape;
  }

  Shape primary() {
    Shape shape = atom();
    for (;;) {
      if (accept(".")) {
        if (at_.kind != Kind::name) fail("a name is missing behind the dot");
        advance();
        shape = Shape::place;
      } else if (at_.is("(")) {
        arguments();
        shape = Shape::other;
      } else if (at_.is("[")) {
        subscript();
        shape = Shape::place;
      } else {
        return shape;
      }
    }
  }

  Shape atom() {
    switch (at_.kind) {
      case Kind::name:
        advance();
        return Shape::name;
      case Kind::number:
        advance();
        return Shape::other;
      case Kind::text:
      case Kind::bytes:
        strings();
        return Shape::other;
      default:
        break;
    }
    if (at_.is("(")) {
      parentheses();
    } else if (at_.is("[")) {
      open();
      if (!at_.is("]")) display();
      close("]");
    } else if (at_.is("{")) {
      braces();
    } else if (at_.is("...") || at_.is("True") || at_.is("False") || at_.is("None")) {
      advance();
    } else {
      unexpected();
    }
    return Shape::other;
  }

  void strings() {
    const Kind kind = at_.kind;
    while (at_.kind == Kind::text || at_.kind == Kind::bytes) {
      if (at_.kind != kind) return fail("bytes and text cannot be joined");
      advance();
    }
  }

  void named_expression() {
    if (expression() == Shape::name && accept(":=")) expression();
  }

  enum class Star { no, yes };

  /// An element of a display; tells whether it has a star.
  Star element() {
    if (accept("*")) {
      arithmetic();
      return Star::yes;
    }
    named_expression();
    return Star::no;
  }

  /// The elements of a list or a set, or a comprehension.
  void display() {
    const Star star = element();
    if (at_.is("for")) {
      if (star == Star::yes) fail("a comprehension cannot have a star");
      return comprehension();
    }
    while (accept(",") && !at_closing()) element();
  }

  void parentheses() {
    open();
    if (!at_.is(")")) {
      const Star star = element();
      if (star == Star::yes && !at_.is(",")) fail("a star needs a comma behind its value");
      if (at_.is("for")) {
        comprehension();
      } else {
        while (accept(",") && !at_closing()) element();
      }
    }
    close(")");
  }

  void braces() {
    open();
    if (at_.is("}")) return close("}");
    if (at_.is("**")) {
      pairs();
    } else if (at_.is("*")) {
      display();
    } else {
      const Shape shape = expression();
      if (at_.is(":")) {
        advance();
        expression();
        if (at_.is("for")) {
          comprehension();
        } else if (accept(",")) {
          pairs();
        }
      } else {
        if (shape == Shape::name && accept(":=")) expression();
        if (at_.is("for")) {
          comprehension();
        } else {
          while (accept(",") && !at_closing()) element();
        }
      }
    }
    close("}");
  }

  void pairs() {
    while (!at_closing()) {
      if (accept("**")) {
        arithmetic();
      } else {
        expression();
        expect(":", "a colon and a value are missing");
        expression();
      }
      if (!accept(",")) return;
    }
  }

  void comprehension() {
    while (accept("for")) {
      if (at_.is("in")) unexpected();
      targets();
      expect("in", "a comprehension needs an in");
      disjunction();
      while (accept("if")) disjunction();
    }
    if (at_.is("async")) unexpected();
  }

  /// What a comprehension's `for` assigns to.
  void targets() {
    do {
      if (at_.is("in") || at_closing()) return;
      target();
    } while (accept(","));
  }

  void target() {
    accept("*");
    if (at_.is("(") || at_.is("[")) {
      const std::string_view closing = at_.is("(") ? ")" : "]";
      open();
      targets();
      return close(closing);
    }
    if (primary() == Shape::other) fail("this cannot be assigned to");
  }

  void subscript() {
    open();
    if (at_.is("]")) fail("an index is missing");
    do {
      if (at_.is("]")) break;
      slice();
    } while (accept(","));
    close("]");
  }

  void slice() {
    if (at_.is("*")) {
      element();
      return;
    }
    if (!at_.is(":")) named_expression();
    for (int part = 0; part < 2 && accept(":"); ++part) {
      if (!at_.is(":") && !at_.is(",") && !at_.is("]")) expression();
    }
  }

  // --- calls and lambdas ---

  void arguments() {
    open();
    bool named = false;
    bool mapping = false;
    std::vector<std::string_view> names;
    for (bool first = true; !at_.is(")") && at_.kind != Kind::end; first = false) {
      if (accept("**")) {
        mapping = true;
        expression();
      } else if (at_.is("*")) {
        if (mapping) fail("a * argument cannot follow a ** one");
        advance();
        expression();
      } else if (at_.kind == Kind::name && peek().is("=")) {
        named = true;
        add_name(names, "an argument is named twice");
        advance();
        advance();
        expression();
      } else {
        if (named || mapping) fail("a positional argument cannot follow a named one");
        named_expression();
        if (at_.is("for")) {
          if (!first) fail("a generator among other arguments stands in parentheses");
          comprehension();
          if (at_.is(",")) fail("a generator among other arguments stands in parentheses");
        }
      }
      if (!accept(",")) break;
    }
    close(")");
  }

  void add_name(std::vector<std::string_view>& names, const char* message) {
    if (std::find(names.begin(), names.end(), at_.text) != names.end()) fail(message);
    names.push_back(at_.text);
  }

  Shape lambda() {
    advance();
    parameters();
    expect(":", "a lambda needs a colon");
    expression();
    return Shape::other;
  }

  void parameters() {
    std::vector<std::string_view> names;
    bool starred = false;
    bool bare = false;  // a * that a named parameter must follow
    bool slash = false;
    bool defaults = false;
    while (!at_.is(":") && at_.kind != Kind::end) {
      if (at_.is("/")) {
        if (slash || starred || names.empty()) fail("this / cannot stand here");
        slash = true;
        advance();
      } else if (at_.is("*")) {
        if (starred) fail("a lambda has one * at most");
        starred = true;
        advance();
        bare = at_.kind != Kind::name;
        if (!bare) parameter(names);
      } else if (accept("**")) {
        if (at_.kind != Kind::name || bare) fail("a name is missing");
        parameter(names);
        accept(",");
        return;
      } else {
        if (at_.kind != Kind::name) return unexpected();
        bare = false;
        parameter(names);
        if (accept("=")) {
          defaults = true;
          expression();
        } else if (defaults && !starred) {
          fail("a parameter without a default follows one with a default");
        }
      }
      if (!accept(",")) break;
    }
    if (bare) fail("a name is missing behind the *");
  }

  void parameter(std::vector<std::string_view>& names) {
    add_name(names, "a parameter is named twice");
    advance();
  }

  PythonTokens tokens_;
  PythonToken at_;
  PythonToken ahead_;
  bool peeked_ = false;
  unsigned brackets_ = 0;  // that are open
  unsigned depth_ = 0;     // of expressions in one another
  PythonFault fault_;
};

}  // namespace

PythonFault check_expression(std::string_view expression) {
  return ExpressionParser(expression).parse();
}

}  // namespace adyton::pipeline
