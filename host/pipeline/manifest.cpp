#include "host/pipeline/manifest.h"

#include <charconv>
#include <cmath>
#include <stdexcept>

#include <boost/json.hpp>
#include <xxhash.h>

#include "host/base/text.h"

namespace adyton::pipeline {
namespace {

namespace bj = boost::json;

constexpr std::string_view version = "adyton-manifest 1 ";

/// 32 hexadecimal digits.
std::string checksum(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  char digits[33];
  std::snprintf(digits, sizeof digits, "%016llx%016llx",
                static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return digits;
}

// --- writing -------------------------------------------------------------------------------------

bj::object to_json(const Counts& counts) {
  return {{"read", counts.read},       {"fanned_out", counts.fanned_out},
          {"written", counts.written}, {"dropped", counts.dropped},
          {"dead", counts.dead},       {"blank", counts.blank}};
}

bj::object to_json(const Tally& tally) {
  bj::array dead;
  for (const auto& [where, records] : tally.dead) {
    dead.push_back({{"step", where.first}, {"kind", where.second}, {"records", records}});
  }
  bj::array fields;
  for (const auto& [where, values] : tally.fields) {
    fields.push_back({{"step", where.first}, {"field", where.second}, {"values", values}});
  }
  bj::array keys;
  for (const auto& [keyring, key] : tally.keys)
    keys.push_back({{"keyring", keyring}, {"key", key}});
  return {{"counts", to_json(tally.counts)}, {"values", tally.values},
          {"fields", std::move(fields)},     {"keys", std::move(keys)},
          {"dead", std::move(dead)},         {"first_dead", tally.first_dead},
          {"bytes_in", tally.bytes_in},      {"bytes_out", tally.bytes_out},
          {"seconds", tally.seconds}};
}

bj::array to_json(const std::vector<FileMark>& files) {
  bj::array all;
  for (const FileMark& file : files) {
    all.push_back({{"path", file.path},
                   {"size", file.size},
                   {"modified", file.modified},
                   {"digest", file.digest}});
  }
  return all;
}

bj::object to_json(const Position& position) {
  return {{"input", position.input},
          {"offset", position.offset},
          {"line", position.line},
          {"restart", position.restart},
          {"restart_offset", position.restart_offset}};
}

std::string_view stage_name(OutputMark::Stage stage) {
  switch (stage) {
    case OutputMark::Stage::untouched:
      return "untouched";
    case OutputMark::Stage::open:
      return "open";
    case OutputMark::Stage::closed:
      return "sealed";  // as the first version wrote it
  }
  return "";
}

bj::object to_json(const OutputMark& mark) {
  const SinkState& sink = mark.sink;
  return {{"path", mark.path},
          {"stage", stage_name(mark.stage)},
          {"length", mark.length},
          {"digest", mark.digest},
          {"records", sink.records},
          {"written", sink.written},
          {"line_open", sink.line_open},
          {"columns", bj::array(sink.columns.begin(), sink.columns.end())}};
}

std::string_view phase_name(Manifest::Phase phase) {
  return phase == Manifest::Phase::running ? "running" : "publishing";
}

bj::object to_json(const Manifest& manifest) {
  bj::array outputs;
  for (const OutputMark& output : manifest.outputs) outputs.push_back(to_json(output));
  bj::value dead_letters;
  if (manifest.dead_letters) dead_letters = to_json(*manifest.dead_letters);
  return {{"generation", manifest.generation},
          {"phase", phase_name(manifest.phase)},
          {"job", manifest.job},
          {"started", manifest.started},
          {"resumed", manifest.resumed},
          {"scripts", to_json(manifest.scripts)},
          {"inputs", to_json(manifest.inputs)},
          {"position", to_json(manifest.position)},
          {"tally", to_json(manifest.tally)},
          {"outputs", std::move(outputs)},
          {"dead_letters", std::move(dead_letters)}};
}

// --- reading: what is absent or of another type throws, and decode_manifest() catches ------------

/// Reads an object's members; bytes in strings are as they were, valid UTF-8 or not.
class Reader {
 public:
  explicit Reader(const bj::value& value) : object_(value.as_object()) {}

  const bj::value& at(std::string_view key) const { return object_.at(key); }
  std::string text(std::string_view key) const { return std::string(at(key).as_string()); }
  bool flag(std::string_view key) const { return at(key).as_bool(); }
  double real(std::string_view key) const {
    const auto number = at(key).to_number<double>();
    if (!std::isfinite(number)) throw std::invalid_argument(std::string(key));
    return number;
  }
  template <class T>
  T number(std::string_view key) const {
    return at(key).to_number<T>();
  }
  std::uint64_t count(std::string_view key) const { return number<std::uint64_t>(key); }

  template <class Each>
  void each(std::string_view key, Each&& found) const {
    for (const bj::value& value : at(key).as_array()) found(value);
  }

 private:
  const bj::object& object_;
};

Counts counts_from(const bj::value& value) {
  const Reader from(value);
  Counts counts;
  counts.read = from.count("read");
  counts.fanned_out = from.count("fanned_out");
  counts.written = from.count("written");
  counts.dropped = from.count("dropped");
  counts.dead = from.count("dead");
  counts.blank = from.count("blank");
  return counts;
}

Tally tally_from(const bj::value& value) {
  const Reader from(value);
  Tally tally;
  tally.counts = counts_from(from.at("counts"));
  tally.values = from.count("values");
  from.each("fields", [&](const bj::value& entry) {
    const Reader field(entry);
    tally.fields[{field.number<std::uint32_t>("step"), field.text("field")}] =
        field.count("values");
  });
  from.each("keys", [&](const bj::value& entry) {
    const Reader key(entry);
    tally.keys.emplace(key.text("keyring"), key.number<std::uint32_t>("key"));
  });
  from.each("dead", [&](const bj::value& entry) {
    const Reader dead(entry);
    tally.dead[{dead.number<std::uint32_t>("step"), dead.text("kind")}] = dead.count("records");
  });
  tally.first_dead = from.text("first_dead");
  tally.bytes_in = from.count("bytes_in");
  tally.bytes_out = from.count("bytes_out");
  tally.seconds = from.real("seconds");
  return tally;
}

std::vector<FileMark> files_from(const Reader& from, std::string_view key) {
  std::vector<FileMark> files;
  from.each(key, [&](const bj::value& entry) {
    const Reader file(entry);
    files.push_back({file.text("path"), file.count("size"), file.number<std::int64_t>("modified"),
                     file.text("digest")});
  });
  return files;
}

Position position_from(const bj::value& value) {
  const Reader from(value);
  return {from.number<std::uint32_t>("input"), from.count("offset"), from.count("line"),
          from.count("restart"), from.count("restart_offset")};
}

OutputMark::Stage stage_from(std::string_view name) {
  using Stage = OutputMark::Stage;
  for (const Stage stage : {Stage::untouched, Stage::open, Stage::closed}) {
    if (stage_name(stage) == name) return stage;
  }
  throw std::invalid_argument("stage");
}

OutputMark output_from(const bj::value& value) {
  const Reader from(value);
  OutputMark mark;
  mark.path = from.text("path");
  mark.stage = stage_from(from.text("stage"));
  mark.length = from.count("length");
  mark.digest = from.text("digest");
  mark.sink.records = from.count("records");
  mark.sink.written = from.flag("written");
  mark.sink.line_open = from.flag("line_open");
  from.each("columns",
            [&](const bj::value& column) { mark.sink.columns.emplace_back(column.as_string()); });
  return mark;
}

Manifest::Phase phase_from(std::string_view name) {
  using Phase = Manifest::Phase;
  for (const Phase phase : {Phase::running, Phase::publishing}) {
    if (phase_name(phase) == name) return phase;
  }
  throw std::invalid_argument("phase");
}

Manifest manifest_from(const bj::value& value) {
  const Reader from(value);
  Manifest manifest;
  manifest.generation = from.count("generation");
  manifest.phase = phase_from(from.text("phase"));
  manifest.job = from.text("job");
  manifest.started = from.number<std::int64_t>("started");
  manifest.resumed = from.number<std::uint32_t>("resumed");
  manifest.scripts = files_from(from, "scripts");
  manifest.inputs = files_from(from, "inputs");
  manifest.position = position_from(from.at("position"));
  manifest.tally = tally_from(from.at("tally"));
  from.each("outputs",
            [&](const bj::value& output) { manifest.outputs.push_back(output_from(output)); });
  if (!from.at("dead_letters").is_null()) {
    manifest.dead_letters = output_from(from.at("dead_letters"));
  }
  return manifest;
}

Error damaged(std::string_view why) {
  return {ErrorCode::invalid, std::string(why)};
}

}  // namespace

std::string encode_manifest(const Manifest& manifest) {
  const std::string json = bj::serialize(to_json(manifest));
  return cat(version, json.size(), ' ', checksum(json), '\n', json, '\n');
}

Result<Manifest> decode_manifest(std::string_view text) {
  if (!text.starts_with(version)) return damaged("it is no manifest of this version of adyton");
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return damaged("it is cut off");
  const std::string_view json = text.substr(line + 1).substr(0, text.size() - line - 2);
  // The first line is what encode_manifest() writes before exactly this JSON, or it is damaged too.
  if (!text.ends_with('\n') ||
      text.substr(0, line) != cat(version, json.size(), ' ', checksum(json))) {
    return damaged("its checksum does not fit");
  }
  bj::parse_options options;
  options.allow_invalid_utf8 = true;  // a file's name may hold any bytes
  boost::system::error_code error;
  const bj::value value = bj::parse(json, error, {}, options);
  if (error) return damaged("it holds no JSON");
  try {
    return manifest_from(value);
  } catch (const std::exception&) {
    return damaged("it lacks what a manifest holds");
  }
}

}  // namespace adyton::pipeline
