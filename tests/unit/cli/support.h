#pragma once

#include <cstdio>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace adyton::cli::test {

/// What is written to a descriptor (standard output, standard error) while it lives.
class Capture {
 public:
  explicit Capture(std::FILE* stream) : stream_(stream), fd_(::fileno(stream)) {
    std::fflush(stream_);
    saved_ = ::dup(fd_);
    file_ = std::tmpfile();
    ::dup2(::fileno(file_), fd_);
  }
  ~Capture() { restore(); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  std::string text() {
    restore();
    std::rewind(file_);
    std::string all;
    for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) all += static_cast<char>(c);
    return all;
  }

 private:
  void restore() {
    if (saved_ < 0) return;
    std::fflush(stream_);
    ::dup2(saved_, fd_);
    ::close(saved_);
    saved_ = -1;
  }

  std::FILE* stream_;
  int fd_;
  int saved_ = -1;
  std::FILE* file_ = nullptr;
};

}  // namespace adyton::cli::test
