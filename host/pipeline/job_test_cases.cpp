// The test file of a job: from TOML to cases.

#include <algorithm>
#include <array>
#include <set>

#include "host/base/text.h"
#include "host/pipeline/config_keys.h"
#include "host/pipeline/config_reader.h"
#include "host/pipeline/job_test.h"
#include "host/pipeline/toml_json.h"
#include "host/pipeline/toml_tree.h"
#include "modules/json/scan.h"

namespace adyton::pipeline {
namespace {

constexpr std::uint64_t largest_file = 64ULL << 20;

constexpr std::array case_keys = {
    KeyRule{.name = "name",
            .kind = KeyKind::text,
            .doc = "what the case is called",
            .example = "name = \"hides the email\"",
            .presence = Presence::required},
    KeyRule{.name = "input", .doc = "the records, as TOML values or JSON text"},
    KeyRule{.name = "input_file",
            .kind = KeyKind::path,
            .doc = "a file of them, in the source's format"},
    KeyRule{.name = "expect", .doc = "the records that go on, in their order"},
    KeyRule{.name = "expect_file", .kind = KeyKind::path, .doc = "a file of them, NDJSON"},
    KeyRule{.name = "expect_drop", .kind = KeyKind::flag, .doc = "every record is dropped"},
    KeyRule{.name = "expect_dead", .doc = "what the records that die die of"},
    KeyRule{.name = "decrypt", .kind = KeyKind::flag, .doc = "what was encrypted is opened first"},
    KeyRule{
        .name = "set", .kind = KeyKind::texts, .doc = "settings of the job, as --set takes them"},
    KeyRule{.name = "env", .doc = "variables of the environment"},
};

constexpr std::string_view input_example = "input = [ { id = 1 }, '{\"id\": 2}' ]";
constexpr std::string_view dead_example =
    "expect_dead = { step = 1, reason = \"missing field\", field = \"/email\" }";

class CaseReader {
 public:
  CaseReader(const TomlTable& table, Place at, Diagnostics& problems)
      : problems_(problems), reader_(table, "[[case]]", at, case_keys, problems) {
    test_.at = at;
  }

  TestCase read() {
    if (const auto* name = reader_.text("name")) test_.name = *name;
    if (const auto* path = reader_.text("input_file")) test_.input_file = *path;
    if (const auto* path = reader_.text("expect_file")) test_.expect_file = *path;
    if (const auto* flag = reader_.flag("decrypt")) test_.decrypt = *flag;
    if (const auto* flag = reader_.flag("expect_drop")) test_.expect_drop = *flag;
    for (const TomlValue* setting : reader_.texts("set")) {
      test_.set.push_back(*setting->as<std::string>());
    }
    if (const auto* input = reader_.find("input")) test_.input = records(*input, Check::no);
    if (const auto* expect = reader_.find("expect")) test_.expect = records(*expect, Check::yes);
    if (const auto* dead = reader_.find("expect_dead")) read_deaths(dead->value);
    if (const auto* env = reader_.find("env")) read_environment(env->value);
    check_combination();
    return std::move(test_);
  }

 private:
  enum class Check { no, yes };

  std::vector<std::string> records(const TomlEntry& entry, Check check) {
    std::vector<std::string> all;
    const auto* values = entry.value.as<TomlArray>();
    if (values == nullptr) {
      report_type(problems_, entry.key, "an array of records", entry.value, input_example);
      return all;
    }
    for (const TomlValue& value : *values) {
      if (const auto* text = value.as<std::string>()) {
        if (check == Check::yes) check_json(*text, value.at);
        all.push_back(*text);
        continue;
      }
      auto json = to_json(value);
      if (auto* problem = std::get_if<Diagnostic>(&json)) {
        problems_.push_back(std::move(*problem));
      } else {
        all.push_back(std::get<std::string>(std::move(json)));
      }
    }
    return all;
  }

  void check_json(const std::string& text, Place at) {
    std::string padded = text;
    padded.append(json::scan_padding, '\0');
    const json::Fault fault = json::validate(std::string_view(padded).substr(0, text.size()));
    if (!fault) return;
    problems_.push_back({at,
                         cat("a string stands for a record in JSON text, and this is none: ",
                             fault.message, " at byte ", fault.offset + 1),
                         "a record that is a string has quotes of its own: '\"text\"'"});
  }

  void read_deaths(const TomlValue& value) {
    if (const auto* one = value.as<TomlTable>()) return read_death(*one, value.at);
    const auto* several = value.as<TomlArray>();
    const bool tables = several != nullptr && !several->empty() &&
                        std::all_of(several->begin(), several->end(),
                                    [](const TomlValue& each) { return each.as<TomlTable>(); });
    if (!tables) {
      return report_type(problems_, "expect_dead", "a table, or an array of them", value,
                         dead_example);
    }
    for (const TomlValue& each : *several) read_death(*each.as<TomlTable>(), each.at);
  }

  void read_death(const TomlTable& table, Place at) {
    ExpectedDeath death;
    constexpr std::array<std::string_view, 4> names{"step", "use", "reason", "field"};
    for (const TomlEntry& entry : table) {
      std::string* const text = entry.key == "use"      ? &death.use
                                : entry.key == "reason" ? &death.reason
                                : entry.key == "field"  ? &death.field
                                                        : nullptr;
      if (text != nullptr) {
        const auto* given = entry.value.as<std::string>();
        if (given == nullptr) report_type(problems_, entry.key, "a string", entry.value);
        if (given != nullptr) *text = *given;
      } else if (entry.key == "step") {
        const auto* number = entry.value.as<std::int64_t>();
        if (number == nullptr || *number < 0 || *number > 1'000'000) {
          report_type(problems_, "step", "the number of a step, or 0 for reading", entry.value);
        } else {
          death.step = static_cast<std::uint32_t>(*number);
        }
      } else {
        problems_.push_back({entry.at, cat("expect_dead has no key ", in_quotes(entry.key)),
                             suggestion(entry.key, names, dead_example)});
      }
    }
    if (table.empty()) {
      problems_.push_back({at, "expect_dead says nothing", std::string(dead_example)});
    }
    test_.expect_dead.push_back(std::move(death));
  }

  void read_environment(const TomlValue& value) {
    const auto* table = value.as<TomlTable>();
    if (table == nullptr) {
      return report_type(problems_, "env", "a table", value, "env = { REGION = \"eu\" }");
    }
    for (const TomlEntry& entry : *table) {
      const auto* text = entry.value.as<std::string>();
      if (text == nullptr) report_type(problems_, entry.key, "a string", entry.value);
      if (text != nullptr) test_.environment[entry.key] = *text;
    }
  }

  void check_combination() {
    const auto report = [&](std::string message, std::string_view help) {
      problems_.push_back({test_.at, std::move(message), std::string(help)});
    };
    const bool input = reader_.has("input");
    const bool input_file = reader_.has("input_file");
    if (input && input_file) report("[[case]] has both input and input_file", "leave one out");
    if (!input && !input_file) report("[[case]] needs input or input_file", input_example);
    const bool expect = reader_.has("expect");
    const bool expect_file = reader_.has("expect_file");
    const bool dead = reader_.has("expect_dead");
    if (expect && expect_file) report("[[case]] has both expect and expect_file", "leave one out");
    if (test_.expect_drop && (expect || expect_file || dead)) {
      report("expect_drop = true says that every record is dropped, and the case expects more",
             "leave expect_drop out: what expect does not name must not go on");
    }
    if (!expect && !expect_file && !dead && !test_.expect_drop) {
      report("[[case]] expects nothing",
             "write expect = [ … ], expect_file, expect_dead or expect_drop = true");
    }
  }

  Diagnostics& problems_;
  TableReader reader_;
  TestCase test_;
};

void read_root(const TomlTable& root, TestCases& all) {
  Diagnostics& problems = all.diagnostics;
  std::set<std::string> names;
  for (const TomlEntry& entry : root) {
    const auto* cases = entry.value.as<TomlArray>();
    const bool tables =
        cases != nullptr && std::all_of(cases->begin(), cases->end(),
                                        [](const auto& c) { return c.template as<TomlTable>(); });
    if (entry.key != "case") {
      problems.push_back({entry.at, cat("a test file has no table ", in_quotes(entry.key)),
                          "it consists of cases, each of which begins with [[case]]"});
    } else if (!tables) {
      report_type(problems, "case", "tables", entry.value,
                  "every case begins with [[case]], in double brackets");
    } else {
      for (const TomlValue& value : *cases) {
        TestCase test = CaseReader(*value.as<TomlTable>(), value.at, problems).read();
        if (!test.name.empty() && !names.insert(test.name).second) {
          problems.push_back({value.at, cat("two cases are called ", in_quotes(test.name)), {}});
        }
        all.cases.push_back(std::move(test));
      }
    }
  }
  if (root.empty()) {
    problems.push_back({{}, "there is no case in it", "a case begins with [[case]]"});
  }
}

}  // namespace

std::string test_file_of(const std::string& job_path) {
  constexpr std::string_view ending = ".toml";
  std::string stem = job_path;
  if (stem.ends_with(ending)) stem.resize(stem.size() - ending.size());
  return stem + ".test.toml";
}

TestCases read_test_cases(Os& os, const std::string& path) {
  TestCases all;
  auto text = read_file(os, path, largest_file);
  if (!text) {
    all.diagnostics.push_back({{},
                               text.error().message,
                               "the cases of a job stand beside it: those of job.toml in "
                               "job.test.toml; docs/operate.md shows one"});
    return all;
  }
  all.source = *std::move(text);
  auto parsed = parse_toml(all.source);
  if (auto* problem = std::get_if<Diagnostic>(&parsed)) {
    all.diagnostics.push_back(std::move(*problem));
  } else {
    read_root(std::get<TomlTable>(parsed), all);
  }
  sort_by_place(all.diagnostics);
  return all;
}

}  // namespace adyton::pipeline
