#pragma once

#include <string_view>

namespace adyton {

/// The vector instructions that Adyton's own loops use. Every level gives the same results; which
/// code there is for a level is its own room's affair.
enum class VectorLevel { portable, avx2, avx512 };

/// The best level that this processor has, or a lower one where the environment's ADYTON_VECTORS
/// names it ("portable", "avx2", "avx512"), so that tests can run each. Looked at once in a
/// process.
VectorLevel vector_level();

std::string_view vector_level_name(VectorLevel level);

}  // namespace adyton
