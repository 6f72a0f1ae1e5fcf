#pragma once

#include <map>
#include <string>

namespace adyton::cli {

/// What `adyton --version` prints. The first line is exactly `python --version`'s, for the tools
/// that parse it; then Adyton and the libraries in it, and the processor features that Crypto++,
/// which dispatches on them at run time, has found.
std::string version_text();

/// The same by name, for receipts.
std::map<std::string, std::string> versions();

/// `adyton --version`. Exit code.
int version_command();

}  // namespace adyton::cli
