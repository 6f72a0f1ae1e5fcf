#include "host/pipeline/state.h"

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

constexpr std::string_view lock_name = "lock";
constexpr std::string_view new_name = "manifest.new";
constexpr std::string_view even_name = "manifest.a";
constexpr std::string_view odd_name = "manifest.b";

}  // namespace

std::string StateFolder::file(std::string_view name) const {
  return cat(path_, '/', name);
}

std::string StateFolder::generation_file(std::uint64_t generation) const {
  return file(generation % 2 == 0 ? even_name : odd_name);
}

Result<std::unique_ptr<StateFolder>> StateFolder::open(Os& os, std::string path) {
  ADYTON_CHECK(os.make_directories(path));
  std::unique_ptr<StateFolder> folder(new StateFolder(os, std::move(path)));
  auto lock = os.create(folder->file(lock_name), Existing::replace);
  if (!lock) {
    Error error = std::move(lock).error();
    error.message += "; one run of a job at a time";
    return error;
  }
  folder->lock_ = *std::move(lock);
  return folder;
}

StateFolder::~StateFolder() {
  if (lock_ && !has_manifest()) retire();
}

void StateFolder::retire() {
  // Taken away while it is still held, so that the names cannot be another run's by then.
  for (const std::string_view name : {new_name, even_name, odd_name, lock_name}) {
    if (os_.exists(file(name))) (void)os_.remove(file(name));
  }
  (void)os_.remove_directory(path_);
  (void)os_.remove_directory(directory_of(path_));  // stays if another job has its state there
  lock_.reset();
}

bool StateFolder::has_manifest() const {
  return os_.exists(file(even_name)) || os_.exists(file(odd_name));
}

Result<std::optional<Manifest>> StateFolder::load() {
  std::optional<Manifest> newest;
  Error damage;
  for (const std::string_view name : {even_name, odd_name}) {
    if (!os_.exists(file(name))) continue;
    ADYTON_TRY(const std::string text, read_file(os_, file(name)));
    auto manifest = decode_manifest(text);
    if (!manifest) {
      damage = std::move(manifest).error();
      damage.where = file(name);
    } else if (!newest || manifest->generation > newest->generation) {
      newest = *std::move(manifest);
    }
  }
  if (!newest && !damage.message.empty()) return damage;
  return newest;
}

Status StateFolder::commit(const Manifest& manifest) {
  const std::string made = file(new_name);
  ADYTON_TRY(auto out, os_.create(made, Existing::replace));
  ADYTON_CHECK(out->write(encode_manifest(manifest)));
  ADYTON_CHECK(out->sync());
  ADYTON_CHECK(os_.rename(made, generation_file(manifest.generation), Existing::replace));
  return os_.sync_directory(path_);
}

Status StateFolder::clear() {
  for (const std::string_view name : {new_name, even_name, odd_name}) {
    if (os_.exists(file(name))) ADYTON_CHECK(os_.remove(file(name)));
  }
  return os_.sync_directory(path_);
}

std::string output_folder(const JobConfig& job) {
  const std::string& files = job.sink.files;
  return directory_of(cat(files.substr(0, files.find('{')), "x"));
}

std::string state_path(const JobConfig& job) {
  const std::string folder = job.state.empty() ? cat(output_folder(job), "/.adyton") : job.state;
  return cat(folder, '/', job.name);
}

}  // namespace adyton::pipeline
