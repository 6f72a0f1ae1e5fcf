#include "host/cli/dead_letter.h"

#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>

#include "host/base/base64.h"
#include "host/base/text.h"
#include "host/cli/dead_letter_replay.h"
#include "host/cli/options.h"
#include "host/cli/sealing.h"
#include "host/cli/terminal_text.h"
#include "host/pipeline/dead_letter_reader.h"
#include "modules/json/scan.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

using pipeline::DeadLetter;
using pipeline::DeadLetterReader;

constexpr std::string_view usage =
    "usage: adyton dead-letter list FILE [options]\n"
    "       adyton dead-letter stats FILE\n"
    "       adyton dead-letter replay FILE --job JOB -o OUT [options]\n"
    "\n"
    "The records that a run could not do, as its dead-letter file has them.\n"
    "\n"
    "  list     where each came from and what it died of\n"
    "  stats    how many died of what, and of which file\n"
    "  replay   reads them again from their source and runs the (mended) job over them alone\n"
    "\n"
    "example:\n"
    "  adyton dead-letter list out/dead.ndjson --step 2 --limit 5\n"
    "  adyton dead-letter replay out/dead.ndjson --job job.toml -o out/mended.ndjson\n"
    "\n"
    "try: adyton dead-letter list --help\n";

constexpr std::size_t print_size = 64 << 10;

int fail(std::string_view command, const Error& error) {
  complain(command, error.text());
  return exit_failed;
}

enum class Shown { places, records };

struct Selection {
  std::string path;
  std::optional<std::uint64_t> step;
  std::optional<std::string> reason;
  std::optional<std::uint64_t> limit;
  std::vector<std::string> identities;
  bool json = false;
  Shown shows = Shown::places;

  bool takes(const DeadLetter& letter) const {
    return (!step || *step == letter.step) && (!reason || *reason == letter.reason);
  }
};

std::variant<Selection, int> read_selection(std::string_view command,
                                            std::span<const std::string> args) {
  CommandOptions options{
      command,
      "file",
      "usage: adyton dead-letter list FILE [options]\n"
      "Shows where each dead record came from and what it died of, in the order of the file. What "
      "a\n"
      "record holds is shown only with --show-records.\n"
      "\n"
      "example:\n"
      "  adyton dead-letter list out/dead.ndjson --reason \"missing field\" --limit 5\n",
      {}};
  options.options.add_options()  //
      ("step", po::value<std::int64_t>()->value_name("N"),
       "only what died in the nth step; 0: of reading")                                //
      ("reason", po::value<std::string>()->value_name("R"), "only what died of this")  //
      ("limit", po::value<std::int64_t>()->value_name("N"), "the first N")             //
      ("json", "one JSON object a line")                                               //
      ("show-records",
       "with detail, traceback and bytes of the record, where the entry has them")  //
      ("identity,i", po::value<std::vector<std::string>>()->value_name("FILE"),
       "show the records of sealed entries, too, with an identity in FILE; may be given several "
       "times");
  auto parsed = parse_options(std::move(options), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  Selection selection;
  selection.path = values["file"].as<std::string>();
  selection.json = values.contains("json");
  if (values.contains("show-records")) selection.shows = Shown::records;
  selection.identities = all_of(values, "identity");
  if (!selection.identities.empty()) selection.shows = Shown::records;
  if (values.contains("reason")) selection.reason = values["reason"].as<std::string>();
  using Number = std::pair<const char*, std::optional<std::uint64_t>*>;
  for (const auto& [name, number] :
       {Number{"step", &selection.step}, {"limit", &selection.limit}}) {
    if (!values.contains(name)) continue;
    const auto value = values[name].as<std::int64_t>();
    if (value < 0) {
      complain(command, cat("--", name, " is a number from 0"));
      return exit_usage;
    }
    *number = static_cast<std::uint64_t>(value);
  }
  return selection;
}

/// "data/a.ndjson:17: step 2 (encrypt): missing field /user/email (offset 2033)".
std::string line_of(const DeadLetter& letter) {
  std::string text = cat(shown(letter.file), ':', letter.line, ": ",
                         shown(pipeline::describe_step(letter)), ": ", shown(letter.reason));
  if (!letter.field.empty()) text += cat(' ', shown(letter.field));
  if (!letter.digest.empty()) text += cat(", ", human_size(letter.length));
  return text + cat(" (offset ", letter.offset, ")");
}

std::string record_lines(const DeadLetter& letter) {
  std::string text;
  if (!letter.detail.empty()) text += cat("    ", shown(letter.detail), '\n');
  for (std::string_view rest = letter.traceback; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    text += cat("    ", shown(rest.substr(0, end)), '\n');
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (letter.record) text += cat("    ", shown(*letter.record), '\n');
  if (letter.sealed) text += "    sealed: see it with -i IDENTITY\n";
  return text;
}

class JsonLine {
 public:
  void text(std::string_view name, std::string_view value) {
    key(name);
    json::append_quoted(value, out_);
  }
  void number(std::string_view name, std::uint64_t value) {
    key(name);
    out_ += cat(value);
  }
  void flag(std::string_view name) {
    key(name);
    out_ += "true";
  }
  std::string take() { return cat('{', out_, "}\n"); }

 private:
  void key(std::string_view name) {
    if (!out_.empty()) out_ += ',';
    json::append_quoted(name, out_);
    out_ += ':';
  }
  std::string out_;
};

std::string json_of(const DeadLetter& letter, Shown shows) {
  JsonLine line;
  line.text("file", letter.file);
  line.number("offset", letter.offset);
  line.number("line", letter.line);
  line.number("step", letter.step);
  line.text("use", letter.use);
  line.text("reason", letter.reason);
  if (!letter.field.empty()) line.text("field", letter.field);
  if (!letter.digest.empty()) {
    line.number("length", letter.length);
    line.text("digest", letter.digest);
  }
  if (shows == Shown::places) return line.take();
  if (letter.sealed) line.flag("sealed");
  if (!letter.detail.empty()) line.text("detail", letter.detail);
  if (!letter.traceback.empty()) line.text("traceback", letter.traceback);
  if (letter.record && is_utf8(*letter.record)) {
    line.text("record", *letter.record);
  } else if (letter.record) {
    line.text("record_base64",
              base64::encode(as_bytes(*letter.record), base64::Alphabet::standard));
  }
  return line.take();
}

int list(std::span<const std::string> args, Os& os) {
  constexpr std::string_view command = "dead-letter list";
  const auto parsed = read_selection(command, args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& selection = std::get<Selection>(parsed);
  const auto identities = letter_identities(os, selection.identities);
  if (!identities) return fail(command, identities.error());
  auto reader = DeadLetterReader::open(os, selection.path, *identities);
  if (!reader) return fail(command, reader.error());
  std::uint64_t listed = 0;
  std::string text;
  while (!selection.limit || listed < *selection.limit) {
    const auto letter = reader->next();
    if (!letter) {
      print(text);
      return fail(command, letter.error());
    }
    if (!*letter) break;
    if (!selection.takes(**letter)) continue;
    ++listed;
    text += selection.json ? json_of(**letter, selection.shows) : line_of(**letter) + '\n';
    if (!selection.json && selection.shows == Shown::records) text += record_lines(**letter);
    if (text.size() < print_size) continue;
    if (!print(text)) return exit_failed;
    text.clear();
  }
  return print(text) ? exit_done : exit_failed;
}

// --- stats ---------------------------------------------------------------------------------------

struct OfFile {
  std::uint64_t letters = 0;
  std::uint64_t first_line = 0;
  std::uint64_t last_line = 0;
};

struct Stats {
  std::uint64_t letters = 0;
  std::map<std::tuple<std::uint32_t, std::string, std::string>, std::uint64_t> by_step;
  std::map<std::string, OfFile> by_file;
  std::string first;
  std::string last;

  void add(const DeadLetter& letter) {
    ++letters;
    ++by_step[{letter.step, pipeline::describe_step(letter), letter.reason}];
    OfFile& file = by_file[letter.file];
    ++file.letters;
    if (file.first_line == 0 || letter.line < file.first_line) file.first_line = letter.line;
    file.last_line = std::max(file.last_line, letter.line);
    last = line_of(letter);
    if (first.empty()) first = last;
  }
};

std::string row(std::uint64_t count, std::string_view text) {
  const std::string number = with_commas(count);
  return cat(std::string(number.size() < 12 ? 12 - number.size() : 1, ' '), number, "  ", text,
             '\n');
}

std::string stats_text(const std::string& path, const Stats& stats) {
  std::string text = cat(shown(path), ": ", with_commas(stats.letters),
                         stats.letters == 1 ? " dead letter" : " dead letters", '\n');
  if (stats.letters == 0) return text;
  text += "  by step and reason\n";
  for (const auto& [what, count] : stats.by_step) {
    text += row(count, cat(shown(std::get<1>(what)), ": ", shown(std::get<2>(what))));
  }
  text += "  by file\n";
  for (const auto& [file, of] : stats.by_file) {
    const std::string lines = of.first_line == of.last_line
                                  ? cat("line ", of.first_line)
                                  : cat("lines ", of.first_line, " to ", of.last_line);
    text += row(of.letters, cat(shown(file), ", ", lines));
  }
  return text + cat("  first: ", stats.first, "\n  last:  ", stats.last, '\n');
}

int stats(std::span<const std::string> args, Os& os) {
  constexpr std::string_view command = "dead-letter stats";
  CommandOptions options{command,
                         "file",
                         "usage: adyton dead-letter stats FILE\n"
                         "Counts the dead records by step and reason, and by file.\n"
                         "\n"
                         "example:\n"
                         "  adyton dead-letter stats out/dead.ndjson\n",
                         {}};
  auto parsed = parse_options(std::move(options), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& path = std::get<po::variables_map>(parsed)["file"].as<std::string>();
  auto reader = DeadLetterReader::open(os, path);
  if (!reader) return fail(command, reader.error());
  Stats all;
  for (;;) {
    const auto letter = reader->next();
    if (!letter) return fail(command, letter.error());
    if (!*letter) break;
    all.add(**letter);
  }
  return print(stats_text(path, all)) ? exit_done : exit_failed;
}

}  // namespace

int dead_letter_command(std::span<const std::string> args, Os& os,
                        const StartScripts& start_scripts) {
  const std::string name = args.empty() ? "" : args[0];
  if (name == "--help" || name == "help") return print(usage) ? exit_done : exit_failed;
  if (name == "list") return list(args.subspan(1), os);
  if (name == "stats") return stats(args.subspan(1), os);
  if (name == "replay") return dead_letter_replay(args.subspan(1), os, start_scripts);
  constexpr std::array<std::string_view, 3> names{"list", "stats", "replay"};
  std::string message =
      name.empty() ? "list, stats or replay?" : cat("there is no ", in_quotes(name));
  if (const auto meant = name.empty() ? std::nullopt : did_you_mean(name, names)) {
    message += cat("; did you mean ", *meant, "?");
  } else if (!name.empty() && os.exists(name)) {
    message += cat(", but a file: try adyton dead-letter list ", name);
  }
  complain("dead-letter", message);
  std::fputs("try: adyton dead-letter --help\n", stderr);
  return exit_usage;
}

}  // namespace adyton::cli
