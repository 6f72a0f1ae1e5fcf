#include "host/cli/json.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <variant>
#include <vector>

#include <unistd.h>

#include "host/base/text.h"
#include "host/cli/json_input.h"
#include "host/cli/json_output.h"
#include "host/cli/options.h"
#include "host/cli/terminal_text.h"
#include "host/pipeline/codec.h"
#include "host/pipeline/diagnostic.h"
#include "modules/json/parse_fault.h"
#include "modules/json/stream.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

constexpr std::string_view command_name = "json";
constexpr std::string_view usage =
    "usage: adyton json [options] [FILE [POINTER]]\n"
    "Formats a JSON text, or what a pointer names in it: every element on its own line. FILE may\n"
    "be of any size, and gzip or zstd; - or nothing is standard input. Strings and numbers stay "
    "as\n"
    "they are written, only the white space between them changes.\n"
    "POINTER is a JSON Pointer (RFC 6901) as \"/users/0/name\"; * stands for every element or\n"
    "member, ~2 for a literal *.\n"
    "exit code: 0 done, 1 not JSON, nothing at POINTER, or a file that fails, 2 usage\n";

enum class Form { indented, compact, canonical, check };
enum class Documents { one, lines };

constexpr unsigned widest_indent = 16;

struct Request {
  std::string file = "-";
  json::Pointer pointer;
  Form form = Form::indented;
  Documents documents = Documents::one;
  json::StreamLayout layout;
};

std::string name_of(const Request& request) {
  return request.file == "-" ? "standard input" : shown(request.file);
}

// Reading the command line.

constexpr json::StreamColors colors = {.key = "\x1b[34;1m",
                                       .string = "\x1b[32m",
                                       .number = "\x1b[36m",
                                       .word = "\x1b[35m",
                                       .reset = "\x1b[0m"};

bool terminal_wants_colors() {
  const char* const refused = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) != 0 && (refused == nullptr || *refused == '\0') &&
         (terminal == nullptr || std::string_view(terminal) != "dumb");
}

po::options_description described_options() {
  po::options_description options;
  options.add_options()                                                                         //
      ("compact", "no white space at all")                                                      //
      ("indent", po::value<int>()->value_name("N"), "blanks a level, 1 to 16; 2 if not given")  //
      ("canonical",
       "RFC 8785: members sorted, numbers and strings in one spelling, no newline at the end; "
       "holds the document in memory, ten to fifteen times its size")                //
      ("check", "write nothing: the exit code says whether it is JSON")              //
      ("lines", "JSON Lines: each line is a document; blank lines are skipped")      //
      ("raw", "strings without quotes and escapes, where they are the whole value")  //
      ("color", po::value<std::string>()->value_name("WHEN"),
       "auto (the default: on a terminal, unless NO_COLOR is set), always or never");
  return options;
}

/// What is wrong with the options, or nothing.
std::optional<std::string> read_form(const po::variables_map& values, Request& request) {
  std::vector<std::string_view> forms;
  for (const char* const name : {"compact", "indent", "canonical", "check"}) {
    if (values.contains(name)) forms.push_back(name);
  }
  if (forms.size() > 1) return cat("choose one: --", forms[0], " or --", forms[1]);
  request.layout.indent = 2;
  if (forms.empty()) return std::nullopt;
  if (forms[0] == "indent") {
    const int indent = values["indent"].as<int>();
    if (indent < 1 || indent > static_cast<int>(widest_indent)) {
      return cat("--indent takes 1 to ", widest_indent, " blanks; none is --compact");
    }
    request.layout.indent = static_cast<unsigned>(indent);
    return std::nullopt;
  }
  request.form = forms[0] == "compact"     ? Form::compact
                 : forms[0] == "canonical" ? Form::canonical
                                           : Form::check;
  request.layout.indent.reset();
  return std::nullopt;
}

std::optional<std::string> read_layout(const po::variables_map& values, Request& request) {
  if (auto wrong = read_form(values, request)) return wrong;
  const std::string when = values.contains("color") ? values["color"].as<std::string>() : "auto";
  if (when != "auto" && when != "always" && when != "never") {
    return cat("--color takes auto, always or never, not ", in_quotes(when));
  }
  const bool written_anew = request.form == Form::canonical || request.form == Form::check;
  const bool colored = when == "always" || (when == "auto" && terminal_wants_colors());
  if (colored && !written_anew) request.layout.colors = colors;
  if (values.contains("raw")) {
    if (written_anew) {
      return cat("--raw does not go with --", request.form == Form::check ? "check" : "canonical");
    }
    request.layout.strings = json::WholeStrings::raw;
  }
  if (values.contains("lines")) request.documents = Documents::lines;
  return std::nullopt;
}

std::optional<std::string> read_request(const po::variables_map& values, Request& request) {
  if (auto wrong = read_layout(values, request)) return wrong;
  if (values.contains("file")) {
    request.file = values["file"].as<std::string>();
  } else if (::isatty(STDIN_FILENO) != 0) {
    return "which file? (- is standard input)";
  }
  if (!values.contains("pointer")) return std::nullopt;
  auto pointer = json::Pointer::parse(values["pointer"].as<std::string>());
  if (!pointer) return cat("the pointer ", pointer.error().message);
  if (request.form == Form::check) return "--check looks at the whole text and takes no pointer";
  request.pointer = *std::move(pointer);
  return std::nullopt;
}

// Saying what is wrong.

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool looks_like_utf16(std::string_view head) {
  if (head.size() < 2) return false;
  return head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff") ||
         (head[0] == '\0') != (head[1] == '\0');
}

/// Whether a line break stands between the byte and what is before it.
bool begins_line(std::string_view before) {
  while (!before.empty() && is_space(before.back())) {
    if (before.back() == '\n') return true;
    before.remove_suffix(1);
  }
  return false;
}

/// The way out, where one can be guessed.
std::string help_for(const json::Fault& fault, const Request& request, const JsonInput& input) {
  if (looks_like_utf16(input.head())) {
    return "the text looks like UTF-16: make it UTF-8 first, with iconv -f UTF-16 -t UTF-8";
  }
  const bool extra = fault.message == std::string_view(describe(json::ParseFault::extra_data));
  if (extra && request.documents == Documents::one && begins_line(input.before(fault.offset))) {
    return "if each line is a document of its own (JSON Lines), say --lines";
  }
  if (fault.offset == input.size()) return "the text ends here: is it cut off?";
  return {};
}

void report(const json::Fault& fault, const Request& request, const JsonInput& input) {
  std::uint64_t offset = fault.offset;
  if (offset == input.size()) {
    // What is missing is missing behind the last token.
    for (std::string_view before = input.before(offset); !before.empty() && is_space(before.back());
         before.remove_suffix(1)) {
      --offset;
    }
  }
  const JsonInput::Spot spot = input.spot(offset);
  std::string text =
      cat(name_of(request), ':', spot.line, ':', spot.column, ": error: ", fault.message, '\n',
          pipeline::excerpt(spot.shown, {.line = 1, .column = spot.shown_column}));
  const std::string help = help_for(fault, request, input);
  if (!help.empty()) text += cat("    help: ", help, '\n');
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void complain_about(const Request& request, std::string_view message) {
  complain(command_name, cat(name_of(request), ": ", message));
}

// The work.

/// One text on its way through a stream.
class Passage {
 public:
  Passage(const Request& request, JsonInput& input, json::Stream& stream, JsonOutput& output)
      : request_(request), input_(input), stream_(stream), output_(output) {}

  /// Reads to the end, or to the first error, which is said.
  bool run() {
    for (;;) {
      if (holds_document()) input_.keep_from(document_);
      const auto block = input_.next();
      if (!block) return fail(block.error().text());
      const json::Fault fault = block->empty() ? end() : take(*block);
      if (fault) {
        report(fault, request_, input_);
        return false;
      }
      if (output_.error()) return fail(output_.error()->text());
      if (block->empty()) return true;
      if (const auto open = stream_.open_string()) input_.mark(*open);
      if (input_.is_slow() && request_.documents == Documents::lines) output_.flush_committed();
    }
  }

 private:
  static bool fail(const std::string& message) {
    complain(command_name, message);
    return false;
  }

  /// The canonical form comes of a whole document: its faults may lie far back.
  bool holds_document() const {
    return request_.form == Form::canonical && request_.pointer.tokens().empty();
  }

  json::Fault take(std::string_view block) {
    if (request_.documents == Documents::one) return stream_.feed(block);
    const char* const begin = block.data();
    const std::uint64_t offset = input_.size() - block.size();
    for (;;) {
      const std::size_t newline = block.find('\n');
      if (const auto fault = stream_.feed(block.substr(0, newline))) return fault;
      if (newline == std::string_view::npos) return {};
      if (const auto fault = end_line()) return fault;
      block.remove_prefix(newline + 1);
      document_ = offset + static_cast<std::uint64_t>(block.data() - begin);
    }
  }

  json::Fault end_line() {
    if (!stream_.blank()) {
      if (const auto fault = stream_.finish()) return fault;
    }
    stream_.restart(1);
    return {};
  }

  json::Fault end() {
    if (request_.documents == Documents::lines && stream_.blank()) return {};
    return stream_.finish();
  }

  const Request& request_;
  JsonInput& input_;
  json::Stream& stream_;
  JsonOutput& output_;
  std::uint64_t document_ = 0;  // where the one that is being read begins
};

std::unique_ptr<json::Stream> stream_for(const Request& request, JsonOutput& output,
                                         CanonicalValues& canonical) {
  if (request.form == Form::check) return json::make_check_stream();
  if (request.form != Form::canonical) {
    return json::make_stream(request.layout, request.pointer, output);
  }
  if (request.pointer.tokens().empty()) return json::make_canonical_stream(output);
  return json::make_stream(request.layout, request.pointer, canonical);
}

/// Why what was read well could not be done all the same; said.
bool all_was_done(const Request& request, const json::Stream& stream,
                  const CanonicalValues& canonical) {
  if (canonical.fault() != nullptr) {
    complain_about(request, cat("a value at ", in_quotes(request.pointer.text()),
                                " has no canonical form: ", canonical.fault()));
    return false;
  }
  if (stream.lone_surrogate()) {
    complain_about(request,
                   "a string holds a surrogate without its other half, which is no character: "
                   "leave out --raw");
    return false;
  }
  if (stream.values() == 0 && !request.pointer.tokens().empty()) {
    complain_about(request, cat("there is nothing at ", in_quotes(request.pointer.text())));
    return false;
  }
  return true;
}

bool pass(const Request& request, JsonInput& input, Os& os) {
  const bool one_canonical = request.form == Form::canonical &&
                             request.documents == Documents::one && !request.pointer.has_wildcard();
  JsonOutput output(os.standard_output(), one_canonical ? ValueEnd::nothing : ValueEnd::newline);
  CanonicalValues canonical(output);
  const auto stream = stream_for(request, output, canonical);
  bool done = Passage(request, input, *stream, output).run();
  // Of a value that was not finished nothing is written that has not been yet.
  output.roll_back();
  if (done) done = all_was_done(request, *stream, canonical);
  if (!done) output.put(request.layout.colors.reset);
  output.flush();
  if (done && output.error()) {
    complain(command_name, output.error()->text());
    return false;
  }
  return done;
}

}  // namespace

int json_command(std::span<const std::string> args, Os& os) {
  // A reader that has seen enough ends the command without a word, as it does any filter.
  std::signal(SIGPIPE, SIG_DFL);
  auto parsed =
      parse_options({command_name, {}, usage, described_options(), {"file", "pointer"}}, args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  Request request;
  if (const auto wrong = read_request(std::get<po::variables_map>(parsed), request)) {
    complain(command_name, *wrong);
    return exit_usage;
  }
  auto file = request.file == "-" ? Result<std::unique_ptr<File>>(os.standard_input())
                                  : os.open(request.file);
  if (!file) {
    complain(command_name, file.error().text());
    return exit_failed;
  }
  auto reader = pipeline::decode(*std::move(file), name_of(request));
  if (!reader) {
    complain(command_name, reader.error().text());
    return exit_failed;
  }
  JsonInput input(*std::move(reader));
  return pass(request, input, os) ? exit_done : exit_failed;
}

}  // namespace adyton::cli
