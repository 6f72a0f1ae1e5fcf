// The parser's loop, for one level of vector instructions. Included by parse.h once for each, with
//   ADYTON_JSON_LEVEL   the namespace of the level
//   ADYTON_JSON_BLOCK   its Block (block.h)
//   ADYTON_JSON_TARGET  what is to be written before each function, so that it may use them
// and therefore without a guard. Nothing here may be called but through Parser.

namespace adyton::json::ADYTON_JSON_LEVEL {

/// The place in the text is handed from function to function, so that it stays in a register.
/// Where a function gives the next place, null means a fault, which is noted.
template <class Handler>
class ParseLoop {
 public:
  using Block = ADYTON_JSON_BLOCK;

  explicit ParseLoop(ParseWork<Handler>& work)
      : work_(work),
        handler_(work.handler),
        end_(work.end),
        last_roomy_(reinterpret_cast<std::uintptr_t>(work.end) + 1 - block_reach) {}

  /// False with work.error set.
  ADYTON_JSON_TARGET bool run() {
    const char* p = skip_space(work_.begin);
    std::size_t count = 0;  // elements or members of the innermost container so far
    Step step = value(p);
    if (step == Step::array) goto open_array;
    if (step == Step::object) goto open_object;
    if (step == Step::fault) return false;

  finish:
    p = skip_space(p);
    return p == end_ || fail(ParseFault::extra_data, p);

  open_array:
    if (!push(Container::array, count, p)) return false;
    p = skip_indentation(p + 1, work_.frames.size());
    count = 0;
    if (*p == ']') goto close_array;

  element:
    step = value(p);
    if (step == Step::array) goto open_array;
    if (step == Step::object) goto open_object;
    if (step == Step::fault) return false;

  element_done:
    ++count;
    p = skip_indentation(p, work_.frames.size() - 1);
    if (*p == ',') [[likely]] {
      const char* const comma = p;
      p = skip_indentation(p + 1, work_.frames.size());
      if (*p != ']') [[likely]]
        goto element;
      return fail(ParseFault::trailing_comma_in_array, p, comma);
    }
    if (*p != ']') return fail(ParseFault::expected_comma, p);

  close_array:
    ++p;
    if (!handler_.end_array(count)) return fail(ParseFault::stopped, p);
    goto closed;

  open_object:
    if (!push(Container::object, count, p)) return false;
    p = skip_indentation(p + 1, work_.frames.size());
    count = 0;
    if (*p == '}') goto close_object;

  member:
    p = key(p);
    if (p == nullptr) return false;
    step = value(p);
    if (step == Step::array) goto open_array;
    if (step == Step::object) goto open_object;
    if (step == Step::fault) return false;

  member_done:
    ++count;
    p = skip_indentation(p, work_.frames.size() - 1);
    if (*p == ',') [[likely]] {
      const char* const comma = p;
      p = skip_indentation(p + 1, work_.frames.size());
      if (*p != '}') [[likely]]
        goto member;
      return fail(ParseFault::trailing_comma_in_object, p, comma);
    }
    if (*p != '}') return fail(ParseFault::expected_comma, p);

  close_object:
    ++p;
    if (!handler_.end_object(count)) return fail(ParseFault::stopped, p);

  closed:
    count = work_.frames.top().count;
    work_.frames.drop(1);
    if (work_.frames.empty()) goto finish;
    if (work_.frames.top().container == Container::object) goto member_done;
    goto element_done;
  }

 private:
  using Container = ParseFrame::Container;
  enum class Step : std::uint8_t { done, array, object, fault };

  [[gnu::noinline, gnu::cold]] bool fail(ParseFault fault, const char* where,
                                         const char* comma = nullptr) {
    work_.error = {fault, offset(where), comma == nullptr ? 0 : offset(comma)};
    return false;
  }

  std::size_t offset(const char* p) const { return static_cast<std::size_t>(p - work_.begin); }

  /// Whether block_reach bytes can be read from p on: what lies within a page of memory can.
  ADYTON_JSON_TARGET ADYTON_JSON_INLINE bool roomy(const char* p) const {
    const auto address = reinterpret_cast<std::uintptr_t>(p);
    if (address <= last_roomy_) [[likely]]
      return true;
#if defined(__SANITIZE_ADDRESS__)
    return false;
#else
    return (address & 4095) <= 4096 - block_reach;
#endif
  }

  ADYTON_JSON_TARGET ADYTON_JSON_INLINE const char* skip_space(const char* p) {
    if (static_cast<unsigned char>(*p) > ' ') [[likely]]
      return p;
    // One blank, as behind a comma or a colon.
    if (*p == ' ' && static_cast<unsigned char>(p[1]) > ' ') return p + 1;
    return skip_long_space(p, work_.space_before_other);
  }

  /// The same where a value or a key stands, or a bracket that closes, `depth` containers deep:
  /// there the white space is often a new line and as much indentation as the last time. To go on
  /// from there before it is known to be right takes the processor less time than to find out.
  ADYTON_JSON_TARGET ADYTON_JSON_INLINE const char* skip_indentation(const char* p,
                                                                     std::size_t depth) {
    if (static_cast<unsigned char>(*p) > ' ') [[likely]]
      return p;
    if (*p == ' ' && static_cast<unsigned char>(p[1]) > ' ') return p + 1;
    return skip_long_space(p, work_.space_before[depth % ParseWork<Handler>::depths]);
  }

  ADYTON_JSON_TARGET ADYTON_JSON_INLINE const char* skip_long_space(const char* p,
                                                                    std::uint8_t& usual) {
    if (!roomy(p)) [[unlikely]]
      return skip_space_slowly(p);
    const std::uint32_t others = Block::not_spaces(p);
    const std::uint8_t expected = usual;
    if ((others & ((std::uint32_t{2} << expected) - 1)) == std::uint32_t{1} << expected)
        [[likely]] {
      return p + expected;
    }
    if (others == 0) return skip_much_space(p + Block::size);
    usual = static_cast<std::uint8_t>(std::countr_zero(others));
    return p + usual;
  }

  ADYTON_JSON_TARGET [[gnu::noinline]] const char* skip_much_space(const char* p) {
    while (roomy(p)) {
      const std::uint32_t others = Block::not_spaces(p);
      if (others != 0) return p + std::countr_zero(others);
      p += Block::size;
    }
    return skip_space_slowly(p);
  }

  [[gnu::noinline]] static const char* skip_space_slowly(const char* p) {
    while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t') ++p;
    return p;
  }

  /// True if the text goes on with `word`. The NUL at the end stops the compare.
  template <std::size_t N>
  static bool is_word(const char* p, const char (&word)[N]) {
    for (std::size_t i = 0; i + 1 < N; ++i) {
      if (p[i] != word[i]) return false;
    }
    return true;
  }

  ADYTON_JSON_INLINE Step after(bool accepted, const char* p) {
    if (accepted) [[likely]]
      return Step::done;
    fail(ParseFault::stopped, p);
    return Step::fault;
  }

  /// The value at p, moving p behind it; or that a container begins at p.
  ADYTON_JSON_TARGET ADYTON_JSON_INLINE Step value(const char*& p) {
    switch (*p) {
      case '"':
        [[likely]] return string_value(p);
      case '{':
        return Step::object;
      case '[':
        return Step::array;
      case 't':
      case 'f':
      case 'n':
        return literal(p);
      default:
        return number(p);
    }
  }

  ADYTON_JSON_TARGET ADYTON_JSON_INLINE Step string_value(const char*& p) {
    StringToken token;
    const char* const close = string(p, StringRole::value, token);
    if (close == nullptr) [[unlikely]]
      return Step::fault;
    p = close;
    return after(handler_.string(token), p);
  }

  /// All three one way, without a branch: no processor foresees which of them comes.
  ADYTON_JSON_TARGET ADYTON_JSON_INLINE Step literal(const char*& p) {
    constexpr char words[][5] = {"alse", "null", "true"};
    const unsigned which = static_cast<unsigned char>(*p) >> 3 & 3;
    const char* const word = p + (which == 0 ? 1 : 0);
    const bool same =
        roomy(p) ? std::memcmp(word, words[which], 4) == 0 : is_word(word, words[which]);
    if (!same) [[unlikely]] {
      fail(ParseFault::expected_value, p);
      return Step::fault;
    }
    p = word + 4;
    return after(handler_.literal(static_cast<Literal>(which)), p);
  }

  ADYTON_JSON_TARGET ADYTON_JSON_INLINE Step number(const char*& p) {
    if constexpr (Handler::number_form != NumberForm::text) {
      if (!long_decimals_ && roomy(p)) [[likely]] {
        const NumberToken token = scan_short_number(detail::load_8(p), p);
        if (token.kind == NumberToken::Kind::integer) {
          p = token.end;
          return after(handler_.integer(token.integer), p);
        }
        if constexpr (Handler::number_form == NumberForm::value) {
          if (token.kind == NumberToken::Kind::real) {
            p = token.end;
            return after(handler_.real(token.real), p);
          }
        }
      }
    }
    if constexpr (Handler::number_form == NumberForm::value) {
      if (end_ - p >= static_cast<std::ptrdiff_t>(ordinary_number_reach)) [[likely]] {
        const std::uint32_t others = Block::not_digits(p);
        if (has_point(p, others)) {
          const Decimal decimal = Block::decimal(p, others);
          if (decimal.end != nullptr) [[likely]] {
            long_decimals_ = decimal.end - p > 8;
            p = decimal.end;
            return after(handler_.real(decimal.value), p);
          }
        }
        long_decimals_ = false;
        const NumberToken token = scan_ordinary_number(p, others);
        if (token.kind == NumberToken::Kind::integer) {
          p = token.end;
          return after(handler_.integer(token.integer), p);
        }
        if (token.kind == NumberToken::Kind::real) {
          p = token.end;
          return after(handler_.real(token.real), p);
        }
        if (token.kind == NumberToken::Kind::big_integer) {
          const char* const start = p;
          p = token.end;
          return big_integer(token, start);
        }
      }
    }
    return other_number(p);
  }

  [[gnu::noinline]] Step other_number(const char*& p) {
    const char* const start = p;
    constexpr bool as_text = Handler::number_form != NumberForm::value;
    const NumberToken token = as_text ? measure_number(p, end_) : scan_number(p, end_);
    if (token.kind == NumberToken::Kind::none) return constant(p);
    p = token.end;
    const std::string_view text(start, static_cast<std::size_t>(p - start));
    if constexpr (Handler::number_form == NumberForm::text) {
      return after(handler_.number(text, token.kind), p);
    } else {
      switch (token.kind) {
        case NumberToken::Kind::integer:
          return after(handler_.integer(token.integer), p);
        case NumberToken::Kind::real:
          if constexpr (as_text) {
            return after(handler_.number(text, token.kind), p);
          } else {
            return after(handler_.real(token.real), p);
          }
        default:
          return big_integer(token, start);
      }
    }
  }

  ADYTON_JSON_INLINE Step big_integer(const NumberToken& token, const char* start) {
    if constexpr (TakesUnsigned<Handler>) {
      if (token.is_unsigned) {
        return after(handler_.unsigned_integer(static_cast<std::uint64_t>(token.integer)),
                     token.end);
      }
    }
    const std::string_view text(start, static_cast<std::size_t>(token.end - start));
    return after(handler_.big_integer(text), token.end);
  }

  [[gnu::cold]] Step constant(const char*& p) {
    const char* const start = p;
    Constant constant = Constant::nan;
    if (is_word(p, "NaN")) {
      p += 3;
    } else if (is_word(p, "Infinity")) {
      constant = Constant::infinity;
      p += 8;
    } else if (is_word(p, "-Infinity")) {
      constant = Constant::minus_infinity;
      p += 9;
    } else {
      fail(ParseFault::expected_value, p);
      return Step::fault;
    }
    if (work_.options.non_finite == NonFinite::reject) {
      fail(ParseFault::non_finite_number, start);
      return Step::fault;
    }
    return after(handler_.constant(constant), p);
  }

  ADYTON_JSON_TARGET ADYTON_JSON_INLINE bool push(Container container, std::size_t count,
                                                  const char* p) {
    const bool array = container == Container::array;
    if (work_.frames.size() >= work_.options.max_depth) {
      return fail(array ? ParseFault::array_too_deep : ParseFault::object_too_deep, p);
    }
    work_.frames.push({count, container});
    const bool accepted = array ? handler_.begin_array() : handler_.begin_object();
    return accepted || fail(ParseFault::stopped, p + 1);
  }

  /// A member's key at p, and the colon behind it: gives where its value begins.
  ADYTON_JSON_TARGET ADYTON_JSON_INLINE const char* key(const char* p) {
    if (*p != '"') [[unlikely]] {
      fail(ParseFault::expected_key, p);
      return nullptr;
    }
    p = key_text(p);
    if (p == nullptr) [[unlikely]]
      return nullptr;
    p = skip_space(p);
    if (*p != ':') [[unlikely]] {
      fail(ParseFault::expected_colon, p);
      return nullptr;
    }
    return skip_space(p + 1);
  }

  ADYTON_JSON_TARGET ADYTON_JSON_INLINE const char* key_text(const char* p) {
    if constexpr (ForeseesKeys<Handler>) {
      const KeyPattern* const expected = handler_.expected_key();
      if (expected != nullptr && roomy(p + 1) && Block::begins_with(p + 1, *expected) &&
          expected->tail_matches(p + 1, end_)) [[likely]] {
        const char* const next = p + 1 + expected->size;
        handler_.take_expected_key();
        return next;
      }
    }
    return other_key(p);
  }

  ADYTON_JSON_TARGET [[gnu::noinline]] const char* other_key(const char* p) {
    StringToken token;
    p = string(p, StringRole::name, token);
    if (p == nullptr || handler_.key(token)) return p;
    fail(ParseFault::stopped, p);
    return nullptr;
  }

  /// The string at p (its opening quote): gives where it ends.
  ADYTON_JSON_TARGET ADYTON_JSON_INLINE const char* string(const char* p, StringRole role,
                                                           StringToken& token) {
    const char* const begin = p + 1;
    p = begin;
    while (roomy(p)) [[likely]] {
        const std::uint32_t specials = Block::specials(p);
        if (specials != 0) [[likely]] {
          p += std::countr_zero(specials);
          if (*p != '"') return other_string(begin, p, role, token);
          token.raw = {begin, static_cast<std::size_t>(p - begin)};
          token.length = token.raw.size();
          token.roomy = p <= reinterpret_cast<const char*>(last_roomy_);
          return p + 1;
        }
        p += Block::size;
      }
    return other_string(begin, p, role, token);
  }

  /// Near the text's end, or more than plain ASCII.
  [[gnu::noinline]] const char* other_string(const char* begin, const char* p, StringRole role,
                                             StringToken& token) {
    while (static_cast<signed char>(*p) >= ' ' && *p != '"' && *p != '\\') ++p;
    if (*p == '"') {
      token.raw = {begin, static_cast<std::size_t>(p - begin)};
      token.length = token.raw.size();
      return p + 1;
    }
    ShadowStrings* const shadow = work_.shadow;
    const char* const close = shadow == nullptr ? work_.decoder.read(begin, p, token)
                                                : shadow->read(begin, p, role, token);
    if (close != nullptr) return close + 1;
    const auto& fault = shadow == nullptr ? work_.decoder.fault() : shadow->fault();
    fail(fault.fault, fault.where);
    return nullptr;
  }

  ParseWork<Handler>& work_;
  Handler& handler_;
  const char* const end_;
  const std::uintptr_t last_roomy_;
  bool long_decimals_ = false;  // the last number was one, as the next is as a rule
};

}  // namespace adyton::json::ADYTON_JSON_LEVEL
