# ADYTON_SANITIZE: a list for -fsanitize= ("address,undefined", "thread"), applied to everything.
set(ADYTON_SANITIZE "" CACHE STRING "sanitizers for the whole build")
if(ADYTON_SANITIZE)
  add_compile_options(-fsanitize=${ADYTON_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ADYTON_SANITIZE})
  # What GCC says by itself: code that reads beyond its bytes, within a page, then does not.
  if(ADYTON_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    add_compile_definitions(__SANITIZE_ADDRESS__=1)
  endif()
else()
  # One binary to copy, and no start-up spent on resolving C++ symbols.
  add_link_options(-static-libstdc++ -static-libgcc)
endif()
