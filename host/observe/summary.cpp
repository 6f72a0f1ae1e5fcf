#include "host/observe/summary.h"

#include <algorithm>
#include <string_view>

#include "host/base/text.h"
#include "host/observe/units.h"

namespace adyton::observe {
namespace {

constexpr std::size_t label_width = 13;

std::string row(std::string_view label, std::string_view text) {
  return cat("  ", label, std::string(label_width - std::min(label.size(), label_width - 1), ' '),
             text, '\n');
}

std::string count(std::uint64_t number, std::string_view one, std::string_view many) {
  return cat(with_commas(number), ' ', number == 1 ? one : many);
}

/// "data/a.ndjson" where there is one, else "3 files".
std::string files(const std::vector<std::string>& paths) {
  if (paths.size() != 1) return count(paths.size(), "file", "files");
  return paths.front() == "-" ? "-" : in_quotes(paths.front());
}

std::string records_a_second(const Summary& summary) {
  if (!(summary.seconds > 0)) return "0 records/s";
  return cat(
      with_commas(static_cast<std::uint64_t>(static_cast<double>(summary.read) / summary.seconds)),
      " records/s");
}

std::string reason(const Summary::Dead& dead) {
  if (dead.step == 0) return cat("reading: ", dead.kind);
  return cat("step ", dead.step, " (", dead.use, "): ", dead.kind);
}

std::string dead_rows(const Summary& summary) {
  std::string text = with_commas(summary.dead);
  if (summary.dead > 0 && !summary.dead_letter.empty()) {
    text += cat(" in ", in_quotes(summary.dead_letter));
  }
  text = row("dead", text);
  for (const Summary::Dead& dead : summary.dead_by) {
    text += row("", cat(with_commas(dead.records), " x ", reason(dead)));
  }
  if (!summary.first_dead.empty()) text += row("", cat("first: ", summary.first_dead));
  return text;
}

/// Builds one JSON object.
class JsonObject {
 public:
  void add(std::string_view name, std::uint64_t number) { member(name) += cat(number); }
  void add(std::string_view name, std::string_view text) { append_string(text, member(name)); }
  void add_number(std::string_view name, const std::string& text) { member(name) += text; }

  void add(std::string_view name, const std::vector<std::string>& texts) {
    std::string& out = member(name);
    out += '[';
    for (const std::string& text : texts) {
      if (&text != &texts.front()) out += ',';
      append_string(text, out);
    }
    out += ']';
  }

  void add(std::string_view name, const std::vector<JsonObject>& objects) {
    std::string& out = member(name);
    out += '[';
    for (const JsonObject& object : objects) {
      if (&object != &objects.front()) out += ',';
      out += object.text();
    }
    out += ']';
  }

  std::string text() const { return cat('{', members_, '}'); }

 private:
  std::string& member(std::string_view name) {
    if (!members_.empty()) members_ += ',';
    append_string(name, members_);
    members_ += ':';
    return members_;
  }

  static void append_string(std::string_view text, std::string& out) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    while (!text.empty()) {
      const std::size_t length = utf8_sequence(text);
      const auto byte = static_cast<unsigned char>(text[0]);
      if (length == 0)
        out += "\ufffd";
      else if (byte < 0x20)
        out += cat("\\u00", hex[byte >> 4], hex[byte & 15]);
      else if (byte == '"' || byte == '\\')
        out += cat('\\', text[0]);
      else
        out += text.substr(0, length);
      text.remove_prefix(std::max<std::size_t>(1, length));
    }
    out += '"';
  }

  std::string members_;
};

JsonObject dead_object(const Summary::Dead& dead) {
  JsonObject object;
  object.add("step", dead.step);
  object.add("use", dead.use);
  object.add("kind", dead.kind);
  object.add("records", dead.records);
  return object;
}

}  // namespace

std::string summary_text(const Summary& summary) {
  std::string text =
      cat(summary.job, ": ", summary.outcome, " in ", human_time(summary.seconds), '\n');
  text += row("read",
              cat(count(summary.read, "record", "records"), " from ", files(summary.inputs), " (",
                  human_size(summary.bytes_in), ", ", human_rate(summary.bytes_in, summary.seconds),
                  ", ", records_a_second(summary), ')'));
  if (summary.fanned_out > 0) text += row("fanned out", with_commas(summary.fanned_out));
  if (summary.outputs.empty()) {
    text += row("written", "nothing was published");
  } else {
    text += row("written", cat(count(summary.written, "record", "records"), " to ",
                               files(summary.outputs), " (", human_size(summary.bytes_out), ')'));
  }
  if (summary.dropped > 0) text += row("dropped", with_commas(summary.dropped));
  text += dead_rows(summary);
  if (summary.blank > 0) text += row("blank lines", with_commas(summary.blank));
  if (summary.values > 0)
    text += row("values", cat(with_commas(summary.values), " encrypted or decrypted"));
  return text;
}

std::string summary_json(const Summary& summary) {
  std::vector<JsonObject> dead_by;
  for (const Summary::Dead& dead : summary.dead_by) dead_by.push_back(dead_object(dead));
  JsonObject object;
  object.add("job", summary.job);
  object.add("outcome", summary.outcome);
  object.add("read", summary.read);
  object.add("fanned_out", summary.fanned_out);
  object.add("written", summary.written);
  object.add("dropped", summary.dropped);
  object.add("dead", summary.dead);
  object.add("blank", summary.blank);
  object.add("values", summary.values);
  object.add("dead_by", dead_by);
  object.add("first_dead", summary.first_dead);
  object.add("inputs", summary.inputs);
  object.add("outputs", summary.outputs);
  object.add("dead_letter", summary.dead_letter);
  object.add("bytes_in", summary.bytes_in);
  object.add("bytes_out", summary.bytes_out);
  object.add_number("seconds", fixed(summary.seconds, 6));
  return cat(object.text(), '\n');
}

}  // namespace adyton::observe
