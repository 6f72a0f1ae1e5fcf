#include "host/cli/verify.h"

#include "host/base/text.h"
#include "host/cli/options.h"
#include "host/pipeline/receipt.h"

namespace adyton::cli {
namespace {

constexpr std::string_view command_name = "verify";
constexpr std::string_view usage =
    "usage: adyton verify [options] RECEIPT\n"
    "Reads the inputs, the outputs and the dead letters that a run's receipt names, counts their\n"
    "records and takes their digests anew. Run it in the folder where the job ran.\n"
    "exit code: 0 all is as the receipt says, 1 something differs, 2 usage\n";

std::string files(const std::vector<pipeline::ReceiptFile>& files) {
  std::uint64_t bytes = 0;
  for (const pipeline::ReceiptFile& file : files) bytes += file.size;
  return cat(files.size(), files.size() == 1 ? " file, " : " files, ", human_size(bytes));
}

std::string summary(const std::string& path, const pipeline::Receipt& receipt) {
  const pipeline::Counts& counts = receipt.counts;
  std::string dead = cat(with_commas(counts.dead), " dead");
  if (counts.dropped > 0) dead += cat(", ", with_commas(counts.dropped), " dropped");
  if (counts.fanned_out > 0) dead += cat(", ", with_commas(counts.fanned_out), " fanned out");
  return cat(path, ": all is as it says\n",                            //
             "  inputs        ", files(receipt.inputs), '\n',          //
             "  outputs       ", files(receipt.outputs), '\n',         //
             "  records       ", with_commas(counts.read), " read, ",  //
             with_commas(counts.written), " written, ", dead, '\n');
}

}  // namespace

int verify_command(std::span<const std::string> args, Os& os) {
  auto parsed = parse_options({command_name, "receipt", usage, {}}, args);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const auto& values = std::get<boost::program_options::variables_map>(parsed);
  const auto& path = values["receipt"].as<std::string>();

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
  const std::vector<std::string> findings = pipeline::verify(*receipt, os);
  for (const std::string& finding : findings) complain(command_name, finding);
  if (!findings.empty()) return exit_failed;
  return print(summary(path, *receipt)) ? exit_done : exit_failed;
}

}  // namespace adyton::cli
