#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace adyton {

/// What kind of failure this is: decides the Python exception and the exit code, nothing else.
enum class ErrorCode {
  invalid,  // the input is not what its format demands
  io,       // the operating system refused; `message` says what and why
  config,   // the job, the command line or a key file is wrong: the user can mend it
  crypto,   // decryption or verification failed; deliberately says nothing more
  limit,    // a stated limit was exceeded
  stopped,  // interrupted on request
};

/// An expected failure. `message` is one sentence for the user, without a final full stop; `where`
/// names the place ("job.toml:12:5", "data/a.ndjson:17") and may be empty. Never holds a secret.
struct Error {
  ErrorCode code = ErrorCode::invalid;
  std::string message;
  std::string where = {};

  /// "where: message", or the message alone.
  std::string text() const { return where.empty() ? message : where + ": " + message; }
};

/// A value or the Error that kept it from being. Expected failures travel in it; bugs are thrown.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// Precondition of the first four: ok(); of error(): !ok().
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { return *error_; }
  Error&& error() && { return *std::move(error_); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

// ADYTON_TRY(auto x, f()): x is the value, or this function returns f's error.
// ADYTON_CHECK(f()): the same for a Status.
#define ADYTON_CONCAT_(a, b) a##b
#define ADYTON_CONCAT(a, b) ADYTON_CONCAT_(a, b)
#define ADYTON_TRY_(tmp, declaration, expression) \
  auto tmp = (expression);                        \
  if (!tmp.ok()) return std::move(tmp).error();   \
  declaration = *std::move(tmp)
#define ADYTON_TRY(declaration, expression) \
  ADYTON_TRY_(ADYTON_CONCAT(try_result_, __LINE__), declaration, expression)
#define ADYTON_CHECK(expression)                                                       \
  do {                                                                                 \
    if (auto status_ = (expression); !status_.ok()) return std::move(status_).error(); \
  } while (false)

}  // namespace adyton
