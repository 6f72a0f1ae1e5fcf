#include "host/pipeline/config.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "host/base/text.h"
#include "host/pipeline/config_keys.h"
#include "modules/crypto/age/identity.h"
#include "tests/unit/pipeline/lines.h"
#include "tests/unit/pipeline/memory_os.h"

using namespace adyton;
using namespace adyton::pipeline;

namespace {

test::MemoryOs make_files() {
  test::MemoryOs os;
  os.files["keys/pii.json"] = "{}";
  os.files["scripts/score.py"] = "import json\n\ndef score(record):\n  return record\n";
  return os;
}

ConfigOutcome parse(const std::string& toml) {
  test::MemoryOs os = make_files();
  return parse_job(os, "jobs/job.toml", toml);
}

/// "line:column+length: message" of every diagnostic.
Lines problems(const std::string& toml) {
  Lines lines;
  for (const Diagnostic& problem : parse(toml).diagnostics) {
    lines.push_back(cat(problem.at.line, ':', problem.at.column, '+', problem.at.length, ": ",
                        problem.message));
  }
  return lines;
}

/// The help of the one diagnostic there must be.
std::string help(const std::string& toml) {
  const auto outcome = parse(toml);
  REQUIRE(outcome.diagnostics.size() == 1);
  return outcome.diagnostics.front().help;
}

// Jobs that are in order but for what a test puts into them.
std::string job_with(std::string_view more) {
  return cat("[job]\nname = \"j\"\n[source]\nfiles = \"a.ndjson\"\n[sink]\nfiles = \"-\"\n", more);
}

std::string protecting(std::string_view step) {
  return cat(
      "[job]\nname = \"j\"\ndomain = \"d\"\n[source]\nfiles = \"a.ndjson\"\n[sink]\nfiles = \"-\"\n"
      "[keyring.pii]\nfile = \"keys/pii.json\"\n[[step]]\nuse = \"encrypt\"\n",
      step);
}

std::string source(std::string_view keys) {
  return cat("[job]\nname = \"j\"\n[sink]\nfiles = \"-\"\n[source]\n", keys);
}

std::string sink(std::string_view keys) {
  return cat("[job]\nname = \"j\"\n[source]\nfiles = \"a.ndjson\"\n[sink]\n", keys);
}

constexpr std::string_view whole_job = R"(# A job with everything in it.
[job]
name   = "protect-customers"
domain = "customers"
state  = "state/customers"
commit_every = "1 MiB"

[source]
files  = ["data/*.ndjson.zst", "more/é日.ndjson"]
format = "csv"
max_record = "2 MiB"

[keyring.pii]
file = "keys/pii.json"

[[step]]
use = "encrypt"
fields  = ["/user/email", "/user/phones/*"]
key     = "pii"
missing = "skip"
plaintext = "text"
record_id = "/id"

[[step]]
use  = "python"
call = "scripts/score.py:score"
each = "record"

[[step]]
use = "set"
field = "/version"
value = { z = [1, 2.0, -0.5, true, "a\"é\n"], a = {} }

[[step]]
use = "drop"
fields = "/tmp"

[sink]
files = "out/{stem}.ndjson.zst"
existing = "replace"
format = "tsv"
columns = ["id", "naïve name"]

[dead_letter]
file = "out/dead.ndjson"
plain = true
max_errors = "1.5 %"

[receipt]
digest = "sha256"
)";

}  // namespace

TEST_CASE("a whole job becomes a typed config, defaults filled in") {
  const auto outcome = parse(std::string(whole_job));
  REQUIRE(outcome.diagnostics.empty());
  const JobConfig& job = outcome.config.value();
  CHECK(job.path == "jobs/job.toml");
  CHECK(job.name == "protect-customers");
  CHECK(job.domain == "customers");
  CHECK(job.source.files == Lines{"data/*.ndjson.zst", "more/é日.ndjson"});
  CHECK(job.state == "state/customers");
  CHECK(job.commit_every == 1U << 20);
  CHECK(job.source.places.size() == 2);
  CHECK(job.source.places[1].column == 32);
  CHECK(job.source.format == Format::csv);
  CHECK(job.source.max_record == 2U << 20);
  CHECK(job.keyrings.at("pii").file == "keys/pii.json");
  CHECK(job.protects());

  REQUIRE(job.steps.size() == 4);
  const StepConfig& encrypt = job.steps[0];
  CHECK(encrypt.use == "encrypt");
  CHECK(encrypt.at.line == 16);
  REQUIRE(encrypt.fields("fields").size() == 2);
  CHECK(encrypt.fields("fields")[1].text() == "/user/phones/*");
  CHECK(encrypt.text("key") == "pii");
  CHECK(encrypt.text("missing") == "skip");
  CHECK(encrypt.text("plaintext") == "text");
  CHECK(encrypt.fields("record_id")[0].text() == "/id");
  CHECK_FALSE(encrypt.has("as"));
  CHECK(encrypt.places.at("key").line == 19);
  CHECK(encrypt.places.at("key").column == 11);

  CHECK(job.steps[1].text("call") == "scripts/score.py:score");
  CHECK(job.steps[2].text("value") == R"({"z":[1,2.0,-0.5,true,"a\"é\n"],"a":{}})");
  CHECK(job.steps[3].fields("fields")[0].text() == "/tmp");
  CHECK(job.steps[3].text("missing") == "skip");
  CHECK(job.steps[3].places.count("missing") == 0);

  CHECK(job.sink.files == "out/{stem}.ndjson.zst");
  CHECK(job.sink.existing == Existing::replace);
  CHECK(job.sink.format == Format::tsv);
  CHECK(job.sink.columns == Lines{"id", "naïve name"});
  CHECK(job.receipt.digest == DigestKind::sha256);
  CHECK(job.dead_letter.file == "out/dead.ndjson");
  CHECK(job.dead_letter.plain);
  CHECK(job.dead_letter.max_errors.share == doctest::Approx(0.015));
  CHECK_FALSE(job.dead_letter.max_errors.count.has_value());
}

TEST_CASE("a job may have no steps, and then bears no dead record") {
  const auto outcome = parse(job_with(""));
  REQUIRE(outcome.config.has_value());
  CHECK(outcome.config->steps.empty());
  CHECK_FALSE(outcome.config->protects());
  CHECK(outcome.config->dead_letter.max_errors.count == 0U);
  CHECK(outcome.config->source.max_record == 64U << 20);
  CHECK(outcome.config->sink.existing == Existing::error);
  CHECK(outcome.config->sink.format == Format::ndjson);
  CHECK(outcome.config->receipt.digest == DigestKind::xxh3_128);
  CHECK(outcome.config->state.empty());
}

TEST_CASE(
    "with a dead-letter file any number of records may die, unless max_errors says how many") {
  const auto unlimited = parse(job_with("[dead_letter]\nfile = \"d\"\n"));
  REQUIRE(unlimited.config.has_value());
  CHECK_FALSE(unlimited.config->dead_letter.max_errors.count.has_value());
  CHECK_FALSE(unlimited.config->dead_letter.max_errors.share.has_value());
  const auto counted = parse(job_with("[dead_letter]\nmax_errors = 100\n"));
  REQUIRE(counted.config.has_value());
  CHECK(counted.config->dead_letter.max_errors.count == 100U);
}

TEST_CASE("five mistakes are five diagnostics, in the order of the file, each in its place") {
  std::string toml(whole_job);
  const auto replace = [&toml](std::string_view from, std::string_view to) {
    toml.replace(toml.find(from), from.size(), to);
  };
  replace("domain = ", "domian = ");
  replace("\"2 MiB\"", "\"2 MiBs\"");
  replace("\"/user/phones/*\"", "\"/user\"");
  replace("key     = \"pii\"", "\tkey = \"pi\"");
  replace("{stem}", "{stm}");
  CHECK(problems(toml) == Lines{
                              "4:1+6: [job] has no key \"domian\"",
                              "11:14+8: \"2 MiBs\" is not a size",
                              "18:27+7: the field \"/user\" overlaps \"/user/email\"",
                              "19:8+4: no keyring is called \"pi\"",
                              "39:9+22: there is no placeholder \"{stm}\"",
                          });
}

TEST_CASE("what is no TOML is one diagnostic, in its place") {
  CHECK(problems("[job]\nname = \"é\" x\n") ==
        Lines{"2:12+1: this is not TOML: expected a comment or whitespace, saw 'x' (in a "
              "key-value pair)"});
  CHECK(problems("[job]\nname = 'j'\nname = 'k'\n") ==
        Lines{"3:8+1: this is not TOML: cannot redefine existing string 'name' (in a key-value "
              "pair)"});
  CHECK(problems("a = \"\xff\"").size() == 1);
  CHECK(help("[job]\nname = hello\n") == "text stands in quotes: name = \"value\"");
  CHECK(help("[step]\nuse = 'drop'\n[[step]]\n") ==
        "every step begins with [[step]], in double brackets");
}

TEST_CASE("a character outside ASCII stands in quotes or in a comment") {
  CHECK(problems("[job]\nname = \"j\" ø\n") == Lines{"2:12+1: \"ø\" can stand only in quotes"});
  CHECK(problems("[jöb]\n") == Lines{"1:3+1: \"ö\" can stand only in quotes"});
  CHECK(problems("a = \"é\nö = 1\n") == Lines{"2:1+1: \"ö\" can stand only in quotes"});
  for (const char* word : {"5", "5.", "5[", "5{", "=", "x,5", "[[5", "{b=5", "'a'", "\"a\""}) {
    CAPTURE(word);
    const auto found = problems(cat("a = ", word, "\"ø\"\n"));
    REQUIRE(found.size() == 1);
    CHECK(found[0].ends_with("this is not TOML: a quote in the middle of a word"));
  }
  CHECK(problems(cat("\xef\xbb\xbf# é\n",
                     job_with("[[step]] # ø\nuse = 'set'\nfield = '/ø'\n"
                              "value.\"ø\" = [\"\\\"ø\", \"\", 'ø\\', "
                              "\"\"\"ø\"ø\n\\\"\"\"\"\"\", '\'\'ø\nø\'\'\'\'\']\n")))
            .empty());
}

TEST_CASE("quotes may begin wherever a key or a value may") {
  CHECK(problems(job_with("[[step]]\nuse=\"drop\"\nfields=[\"/a\",'/b',\"\"\"/c\"\"\"]# x\n"
                          "[[\"step\"]]\n'use'='set'\n\"field\"='/a'\n"
                          "value={'x'=['y',['z',{\"w\"=1,'v'=''}]],a.\"b\".'c'=\"\",t=5}\n"))
            .empty());
}

TEST_CASE("a key nested too deeply is a diagnostic, not a stack overflow") {
  std::string dots = "a";
  for (int i = 0; i < 300000; ++i) dots += ".a";
  CHECK(problems(cat('[', dots, ']')).size() == 1);
  CHECK(problems(cat("a = { ", dots, " = 1 }")).size() == 1);
  CHECK(problems(cat("a = ", std::string(300000, '['))).size() == 1);
  std::string nested = "a";
  for (int i = 0; i < 900; ++i) nested += ".a";
  CHECK(problems(job_with(cat("[[step]]\nuse = 'set'\nfield = '/a'\nvalue.", nested, " = 1")))
            .empty());
}

TEST_CASE("every beginning of a whole job gives a config or diagnostics with places in it") {
  for (std::size_t size = 0; size <= whole_job.size(); ++size) {
    CAPTURE(size);
    const auto outcome = parse(std::string(whole_job.substr(0, size)));
    REQUIRE(outcome.config.has_value() == outcome.diagnostics.empty());
    const auto begin = whole_job.begin();
    const auto lines = std::count(begin, begin + static_cast<std::ptrdiff_t>(size), '\n') + 1;
    for (const Diagnostic& problem : outcome.diagnostics) {
      CHECK(problem.at.line <= lines);
      CHECK_FALSE(problem.message.empty());
    }
  }
}

TEST_CASE("every table that must be there is missed, with what to write") {
  CHECK(problems("") == Lines{"0:0+1: the job needs the table [job]",
                              "0:0+1: the job needs the table [source]",
                              "0:0+1: the job needs the table [sink]"});
  CHECK(problems("[job]\n[source]\n[sink]\n") == Lines{"1:1+5: [job] needs the key \"name\"",
                                                       "2:1+8: [source] needs the key \"files\"",
                                                       "3:1+6: [sink] needs the key \"files\""});
  CHECK(problems(job_with("[dead_letter]\n")) ==
        Lines{"7:1+13: [dead_letter] needs the key \"file\""});
  CHECK(help("[job]\nname = 'j'\n[sink]\nfiles = '-'\n") ==
        "[source], and under it files = [\"data/*.ndjson\"]");
}

TEST_CASE(
    "unknown tables and keys are found, with the name that was meant, and not missed besides") {
  CHECK(problems(job_with("[dead_leter]\nfile = 'd'\n")) ==
        Lines{"7:2+10: the job has no table [dead_leter]"});
  CHECK(help(job_with("[dead_leter]\n")) == "did you mean \"dead_letter\"?");
  CHECK(help(job_with("colour = 1\n")) ==
        "[sink] has files, format, columns, existing and recipient");
  CHECK(problems(source("file = 'a'\n")) == Lines{"6:1+4: [source] has no key \"file\""});
  CHECK(help(source("file = 'a'\n")) == "did you mean \"files\"?");
  CHECK(problems(job_with("[keyring.pii]\npath = 1\n")).size() == 2);
}

TEST_CASE("a table that is written as something else is told how to be written") {
  CHECK(problems("job = 1\n[source]\nfiles = '-'\n[sink]\nfiles = '-'\n") ==
        Lines{"1:1+3: job is one table, not an integer"});
  CHECK(problems(job_with("[[dead_letter]]\n")) ==
        Lines{"7:3+11: dead_letter is one table, not an array"});
  CHECK(help(job_with("[step]\nuse = 'drop'\n")) ==
        "write [[step]], in double brackets, for each of them");
  CHECK(help(job_with("[keyring]\nfile = 'a'\n")) ==
        "[keyring.pii], and under it file = \"keys/pii.json\"");
  CHECK(problems(cat("step = [1]\n", job_with(""))) ==
        Lines{"1:9+1: step takes tables, not an integer"});
}

TEST_CASE("values of the wrong type are found") {
  CHECK(problems(job_with("existing = true\n")) ==
        Lines{"7:12+4: existing takes a string, not true or false"});
  CHECK(problems(source("files = 1\n")) ==
        Lines{"6:9+1: files takes an array of strings, not an integer"});
  CHECK(problems(source("files = ['a', 2.5]\n")) ==
        Lines{"6:15+3: files takes strings, not a decimal number"});
  CHECK(problems(job_with("[dead_letter]\nfile = 'd'\nplain = 'true'\n")) ==
        Lines{"9:9+6: plain takes true or false, not a string"});
  CHECK(problems(protecting("key = 'pii'\nfields = 7\n")) ==
        Lines{"13:10+1: fields takes an array of JSON pointers, not an integer"});
  CHECK(problems(protecting("key = 'pii'\nfields = [[]]\n")) ==
        Lines{"13:11+2: fields takes a JSON pointer in quotes, not an array"});
  CHECK(problems(protecting("key = 1979-05-27\nfields = '/a'\n")) ==
        Lines{"12:7+10: key takes a string, not a date or a time"});
}

TEST_CASE("the name of a job must be able to name files") {
  for (const char* name : {"", "a b", "a/b", "..", ".hidden", "é"}) {
    CAPTURE(name);
    CHECK(problems(cat("[job]\nname = '", name, "'\n[source]\nfiles='a'\n[sink]\nfiles='-'\n"))
              .size() == 1);
  }
}

TEST_CASE("a job that works under keys needs a domain, another one does not") {
  const std::string keys =
      "[keyring.pii]\nfile = 'keys/pii.json'\n[[step]]\nfields = '/a'\nkey = 'pii'\n";
  CHECK(problems(job_with(keys + "use = 'encrypt'\n")) ==
        Lines{"1:1+5: [job] needs the key \"domain\""});
  CHECK(problems(job_with(keys + "use = 'decrypt'\n")) ==
        Lines{"1:1+5: [job] needs the key \"domain\""});
  CHECK(problems(job_with("[[step]]\nuse = 'drop'\nfields = '/a'\n")).empty());
  CHECK(problems(job_with("[[step]]\nuse = 'redact'\nfields = '/a'\n")).empty());
  CHECK(problems("[job]\nname = 'j'\ndomain = ''\n[source]\nfiles='a'\n[sink]\nfiles='-'\n") ==
        Lines{"3:10+2: domain is empty"});
}

TEST_CASE("what comes in a later version is refused with what can be done now") {
  const auto later = [](const std::string& toml, std::string_view what, std::string_view way) {
    const auto outcome = parse(toml);
    REQUIRE(outcome.diagnostics.size() == 1);
    CHECK(outcome.diagnostics[0].message ==
          cat(what, " is not available in this version of Adyton"));
    CHECK(outcome.diagnostics[0].help.find(way) != std::string::npos);
  };
  later(job_with("[[test]]\n"), "test", "leave the test cases out");
}

TEST_CASE("dead letters are for recipients that are some, and not in the clear then") {
  const std::string recipient = "age1t7r3ek9d5wwzqcd02zmhm4fw3a28hx4pqq2ujg2yg7g0xf0z8q0s6lcg2t";
  const std::string good = crypto::age::Identity::generate().recipient().text();
  const auto table = [](const std::string& keys) { return job_with("[dead_letter]\n" + keys); };
  const auto outcome = parse(table("file = 'd'\nrecipient = '" + good + "'\n"));
  REQUIRE(outcome.config.has_value());
  REQUIRE(outcome.config->dead_letter.recipients.size() == 1);
  CHECK(outcome.config->dead_letter.recipients[0].text() == good);
  CHECK(parse(table("file = 'd'\nrecipient = ['" + good + "']\n")).config.has_value());
  const auto wrong = [&](const std::string& keys, std::string_view message) {
    const auto refused = parse(table(keys));
    REQUIRE(refused.diagnostics.size() == 1);
    CHECK(refused.diagnostics[0].message.find(message) != std::string::npos);
  };
  wrong("file = 'd'\nrecipient = 'age1x'\n", "\"age1x\" is no recipient");
  wrong("file = 'd'\nrecipient = ['" + good + "', '" + recipient + "']\n", "is no recipient");
  wrong("max_errors = 1\nrecipient = '" + good + "'\n", "there is no file for them");
  wrong("file = 'd'\nplain = true\nrecipient = '" + good + "'\n", "with recipient they are not");
}

TEST_CASE("a sink seals to its recipients, and only then what it writes is called .age") {
  const std::string one = crypto::age::Identity::generate().recipient().text();
  const std::string two = crypto::age::Identity::generate().recipient().text();
  const auto to_two =
      parse(sink("files = 'out/{stem}.csv.zst.age'\nrecipient = ['" + one + "', '" + two + "']\n"));
  REQUIRE(to_two.config.has_value());
  REQUIRE(to_two.config->sink.recipients.size() == 2);
  CHECK(to_two.config->sink.recipients[0].text() == one);
  CHECK(to_two.config->sink.recipients[1].text() == two);
  CHECK(to_two.config->protects());
  const std::string to = "recipient = '" + one + "'\n";
  CHECK(parse(sink("files = '-'\n" + to)).config->sink.seals());
  // What the name ends in is the input's.
  CHECK(parse(sink("files = 'out/{name}'\n" + to)).config.has_value());
  CHECK_FALSE(parse(sink("files = 'out/{name}'\n")).config->sink.seals());

  CHECK(
      problems(sink("files = 'out/{stem}.ndjson.age'\n")) ==
      Lines{"6:9+23: nobody is named whom the outputs are sealed to, so none may be called .age"});
  CHECK(help(sink("files = 'out/{stem}.ndjson.age'\n")).find("recipient = \"age1…\"") !=
        std::string::npos);
  CHECK(problems(sink("files = 'out/{stem}.zst'\n" + to)) ==
        Lines{"6:9+16: the outputs are sealed, so their names must end in .age"});
  CHECK(help(sink("files = 'out/{stem}.zst'\n" + to)) == "files = \"out/{stem}.zst.age\"");
  // Of a recipient that is none the name is no consequence.
  for (const char* files : {"out/{stem}.age", "out/{stem}"}) {
    CHECK(problems(sink(cat("files = '", files, "'\nrecipient = 'age1x'\n"))).size() == 1);
    CHECK(problems(sink(cat("files = '", files, "'\nrecipient = 7\n"))).size() == 1);
  }
  CHECK(parse(sink("files = 'a.age'\nrecipient = 'age1x'\n"))
            .diagnostics[0]
            .message.starts_with("\"age1x\" is no recipient"));
  CHECK(problems(sink("files = 'a.age'\nrecipient = ['" + one + "', '" + one + "']\n"))[0].find(
            "is named twice") != std::string::npos);
  CHECK(parse(sink("files = 'a.age'\nrecipient = '" + one + "'\n")).config->text !=
        parse(sink("files = 'a.age'\nrecipient = '" + two + "'\n")).config->text);
}

TEST_CASE("the source's files are checked") {
  CHECK(problems(source("files = []\n")) == Lines{"6:9+2: files is empty"});
  CHECK(problems(source("files = ''\n")) == Lines{"6:9+2: files is empty"});
  CHECK(problems(source("files = 'a\\u0000'\n")).empty());  // a literal string: no escape
  CHECK(problems(source("files = \"a\\u0000\"\n")) ==
        Lines{"6:9+9: files holds a NUL character, which no file name can"});
  CHECK(problems(source("files = ['a', 'a']\n")) == Lines{"6:15+3: \"a\" is named twice"});
  CHECK(problems(source("files = ['-', 'a']\n")) ==
        Lines{"6:9+10: \"-\" (standard input) goes with no other file"});
  CHECK(problems(source("files = ['-']\n")).empty());
  CHECK(problems(source("files = '-'\nformat = 'ndjsn'\n")) ==
        Lines{"7:10+7: format is \"ndjson\", \"array\", \"csv\" or \"tsv\", not \"ndjsn\""});
  CHECK(help(source("files = '-'\nformat = 'ndjsn'\n")) == "did you mean \"ndjson\"?");
}

TEST_CASE("max_record is a size that a batch can hold") {
  CHECK(parse(source("files = '-'\nmax_record = 1000\n")).config->source.max_record == 1000);
  for (const char* size : {"0", "-1", "\"0 MiB\"", "\"2 GiB\"", "5000000000"}) {
    CAPTURE(size);
    CHECK(problems(source(cat("files = '-'\nmax_record = ", size, "\n")))[0].ends_with(
        "max_record must be from 1 byte to 1 GiB"));
  }
  CHECK(problems(source("files = '-'\nmax_record = 1.5\n")).size() == 1);
}

TEST_CASE("keyrings must be there") {
  CHECK(problems(job_with("[keyring.a]\nfile = 'keys/a.json'\n")) ==
        Lines{"8:8+13: the keyring cannot be used: cannot open keys/a.json: No such file or "
              "directory"});
  CHECK(help(job_with("[keyring.a]\nfile = 'keys/a.json'\n")) ==
        "make one with: adyton keys new keys/a.json");
  CHECK(problems(job_with("[keyring.a]\n")) ==
        Lines{"7:1+11: the keyring \"a\" needs the key \"file\""});
}

TEST_CASE("a file that lies beside the job is recognised, and a folder is no keyring") {
  test::MemoryOs os = make_files();
  os.files["jobs/a.json"] = "{}";
  os.kinds["keys"] = FileInfo::Kind::directory;
  const auto beside = parse_job(os, "jobs/job.toml", job_with("[keyring.a]\nfile = 'a.json'\n"));
  REQUIRE(beside.diagnostics.size() == 1);
  CHECK(beside.diagnostics[0].help ==
        "paths are relative to the current directory, not to the job file; there is jobs/a.json");
  const auto folder = parse_job(os, "jobs/job.toml", job_with("[keyring.a]\nfile = 'keys'\n"));
  REQUIRE(folder.diagnostics.size() == 1);
  CHECK(folder.diagnostics[0].message == "the keyring is a folder: \"keys\"");
}

TEST_CASE("steps must exist, with their options, and no others") {
  CHECK(problems(job_with("[[step]]\nfields = '/a'\n")) ==
        Lines{"7:1+8: [[step]] needs the key \"use\""});
  CHECK(help(job_with("[[step]]\nuse = 'pyton'\n")) == "did you mean \"python\"?");
  CHECK(help(job_with("[[step]]\nuse = 'transmogrify'\n")).starts_with("the steps are encrypt, "));
  CHECK(problems(job_with("[[step]]\nuse = 1\n")) ==
        Lines{"8:7+1: use takes a string, not an integer"});
  CHECK(problems(protecting("")) == Lines{"10:1+8: encrypt needs the option \"fields\"",
                                          "10:1+8: encrypt needs the option \"key\""});
  CHECK(problems(protecting("key = 'pii'\nfield = '/a'\n")) ==
        Lines{"13:1+5: encrypt has no option \"field\""});
  CHECK(help(protecting("key = 'pii'\nfield = '/a'\n")) == "did you mean \"fields\"?");
  CHECK(problems(protecting("key = 'pii'\nfields = '/a'\nmissing = 'eror'\n")) ==
        Lines{"14:11+6: missing is \"error\" or \"skip\", not \"eror\""});
  CHECK(help(protecting("key = 'pii'\nfields = '/a'\nmissing = 'eror'\n")) ==
        "did you mean \"error\"?");
}

TEST_CASE("a keyring that a step names must be defined") {
  CHECK(help(protecting("key = 'pi'\nfields = '/a'\n")) == "did you mean \"pii\"?");
  CHECK(help(protecting("key = 'cards'\nfields = '/a'\n")) == "the job defines pii");
  CHECK(help("[job]\nname='j'\ndomain='d'\n[source]\nfiles='a'\n[sink]\nfiles='-'\n[[step]]\n"
             "use='encrypt'\nfields='/a'\nkey='k'\n") ==
        "define it: [keyring.k], and under it file = \"keys/k.json\"");
}

TEST_CASE("fields are pointers that do not overlap in one step") {
  const auto fields = [](std::string_view list) {
    return problems(protecting(cat("key = 'pii'\nfields = ", list, "\n")));
  };
  CHECK(fields("['/a/*', '/b', '/ab']").empty());
  CHECK(fields("[]") == Lines{"13:10+2: fields is empty"});
  CHECK(fields("['']") == Lines{"13:11+2: an empty pointer names the whole record"});
  CHECK(fields("['a']").size() == 1);
  CHECK(fields("['/a~']").size() == 1);
  CHECK(fields("['/a', '/a']") == Lines{"13:17+4: the field \"/a\" is named twice"});
  CHECK(fields("['/a/*', '/a/0/x']") == Lines{"13:19+8: the field \"/a/0/x\" overlaps \"/a/*\""});
  CHECK(fields("['/a/b', '/a']") == Lines{"13:19+4: the field \"/a\" overlaps \"/a/b\""});
  CHECK(fields("['', 'a', '/b', '/b']").size() == 3);
}

TEST_CASE("a single field has no wildcard") {
  CHECK(problems(job_with("[[step]]\nuse = 'set'\nvalue = 1\nfield = '/a/*'\n")) ==
        Lines{"10:9+6: field names one field, so there can be no * in it"});
  CHECK(problems(job_with("[[step]]\nuse = 'set'\nvalue = 1\nfield = '/a/~2'\n")).empty());
}

TEST_CASE("as is one pointer and goes with one field") {
  CHECK(problems(protecting("key = 'pii'\nfields = ['/a']\nas = '/b'\n")).empty());
  CHECK(problems(protecting("key = 'pii'\nfields = ['/a', '/c']\nas = '/b'\n")) ==
        Lines{"14:6+4: as goes with a single field"});
  CHECK(problems(protecting("key = 'pii'\nfields = ['/a']\nas = 'b'\n")).size() == 1);
}

TEST_CASE("the id of a record is not among the fields that its step protects") {
  CHECK(problems(protecting("key = 'pii'\nfields = ['/a']\nrecord_id = '/id'\n")).empty());
  CHECK(problems(protecting("key = 'pii'\nfields = ['/b', '/u/*']\nrecord_id = '/u/id'\n")) ==
        Lines{"14:13+7: record_id cannot be \"/u/id\", as the field \"/u/*\" of the same step "
              "holds it"});
}

TEST_CASE("a value must be one that JSON has") {
  const auto value = [](std::string_view text) {
    return problems(job_with(cat("[[step]]\nuse = 'set'\nfield = '/a'\nvalue = ", text, "\n")));
  };
  CHECK(value("[{a = nan}]") == Lines{"10:15+3: JSON has no infinities and no NaN"});
  CHECK(value("07:32:00") == Lines{"10:9+8: JSON has no dates and no times"});
  CHECK(value("1e300").empty());
}

TEST_CASE("a script must be there and define the function") {
  const auto call = [](std::string_view text) {
    return problems(job_with(cat("[[step]]\nuse = 'python'\ncall = \"", text, "\"\n")));
  };
  CHECK(call("scripts/score.py:score").empty());
  CHECK(call("scripts/score.py") == Lines{"9:8+18: \"scripts/score.py\" names no function"});
  CHECK(call("scripts/scor.py:score") == Lines{"9:8+23: the script cannot be used: cannot open "
                                               "scripts/scor.py: No such file or directory"});
  CHECK(call("scripts/score.py:skore") ==
        Lines{"9:8+24: scripts/score.py defines no function \"skore\""});
  CHECK(help(job_with("[[step]]\nuse = 'python'\ncall = 'scripts/score.py:skore'\n")) ==
        "did you mean \"score\"?");
}

TEST_CASE("the sink's template has only placeholders that exist") {
  CHECK(problems(sink("files = '{dir}/{stem}-{name}'\n")).empty());
  CHECK(help(sink("files = 'out/{stm}.zst'\n")) == "did you mean \"{stem}\"?");
  CHECK(problems(sink("files = 'out/{shard}'\n")).size() == 1);
  CHECK(problems(sink("files = 'a{stem'\n")) == Lines{"6:9+8: files has a { without its }"});
  CHECK(problems(sink("files = 'a}'\n")) == Lines{"6:9+4: files has a } without its {"});
  CHECK(problems(sink("files = 'a{b{stem}'\n")) == Lines{"6:9+11: files has a { without its }"});
  CHECK(problems(sink("files = 'out/'\n")) == Lines{"6:9+6: files names a folder"});
  CHECK(problems(sink("files = 'x'\nexisting = 'repalce'\n")) ==
        Lines{"7:12+9: existing is \"error\" or \"replace\", not \"repalce\""});
}

TEST_CASE("max_errors is a count or a share in percent") {
  const auto errors = [](std::string_view text) {
    return problems(job_with(cat("[dead_letter]\nmax_errors = ", text, "\n")));
  };
  for (const char* good : {"0", "100", "\"1 %\"", "\"0.5%\"", "\"100 %\"", "\"0 %\""}) {
    CAPTURE(good);
    CHECK(errors(good).empty());
  }
  CHECK(errors("0.01") ==
        Lines{"8:14+4: max_errors takes a count or a share, not a decimal number"});
  CHECK(errors("-1") == Lines{"8:14+2: max_errors cannot be negative"});
  for (const char* bad : {"\"100\"", "\"101 %\"", "\"-1 %\"", "\"-0 %\"", "\"%\"", "\"1 % \"",
                          "\"nan%\"", "\"1e1 %\""}) {
    CAPTURE(bad);
    CHECK(errors(bad).size() == 1);
  }
}

TEST_CASE("dead letters go to a file of their own") {
  CHECK(problems(job_with("[dead_letter]\nfile = '-'\n")) ==
        Lines{"8:8+3: dead letters go to a file, not to standard output"});
  CHECK(problems(job_with("[dead_letter]\nmax_errors = 1\nplain = true\n")) ==
        Lines{"9:1+5: plain says how dead letters are written, but there is no file for them"});
  CHECK(problems(sink("files = 'out/x'\n[dead_letter]\nfile = './out//x'\n")) ==
        Lines{"8:8+10: the dead letters and the output would be one file"});
}

TEST_CASE("no output is written over what the job is made of") {
  const auto output = [](std::string_view path) {
    return problems(cat(protecting("key = 'pii'\nfields = '/a'\n[[step]]\nuse = 'python'\n"
                                   "call = 'scripts/score.py:score'\n[dead_letter]\nfile = '"),
                        path, "'\n"));
  };
  CHECK(output("keys/../keys/pii.json") == Lines{"18:8+23: the dead-letter file would be written "
                                                 "over a keyring: \"keys/../keys/pii.json\""});
  CHECK(output("scripts/score.py").size() == 1);
  CHECK(output("jobs/job.toml").size() == 1);
  CHECK(output("a.ndjson").size() == 1);
  CHECK(output("b.ndjson").empty());
}

TEST_CASE("a job file that cannot be read is a diagnostic without a place") {
  test::MemoryOs os;
  const auto outcome = read_job(os, "none.toml");
  REQUIRE(outcome.diagnostics.size() == 1);
  CHECK(outcome.diagnostics[0].at.line == 0);
  CHECK(outcome.diagnostics[0].message == "cannot open none.toml: No such file or directory");
  os.files["job.toml"] = job_with("");
  CHECK(read_job(os, "job.toml").config.has_value());
}

TEST_CASE(
    "a sink writes the source's format unless it names another, and only tables have columns") {
  const auto formats = [](std::string_view source_keys, std::string_view sink_keys) {
    return parse(cat("[job]\nname = 'j'\n[source]\nfiles = 'a'\n", source_keys,
                     "[sink]\nfiles = '-'\n", sink_keys));
  };
  CHECK(formats("format = 'csv'\n", "").config->sink.format == Format::csv);
  CHECK(formats("format = 'array'\n", "format = 'ndjson'\n").config->sink.format == Format::ndjson);
  CHECK(formats("format = 'tsv'\n", "columns = ['a']\n").config->sink.columns == Lines{"a"});
  CHECK(problems(sink("files = '-'\ncolumns = ['a']\n")) ==
        Lines{"7:11+5: only csv and tsv have columns"});
  CHECK(problems(sink("files = '-'\nformat = 'csv'\ncolumns = ['a', 'a', 1]\n")) ==
        Lines{"8:17+3: \"a\" is named twice", "8:22+1: columns takes strings, not an integer"});
}

TEST_CASE("commit_every is a size and state a path") {
  const auto job = [](std::string_view keys) {
    return problems(cat("[source]\nfiles='a'\n[sink]\nfiles='-'\n[job]\nname='j'\n", keys));
  };
  CHECK(job("commit_every = 1000\nstate = 'x'\n").empty());
  CHECK(job("commit_every = 0\n").size() == 1);
  CHECK(job("commit_every = 'often'\n") == Lines{"7:16+7: \"often\" is not a size"});
  CHECK(job("state = ''\n") == Lines{"7:9+2: state is empty"});
  CHECK(problems(job_with("[receipt]\ndigest = 'sha-256'\n")) ==
        Lines{"8:10+9: digest is \"xxh3-128\" or \"sha256\", not \"sha-256\""});
}

TEST_CASE("a key in the wrong table is told where it belongs") {
  CHECK(help(job_with("max_errors = 1\n")) == "it belongs under [dead_letter]");
  CHECK(help(job_with("[receipt]\nformat = 'csv'\n")) == "it belongs under [source] or [sink]");
  CHECK(help(cat("domain = 'd'\n", job_with(""))) == "it belongs under [job]");
  CHECK(help(job_with("[job.receipt]\n")) ==
        "it is a table of its own: [receipt], and under it digest = \"sha256\"");
}

TEST_CASE("a file that is no text in UTF-8 is called what it is") {
  const auto first = [](std::string_view bytes) {
    return parse(std::string(bytes)).diagnostics.at(0);
  };
  CHECK(first(std::string_view("\xff\xfe[\0j\0", 6)).message ==
        "the file is UTF-16, and a job is UTF-8");
  CHECK(first(std::string_view("\x7f"
                               "ELF\0\1",
                               6))
            .message == "the file is no text: there are NUL bytes in it");
  CHECK(parse(cat("\xef\xbb\xbf", job_with(""))).config.has_value());
}

TEST_CASE("a job's text is the same however it is written, and another for another job") {
  const auto text = [](std::string_view toml) { return parse(std::string(toml)).config->text; };
  const std::string written =
      text(job_with("[[step]]\nuse = 'set'\nfield = '/a'\nvalue = {z = 1, a = 2}\n"));
  CHECK(written == R"({"job":{"name":"j"},"sink":{"files":"-"},"source":{"files":"a.ndjson"},)"
                   R"("step":[{"field":"/a","use":"set","value":{"z":1,"a":2}}]})");
  CHECK(text("# the same\nstep = [{value.z = 1, use = \"set\", value.a = 2, field = '/a'}]\r\n"
             "[sink]\nfiles=\"\\u002d\"\n[source]\nfiles = 'a.ndjson'\n[job]\nname='j'\n") ==
        written);
  CHECK(text(job_with("[[step]]\nuse = 'set'\nfield = '/a'\nvalue = {a = 2, z = 1}\n")) != written);
  CHECK(text(job_with("")) != text(job_with("existing = 'error'\n")));
}

TEST_CASE("what could be read of a wrong job is there to look on, with the steps that are whole") {
  const auto outcome = parse(job_with(
      "[[step]]\nuse = 'drop'\n[[step]]\nuse = 'drop'\nfields = '/a'\n[dead_letter]\nplain = 1\n"));
  CHECK_FALSE(outcome.config.has_value());
  CHECK(outcome.draft.name == "j");
  CHECK(outcome.draft.steps.size() == 2);
  CHECK(outcome.whole_steps == std::vector<std::size_t>{1});
}

TEST_CASE("the table of keys tells the defaults that a config has") {
  const auto told = [](std::string_view table, std::string_view key) {
    const auto keys = keys_of(table);
    const auto rule = std::find_if(keys.begin(), keys.end(),
                                   [&](const KeyRule& each) { return each.name == key; });
    return parse_size(rule->default_value);
  };
  CHECK(told("job", "commit_every") == JobConfig().commit_every);
  CHECK(told("source", "max_record") == JobConfig().source.max_record);
}
