#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <stdlib.h>

#include "host/base/os.h"
#include "host/base/text.h"
#include "host/pipeline/batch.h"
#include "host/pipeline/plan.h"
#include "host/pipeline/source.h"

namespace adyton::pipeline::test {

/// A folder of the test's own, gone with it.
struct Folder {
  Folder() {
    char name[] = "/tmp/adyton-test-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(std::string_view name) const { return cat(path, '/', name); }
  std::string write(std::string_view name, std::string_view content) const {
    const std::string file = *this / name;
    const auto os = make_os();
    if (!write_file(*os, file, content, Existing::replace)) std::abort();
    return file;
  }
  std::string read(std::string_view name) const {
    const auto os = make_os();
    auto content = read_file(*os, *this / name);
    return content ? *content : "(" + content.error().message + ")";
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      all.push_back(entry.path().filename().string());
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  std::string path;
};

/// All lines of a text as one batch, as the source would cut it.
inline Batch batch_of(std::string_view lines) {
  Folder folder;
  const std::vector<Input> inputs = {{folder.write("in.ndjson", lines), 0, 0}};
  const auto os = make_os();
  Source source(*os, inputs, 64 << 20);
  return **source.next();
}

/// What of the batch goes out.
inline std::string outgoing(const Batch& batch) {
  std::string out;
  for (const Record& record : batch.records) {
    if (record.state == State::live || record.state == State::blank) {
      out += batch.text->view(record.begin, record.end);
    }
  }
  return out;
}

}  // namespace adyton::pipeline::test
