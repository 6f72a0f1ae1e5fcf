#include "host/cli/verify.h"

#include <algorithm>

#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>

#include "host/base/text.h"
#include "host/cli/options.h"
#include "host/cli/sealing.h"
#include "host/pipeline/receipt.h"

namespace po = boost::program_options;

namespace adyton::cli {
namespace {

constexpr std::string_view command_name = "verify";
constexpr std::string_view usage =
    "usage: adyton verify [options] RECEIPT\n"
    "Reads the inputs, the outputs and the dead letters that a run's receipt names, counts their\n"
    "records and takes their digests anew. Run it in the folder where the job ran. The records of\n"
    "sealed outputs are counted with --identity only.\n"
    "exit code: 0 all is as the receipt says, 1 something differs, 2 usage\n";

std::string files(const std::vector<pipeline::ReceiptFile>& files) {
  std::uint64_t bytes = 0;
  for (const pipeline::ReceiptFile& file : files) bytes += file.size;
  return cat(files.size(), files.size() == 1 ? " file, " : " files, ", human_size(bytes));
}

/// What could not be looked at: the records of sealed outputs, where nothing opens them.
std::string left_out(const pipeline::Receipt& receipt,
                     const pipeline::SourceIdentities& identities) {
  const bool sealed =
      std::any_of(receipt.outputs.begin(), receipt.outputs.end(),
                  [](const pipeline::ReceiptFile& output) { return output.sealed; });
  return sealed && !identities ? "; sealed: records not counted (-i IDENTITY opens them)" : "";
}

std::string summary(const std::string& path, const pipeline::Receipt& receipt,
                    const pipeline::SourceIdentities& identities) {
  const pipeline::Counts& counts = receipt.counts;
  std::string dead = cat(with_commas(counts.dead), " dead");
  if (counts.dropped > 0) dead += cat(", ", with_commas(counts.dropped), " dropped");
  if (counts.fanned_out > 0) dead += cat(", ", with_commas(counts.fanned_out), " fanned out");
  return cat(path, ": all is as it says\n",                            //
             "  inputs        ", files(receipt.inputs), '\n',          //
             "  outputs       ", files(receipt.outputs),               //
             left_out(receipt, identities), '\n',                      //
             "  records       ", with_commas(counts.read), " read, ",  //
             with_commas(counts.written), " written, ", dead, '\n');
}

}  // namespace

int verify_command(std::span<const std::string> args, Os& os) {
  CommandOptions command{command_name, "receipt", usage, {}};
  command.options.add_options()(
      "identity,i", po::value<std::vector<std::string>>()->value_name("FILE"),
      "opens sealed outputs, so that their records are counted; may be given several times");
  auto parsed = parse_options(std::move(command), args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<po::variables_map>(parsed);
  const auto& path = values["receipt"].as<std::string>();

  const auto identities = letter_identities(os, all_of(values, "identity"));
  if (!identities) {
    complain(command_name, identities.error().text());
    return exit_failed;
  }
  const auto text = read_file(os, path);
  if (!text) {
    complain(command_name, text.error().text());
    return exit_failed;
  }
  const auto receipt = pipeline::read_receipt(*text);
  if (!receipt) {
    complain(command_name, cat(path, ": ", receipt.error().message,
                               ": give it the \"….receipt.json\" that a run leaves beside its "
                               "outputs"));
    return exit_failed;
  }
  const std::vector<std::string> findings = pipeline::verify(*receipt, os, *identities);
  for (const std::string& finding : findings) complain(command_name, finding);
  if (!findings.empty()) return exit_failed;
  return print(summary(path, *receipt, *identities)) ? exit_done : exit_failed;
}

}  // namespace adyton::cli
