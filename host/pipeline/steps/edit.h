#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "host/pipeline/batch.h"
#include "host/pipeline/steps/spec.h"
#include "modules/json/locate.h"

namespace adyton::pipeline {

// What the native steps that edit records share.

/// The choices of a step's option `missing`, and what was chosen.
inline constexpr std::array<std::string_view, 2> missing_choices = {"error", "skip"};
enum class Missing { error, skip };
inline Missing missing_of(std::string_view choice) {
  return choice == "error" ? Missing::error : Missing::skip;
}

// The options of the steps that protect all of their fields.

inline constexpr OptionSpec protected_fields_option = {
    .name = "fields",
    .kind = OptionKind::fields,
    .doc = "JSON Pointers of the values; * stands for every element or member",
    .required = true};

inline constexpr OptionSpec protected_missing_option = {
    .name = "missing",
    .kind = OptionKind::choice,
    .doc = "a record without one of the fields becomes a dead letter, or goes on",
    .default_value = "error",
    .choices = missing_choices};

/// StepSpec::make for a step that needs nothing but its options and its number.
template <class Kind>
Result<std::unique_ptr<Step>> make_step(const StepConfig& step, const StepContext&,
                                        std::uint32_t number) {
  return std::unique_ptr<Step>(new Kind(step, number));
}

inline DeadRecord dead_record(std::uint32_t step, std::string kind, std::string field,
                              std::string detail) {
  DeadRecord why;
  why.step = step;
  why.kind = std::move(kind);
  why.field = std::move(field);
  why.detail = std::move(detail);
  return why;
}

/// Calls edit(record, locations, rewrite) for every live record that is JSON; edit kills the record
/// or puts it into the rewrite. Blank lines stay where they are.
template <class Edit>
void edit_each(Batch& batch, const json::FieldSet& fields, json::Select select, Edit&& edit) {
  Rewrite rewrite(batch);
  std::size_t next = 0;
  const auto keep_blank_lines = [&](std::size_t until) {
    for (; next < until; ++next) {
      if (batch.records[next].state == State::blank) rewrite.keep(batch.records[next]);
    }
  };
  for_each_located(batch, fields, select, [&](Record& record, const json::Locations& found) {
    const auto index = static_cast<std::size_t>(&record - batch.records.data());
    keep_blank_lines(index);
    next = index + 1;
    edit(record, found, rewrite);
  });
  keep_blank_lines(batch.records.size());
  rewrite.finish();
}

/// Puts the record into the rewrite with each match's value replaced by what put(match) appends to
/// it.
template <class Put>
void replace_values(const Record& record, const std::vector<json::Match>& matches, Rewrite& rewrite,
                    Put&& put) {
  if (matches.empty()) return rewrite.keep(record);
  rewrite.begin(record);
  std::size_t done = record.text_begin;
  for (const json::Match& match : matches) {
    rewrite.copy(done, record.text_begin + match.begin);
    put(match);
    done = record.text_begin + match.end;
  }
  rewrite.copy(done, record.text_end);
  rewrite.end();
}

/// Where in the record's text a member that is absent from the object at `gap` is added: behind the
/// last one. Precondition: there is an object.
inline std::size_t end_of_members(std::string_view text, const json::Gap& gap) {
  std::size_t at = gap.end - 1;
  while (std::string_view(" \t\r\n").find(text[at - 1]) != std::string_view::npos) --at;
  return at;
}

/// Appends the field's member, which is to stand at `at`, and the objects that lead to it.
inline void append_member(std::string_view text, std::size_t at, const json::Gap& gap,
                          const json::Pointer& field, std::string_view value, Rewrite& rewrite) {
  std::string keys(text[at - 1] == '{' ? "" : ",");
  for (std::size_t i = gap.depth; i < field.tokens().size(); ++i) {
    if (i > gap.depth) keys += '{';
    json::append_quoted(field.tokens()[i].key, keys);
    keys += ':';
  }
  rewrite.append(keys);
  rewrite.append(value);
  rewrite.append(std::string(field.tokens().size() - 1 - gap.depth, '}'));
}

/// Puts the record into the rewrite with the value in the place of each match, and with a member
/// added in each gap; where keys on the way to the field are repeated there may be many of both.
/// False, having done nothing, if a gap is no object but another value.
inline bool put_value(const Batch& batch, const Record& record, const json::Locations& found,
                      const json::Pointer& field, std::string_view value, Rewrite& rewrite) {
  const std::string_view text = batch.text_of(record);
  for (const json::Gap& gap : found.gaps) {
    if (text[gap.begin] != '{') return false;
  }
  rewrite.begin(record);
  std::size_t done = 0;
  const auto copy_until = [&](std::size_t end) {
    rewrite.copy(record.text_begin + done, record.text_begin + end);
    done = end;
  };
  auto gap = found.gaps.begin();
  const auto fill_gaps_until = [&](std::size_t end) {
    for (; gap != found.gaps.end() && gap->end <= end; ++gap) {
      copy_until(end_of_members(text, *gap));
      append_member(text, done, *gap, field, value, rewrite);
    }
  };
  for (const json::Match& match : found.matches) {
    fill_gaps_until(match.begin);
    copy_until(match.begin);
    rewrite.append(value);
    done = match.end;
  }
  fill_gaps_until(text.size());
  copy_until(text.size());
  rewrite.end();
  return true;
}

}  // namespace adyton::pipeline
