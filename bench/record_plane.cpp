// How fast the record plane's core takes fields out of NDJSON, and puts others in their place.
//
//   bench_record_plane FILE PASSES ROUNDS POINTER...
//
// The file is in memory before the clock starts, on huge pages: a batch of the pipeline's lies in a
// buffer that was used before, so that no time goes into finding its pages. A round is PASSES
// passes over all of it, in batches of the size that the pipeline reads: each is split into lines,
// syntax and UTF-8 of every byte are checked, and the result is written into one buffer. Prints
// {"pick": [GB/s of each round], "replace": [...]}.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/mman.h>

#include "host/base/line_ends.h"
#include "modules/json/locate.h"

namespace {

using adyton::json::FieldSet;
using adyton::json::Locations;

constexpr std::string_view replacement = "\"0123456789abcdef0123456789abcdef\"";

[[noreturn]] void fail(std::string_view why) {
  std::cerr << "bench_record_plane: " << why << '\n';
  std::exit(1);
}

/// A file in memory, with what the scanner wants to be readable behind it.
class File {
 public:
  explicit File(const char* path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) fail("the file cannot be read");
    size_ = static_cast<std::size_t>(file.tellg());
    const std::size_t pages = (size_ + adyton::json::scan_padding) / huge_page + 1;
    bytes_.reset(static_cast<char*>(std::aligned_alloc(huge_page, pages * huge_page)));
    if (!bytes_) fail("no memory");
    ::madvise(bytes_.get(), pages * huge_page, MADV_HUGEPAGE);
    std::memset(bytes_.get() + size_, 0, adyton::json::scan_padding);
    file.seekg(0).read(bytes_.get(), static_cast<std::streamsize>(size_));
  }
  std::string_view text() const { return {bytes_.get(), size_}; }

 private:
  static constexpr std::size_t huge_page = 2 << 20;
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };
  std::unique_ptr<char[], Free> bytes_;
  std::size_t size_ = 0;
};

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
  out.clear();
  adyton::LineEnds ends(text);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = ends.next();
    const std::string_view line = text.substr(begin, end - begin);
    if (fields.locate(line, found)) fail("a line is not JSON in UTF-8");
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
  const File file(argv[1]);
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
  print("pick", measure<Pick>(file.text(), fields, passes, rounds));
  std::printf(", ");
  print("replace", measure<Replace>(file.text(), fields, passes, rounds));
  std::printf("}\n");
}
