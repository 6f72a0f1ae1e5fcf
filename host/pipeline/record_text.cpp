#include "host/pipeline/record_text.h"

#include <algorithm>
#include <map>

#include "host/base/text.h"
#include "modules/json/canonical.h"
#include "modules/json/scan.h"

namespace adyton::pipeline {
namespace {

/// A JSON text with the room behind it that the scanner wants.
class Padded {
 public:
  explicit Padded(std::string_view text) : bytes_(text), size_(text.size()) {
    bytes_.append(json::scan_padding, '\0');
  }
  std::string_view text() const { return std::string_view(bytes_).substr(0, size_); }

 private:
  std::string bytes_;
  std::size_t size_;
};

/// A member of an object or an element of an array, by offsets into the text.
struct Item {
  std::string key;  // unescaped; of an element its index
  std::size_t key_begin = 0;
  std::size_t key_end = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Where a value lies in a text.
struct Value {
  std::string_view text;
  std::size_t begin = 0;
  std::size_t end = 0;

  std::string_view view() const { return text.substr(begin, end - begin); }
  char first() const { return text[begin]; }
  bool is_container() const { return first() == '{' || first() == '['; }
};

Value whole(std::string_view text) {
  Value value{text, 0, text.size()};
  json::skip_space(text, value.begin);
  value.end = text.find_last_not_of(" \t\r\n") + 1;
  return value;
}

/// Precondition: the value is an object or an array.
std::vector<Item> items(const Value& value) {
  std::vector<Item> all;
  const bool object = value.first() == '{';
  std::size_t at = value.begin + 1;
  json::skip_space(value.text, at);
  while (value.text[at] != '}' && value.text[at] != ']') {
    Item item;
    if (object) {
      bool escaped = false;
      item.key_begin = at;
      (void)json::skip_string(value.text, at, escaped);
      item.key_end = at;
      (void)json::unescape(value.text.substr(item.key_begin + 1, at - item.key_begin - 2),
                           item.key);
      json::skip_space(value.text, at);
      ++at;  // the colon
      json::skip_space(value.text, at);
    } else {
      item.key = cat(all.size());
    }
    item.begin = at;
    (void)json::skip_value(value.text, at, 1);
    item.end = at;
    all.push_back(std::move(item));
    json::skip_space(value.text, at);
    if (value.text[at] == ',') ++at;
    json::skip_space(value.text, at);
  }
  return all;
}

std::string escaped_token(std::string_view key) {
  std::string token;
  for (const char c : key) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

class Comparison {
 public:
  void compare(const Value& before, const Value& after, const std::string& pointer) {
    if (before.view() == after.view()) return;
    if (before.first() != after.first() || !before.is_container()) {
      changes_.push_back({pointer, std::string(before.view()), std::string(after.view())});
      return;
    }
    const std::vector<Item> old_items = items(before);
    const std::vector<Item> new_items = items(after);
    std::multimap<std::string_view, const Item*> left;
    for (const Item& item : old_items) left.emplace(item.key, &item);
    std::vector<Change> added;
    for (const Item& item : new_items) {
      const std::string path = cat(pointer, '/', escaped_token(item.key));
      const auto found = left.find(item.key);
      const Value value{after.text, item.begin, item.end};
      if (found == left.end()) {
        added.push_back({path, {}, std::string(value.view())});
        continue;
      }
      compare({before.text, found->second->begin, found->second->end}, value, path);
      left.erase(found);
    }
    for (const Item& item : old_items) {
      const auto [first, last] = left.equal_range(item.key);
      const bool gone =
          std::any_of(first, last, [&](const auto& each) { return each.second == &item; });
      if (!gone) continue;
      changes_.push_back({cat(pointer, '/', escaped_token(item.key)),
                          std::string(before.text.substr(item.begin, item.end - item.begin)),
                          {}});
    }
    std::move(added.begin(), added.end(), std::back_inserter(changes_));
  }

  std::vector<Change> take() { return std::move(changes_); }

 private:
  std::vector<Change> changes_;
};

class Placeholders {
 public:
  explicit Placeholders(const std::function<bool(std::string_view)>& is_encrypted)
      : is_encrypted_(is_encrypted) {}

  void write(const Value& actual, const Value& expected, std::string& out) const {
    const std::string_view wanted = expected.view();
    if (wanted == any_value || (wanted == encrypted_value && is_encrypted_(actual.view()))) {
      out += wanted;
    } else if (actual.first() != expected.first() || !actual.is_container()) {
      out += actual.view();
    } else {
      write_items(actual, expected, out);
    }
  }

 private:
  void write_items(const Value& actual, const Value& expected, std::string& out) const {
    const std::vector<Item> wanted = items(expected);
    std::map<std::string_view, const Item*> by_key;
    for (const Item& item : wanted) by_key.emplace(item.key, &item);
    std::size_t done = actual.begin;
    for (const Item& item : items(actual)) {
      const auto found = by_key.find(item.key);
      if (found == by_key.end()) continue;
      out += actual.text.substr(done, item.begin - done);
      write({actual.text, item.begin, item.end},
            {expected.text, found->second->begin, found->second->end}, out);
      done = item.end;
    }
    out += actual.text.substr(done, actual.end - done);
  }

  const std::function<bool(std::string_view)>& is_encrypted_;
};

}  // namespace

std::vector<Change> changes(std::string_view before, std::string_view after) {
  const Padded old_text(before);
  const Padded new_text(after);
  Comparison comparison;
  comparison.compare(whole(old_text.text()), whole(new_text.text()), "");
  return comparison.take();
}

std::string canonical(std::string_view record) {
  json::Canonicalizer canonicalizer(json::Integers::exact);
  std::string text;
  if (canonicalizer.append(record, text)) return std::string(record);
  return text;
}

std::string laid_out(std::string_view canonical_record) {
  std::string out;
  std::size_t depth = 0;
  bool in_string = false;
  const auto new_line = [&] { out.append(1, '\n').append(2 * depth, ' '); };
  for (std::size_t i = 0; i < canonical_record.size(); ++i) {
    const char c = canonical_record[i];
    if (in_string) {
      out += c;
      if (c == '\\' && i + 1 < canonical_record.size()) out += canonical_record[++i];
      if (c == '"') in_string = false;
      continue;
    }
    const bool opens = c == '{' || c == '[';
    const bool closes = c == '}' || c == ']';
    const char last = out.empty() ? '\0' : out.back();
    if (closes) --depth;
    if (closes && last != '{' && last != '[') new_line();
    out += c;
    in_string = c == '"';
    if (opens) ++depth;
    const char next = i + 1 < canonical_record.size() ? canonical_record[i + 1] : '\0';
    if (c == ',' || (opens && next != '}' && next != ']')) new_line();
    if (c == ':') out += ' ';
  }
  return out;
}

std::string with_placeholders(std::string_view actual, std::string_view expected,
                              const std::function<bool(std::string_view value)>& is_encrypted) {
  const Padded actual_text(actual);
  const Padded expected_text(expected);
  std::string out;
  Placeholders(is_encrypted).write(whole(actual_text.text()), whole(expected_text.text()), out);
  return out;
}

}  // namespace adyton::pipeline
