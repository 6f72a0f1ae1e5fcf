#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace adyton::pipeline {

/// What a key of a job file takes.
enum class KeyKind {
  any,           // looked at by who reads it
  text,          // a string
  choice,        // a string, one of `choices`
  path,          // a string that can name a file
  paths,         // one such string, or an array of them
  texts,         // an array of strings
  flag,          // true or false
  size,          // bytes, from 1: an integer or a string as "64 MiB"
  budget,        // a count from 0, or a share as "1 %"
  table,         // [name], with `keys`
  named_tables,  // [name.ANY], each with `keys`
  steps,         // [[name]], each as the table of steps says
};

enum class Presence { optional, required };

/// One key that a table of the job may have: all that the checker and the JSON Schema say of it.
struct KeyRule {
  std::string_view name;
  KeyKind kind = KeyKind::any;
  std::string_view doc = {};      // one sentence, without a full stop
  std::string_view example = {};  // what to write: the help of a message about it
  Presence presence = Presence::optional;
  std::string_view default_value = {};  // as text; empty: none, or `doc` says it
  std::span<const std::string_view> choices = {};
  std::uint64_t largest = std::numeric_limits<std::int64_t>::max();  // of a size
  std::span<const KeyRule> keys = {};                                // of a table
  std::string_view unavailable = {};  // a key of a later version: what can be done instead
};

/// THE table of a job's keys: its tables, in the order in which a job is written, and their keys.
std::span<const KeyRule> job_keys();

/// The keys of one of its tables. Precondition: there is such a table.
std::span<const KeyRule> keys_of(std::string_view table);

}  // namespace adyton::pipeline
