#include "host/pipeline/check.h"

#include <doctest/doctest.h>

#include "host/base/text.h"
#include "modules/crypto/keyring_store.h"
#include "tests/unit/pipeline/lines.h"
#include "tests/unit/pipeline/support.h"

using namespace adyton;
using namespace adyton::pipeline;
using test::Folder;

namespace {

/// A folder with a keyring for fields, one for tokens, a file that is no keyring, and an input.
struct Desk : Folder {
  Desk() {
    const auto os = make_os();
    for (const auto type : {crypto::KeyType::x_aes_gcm, crypto::KeyType::aes256_siv}) {
      const std::string name = cat(crypto::key_type_name(type), ".json");
      const auto keyring = crypto::Keyring::generate(type);
      REQUIRE(crypto::save_keyring(*os, *this / name, keyring, Existing::error).ok());
    }
    write("broken.json", "{}");
    write("a.ndjson", "{}\n");
  }

  std::string job(std::string_view keyring, std::string_view more = "") const {
    return cat("[job]\nname = 'j'\ndomain = 'd'\n[source]\nfiles = '", *this / "a.ndjson",
               "'\n[sink]\nfiles = '", *this / "out", "'\n[keyring.k]\nfile = '", *this / keyring,
               "'\n[[step]]\nuse = 'encrypt'\nkey = 'k'\nfields = '/a'\n", more);
  }

  CheckOutcome check(std::string_view job) const {
    const auto os = make_os();
    return check_job(*os, write("job.toml", job));
  }

  /// "line: message" of every problem, without the folder's name.
  Lines problems(std::string_view job) const {
    Lines lines;
    for (const Diagnostic& each : check(job).diagnostics) {
      std::string message = each.message;
      for (std::size_t at = 0; (at = message.find(path + "/")) != std::string::npos;) {
        message.erase(at, path.size() + 1);
      }
      lines.push_back(cat(each.at.line, ": ", message));
    }
    return lines;
  }
};

}  // namespace

TEST_CASE("a job in order has a config and a plan") {
  Desk place;
  const auto checked = place.check(place.job("x-aes-gcm.json"));
  CHECK(checked.diagnostics.empty());
  REQUIRE(checked.config.has_value());
  REQUIRE(checked.plan.has_value());
  CHECK(checked.plan->inputs.size() == 1);
  CHECK(place.names().size() == 5);  // nothing was made but the job file
}

TEST_CASE("a keyring that is none, and one without the key a step needs, are told") {
  Desk place;
  const auto broken = place.problems(place.job("broken.json"));
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].starts_with("9: the keyring cannot be used: broken.json: "));
  const auto other = place.problems(place.job("aes256-siv.json"));
  REQUIRE(other.size() == 1);
  CHECK(other[0].starts_with("12: "));
}

TEST_CASE("all that is wrong is told at once: job, keyring, steps, inputs and outputs") {
  Desk place;
  place.write("out", "");
  const auto found = place.problems(
      cat(place.job("broken.json", "[[step]]\nuse = 'dorp'\n"), "[keyring.t]\nfile = '",
          place / "aes256-siv.json", "'\n[[step]]\nuse = 'encrypt'\nkey = 't'\n",
          "fields = '/b'\n[dead_letter]\nfile = '", place.path, "'\nplain = 1\n"));
  REQUIRE(found.size() == 6);
  CHECK(found[0] == "7: the output \"out\" exists");
  CHECK(found[1].starts_with("9: the keyring cannot be used: "));
  CHECK(found[2] == "15: there is no step \"dorp\"");
  CHECK(found[3].starts_with("20: "));
  CHECK(found[4].find("is there and is no file") != std::string::npos);
  CHECK(found[5] == "24: plain takes true or false, not an integer");
}

TEST_CASE("nothing is said twice of one place") {
  Desk place;
  const std::string none = place / "none.json";
  CHECK(place.problems(place.job("none.json")).size() == 1);
  std::string job = place.job("x-aes-gcm.json");
  job.replace(job.find(place / "out"), (place / "out").size(), place / "a.ndjson");
  CHECK(place.problems(job) == Lines{"7: the output would be written over an input: \"a.ndjson\""});
}

TEST_CASE("of a file that is no TOML the first mistake alone is told") {
  Desk place;
  CHECK(place.problems("[job]\nname = x\n[source\n").size() == 1);
}
