# Warnings are errors in Adyton's own code; headers of libraries are system headers. GCC 12 sees an
# overlap in every `"x" + string` (its bug 105651), so -Wrestrict is off.
function(adyton_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wconversion
    -Wno-sign-conversion $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> -Werror)
endfunction()
