// How fast the record plane's core takes fields out of NDJSON, and puts others in their place.
//
//   bench_record_plane FILE PASSES ROUNDS POINTER...
//
// The file is in memory before the clock starts. A round is PASSES passes over all of it, in
// batches of the size that the pipeline reads: each is split into lines, syntax and UTF-8 of every
// byte are checked, and the result is written into one buffer. Prints {"pick": [GB/s of each
// round], "replace": [...]}.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/line_ends.h"
#include "host/base/text.h"
#include "modules/json/locate.h"

namespace {

using adyton::json::FieldSet;
using adyton::json::Locations;

constexpr std::string_view replacement = "\"0123456789abcdef0123456789abcdef\"";

[[noreturn]] void fail(std::string_view why) {
  std::cerr << "bench_record_plane: " << why << '\n';
  std::exit(1);
}

/// The file, with what the scanner wants to be readable behind it.
std::string read(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  std::string bytes = std::move(text).str();
  bytes.append(adyton::json::scan_padding, '\0');
  return bytes;
}

class Out {
 public:
  explicit Out(std::size_t capacity) : bytes_(capacity) {}
  void clear() { size_ = 0; }
  void put(std::string_view text) {
    if (bytes_.size() - size_ < text.size()) bytes_.resize(bytes_.size() * 2 + text.size());
    std::memcpy(bytes_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }

 private:
  std::vector<char> bytes_;
  std::size_t size_ = 0;
};

struct Pick {
  static void write(std::string_view line, const Locations& found, Out& out) {
    for (const auto& match : found.matches) {
      out.put(line.substr(match.begin, match.end - match.begin));
      out.put("\t");
    }
    out.put("\n");
  }
};

struct Replace {
  static void write(std::string_view line, const Locations& found, Out& out) {
    std::uint32_t from = 0;
    for (const auto& match : found.matches) {
      out.put(line.substr(from, match.begin - from));
      out.put(replacement);
      from = match.end;
    }
    out.put(line.substr(from));
    out.put("\n");
  }
};

constexpr std::size_t batch_size = 256 << 10;

/// Whole lines, of about batch_size.
std::string_view batch(std::string_view text) {
  const auto end = text.find('\n', std::min(batch_size, text.size()));
  return text.substr(0, end == std::string_view::npos ? end : end + 1);
}

template <class Work>
void work_on(std::string_view text, const FieldSet& fields, Locations& found, Out& out) {
  if (!adyton::is_utf8(text)) fail("the file is not UTF-8");
  out.clear();
  adyton::LineEnds ends(text);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = ends.next();
    const std::string_view line = text.substr(begin, end - begin);
    if (fields.locate(line, found)) fail("a line is not JSON");
    Work::write(line, found, out);
    begin = end + 1;
  }
}

template <class Work>
void pass(std::string_view text, const FieldSet& fields, Locations& found, Out& out) {
  while (!text.empty()) {
    const std::string_view part = batch(text);
    work_on<Work>(part, fields, found, out);
    text.remove_prefix(part.size());
  }
}

/// GB for each second of user and system time, of each round.
template <class Work>
std::vector<double> measure(std::string_view text, const FieldSet& fields, int passes, int rounds) {
  Locations found;
  Out out(batch_size * 4);
  pass<Work>(text, fields, found, out);  // the buffer's pages are there
  std::vector<double> rates;
  for (int round = 0; round < rounds; ++round) {
    const std::clock_t start = std::clock();
    for (int i = 0; i < passes; ++i) pass<Work>(text, fields, found, out);
    const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    rates.push_back(static_cast<double>(text.size()) * passes / took / 1e9);
  }
  return rates;
}

void print(const char* name, const std::vector<double>& rates) {
  std::printf("\"%s\": [", name);
  for (std::size_t i = 0; i < rates.size(); ++i)
    std::printf("%s%.4f", i == 0 ? "" : ", ", rates[i]);
  std::printf("]");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) fail("FILE PASSES ROUNDS POINTER...");
  const std::string bytes = read(argv[1]);
  const std::string_view text(bytes.data(), bytes.size() - adyton::json::scan_padding);
  std::vector<adyton::json::Pointer> pointers;
  for (int i = 4; i < argc; ++i) {
    auto pointer = adyton::json::Pointer::parse(argv[i]);
    if (!pointer) fail(pointer.error().message);
    pointers.push_back(*std::move(pointer));
  }
  const FieldSet fields(pointers);
  const int passes = std::atoi(argv[2]);
  const int rounds = std::atoi(argv[3]);
  std::printf("{");
  print("pick", measure<Pick>(text, fields, passes, rounds));
  std::printf(", ");
  print("replace", measure<Replace>(text, fields, passes, rounds));
  std::printf("}\n");
}
