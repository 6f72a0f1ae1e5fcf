// Runs a fuzz target without libFuzzer, so that the normal build has it and ctest runs it:
//
//   fuzz_NAME CORPUS [--seconds N] [--timeout N] [--seed N]
//
// CORPUS is one input or a folder of them. Each is run as it is, then seeded mutations of them
// until the time is over. The runs happen in a child process that writes every input to shared
// memory first, so that the parent knows what a crash or a hang was caused by; it keeps that input
// in a file beside the program.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Random = std::mt19937_64;

constexpr std::size_t max_input = 1 << 20;

/// What child and parent share: the input that runs now, and how many were begun.
struct Shared {
  std::atomic<std::uint64_t> begun{0};
  std::atomic<std::size_t> size{0};
  char bytes[max_input];
};

struct Options {
  std::string corpus;
  std::chrono::seconds seconds{2};
  std::chrono::seconds timeout{20};
  std::uint64_t seed = 1;
};

std::size_t below(Random& random, std::size_t bound) {
  return bound ? random() % bound : 0;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  bytes.resize(std::min(bytes.size(), max_input));
  return bytes;
}

/// The inputs in the order of their names, so that a run can be repeated; never none.
std::vector<std::string> read_corpus(const std::string& path) {
  std::vector<fs::path> files;
  if (fs::is_directory(path)) {
    for (const auto& entry : fs::directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
  } else if (fs::exists(path)) {
    files.push_back(path);
  }
  std::vector<std::string> inputs;
  for (const auto& file : files) inputs.push_back(read(file));
  if (inputs.empty()) inputs.emplace_back();
  return inputs;
}

char any_byte(Random& random) {
  static constexpr std::string_view telling = "\"\\{}[]:,0-.eE\n\r\t /*~\0\x7f\x80\xc3\xed\xff";
  return random() % 2 ? telling[below(random, telling.size())] : static_cast<char>(random());
}

/// One small change, of the kinds that parsers stumble over.
void change(std::string& input, const std::vector<std::string>& corpus, Random& random) {
  const std::size_t at = below(random, input.size() + 1);
  const std::size_t length = 1 + below(random, std::min<std::size_t>(input.size(), 16));
  switch (random() % 7) {
    case 0:
      if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << (random() % 8)));
      break;
    case 1:
      if (at < input.size()) input[at] = any_byte(random);
      break;
    case 2:
      input.insert(at, 1, any_byte(random));
      break;
    case 3:
      input.insert(at, length, any_byte(random));
      break;
    case 4:
      input.erase(at, length);
      break;
    case 5:
      input.insert(at, input.substr(below(random, input.size() + 1), 4 * length));
      break;
    case 6: {
      const std::string& other = corpus[below(random, corpus.size())];
      input = input.substr(0, at) + other.substr(below(random, other.size() + 1));
      break;
    }
  }
  input.resize(std::min(input.size(), max_input));
}

void run_one(const std::string& input, Shared& shared) {
  shared.size = input.size();
  std::memcpy(shared.bytes, input.data(), input.size());
  ++shared.begun;
  // A copy of exactly the input's size on the heap: a read past its end is seen by a sanitizer.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

[[noreturn]] void run_all(const Options& options, Shared& shared) {
  const auto end = Clock::now() + options.seconds;
  const auto corpus = read_corpus(options.corpus);
  for (const auto& input : corpus) run_one(input, shared);
  Random random(options.seed);
  while (!fs::is_regular_file(options.corpus) && Clock::now() < end) {
    for (int i = 0; i < 64; ++i) {
      std::string input = corpus[below(random, corpus.size())];
      for (std::size_t n = 1 + random() % 4; n > 0; --n) change(input, corpus, random);
      run_one(input, shared);
    }
  }
  std::exit(0);
}

/// Waits for the child, and kills it when one input takes longer than the timeout. Empty, or what
/// went wrong.
std::string watch(pid_t child, const Options& options, const Shared& shared) {
  std::uint64_t last = 0;
  auto since = Clock::now();
  for (;;) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) {
      if (WIFSIGNALED(status)) return "crash (signal " + std::to_string(WTERMSIG(status)) + ")";
      const int code = WEXITSTATUS(status);
      return code == 0 ? "" : "crash (exit code " + std::to_string(code) + ")";
    }
    if (shared.begun != last) {
      last = shared.begun;
      since = Clock::now();
    } else if (Clock::now() - since > options.timeout) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return "hang (over " + std::to_string(options.timeout.count()) + " s)";
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with("--") && options.corpus.empty()) {
      options.corpus = argument;
      continue;
    }
    const long long number = i + 1 < argc ? std::atoll(argv[++i]) : 0;
    if (argument == "--seconds" && number > 0) {
      options.seconds = std::chrono::seconds(number);
    } else if (argument == "--timeout" && number > 0) {
      options.timeout = std::chrono::seconds(number);
    } else if (argument == "--seed") {
      options.seed = static_cast<std::uint64_t>(number);
    } else {
      std::fprintf(stderr, "usage: %s CORPUS [--seconds N] [--timeout N] [--seed N]\n", argv[0]);
      std::exit(2);
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  void* memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("mmap");
    return 1;
  }
  Shared& shared = *::new (memory) Shared;
  const pid_t child = fork();
  if (child < 0) {
    std::perror("fork");
    return 1;
  }
  if (child == 0) run_all(options, shared);

  const std::string trouble = watch(child, options, shared);
  const std::uint64_t runs = shared.begun;
  if (trouble.empty()) {
    std::printf("%llu runs, none crashed or hung\n", static_cast<unsigned long long>(runs));
    return 0;
  }
  const std::string kept = std::string(argv[0]) + "-broken";
  std::ofstream(kept, std::ios::binary)
      .write(shared.bytes, static_cast<std::streamsize>(shared.size));
  std::printf("%s in run %llu (seed %llu); the input is kept in %s\n", trouble.c_str(),
              static_cast<unsigned long long>(runs), static_cast<unsigned long long>(options.seed),
              kept.c_str());
  return 1;
}
