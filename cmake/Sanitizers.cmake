# ADYTON_SANITIZE: a list for -fsanitize= ("address,undefined", "thread"), applied to everything.
set(ADYTON_SANITIZE "" CACHE STRING "sanitizers for the whole build")
if(ADYTON_SANITIZE)
  add_compile_options(-fsanitize=${ADYTON_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ADYTON_SANITIZE})
else()
  # One binary to copy, and no start-up spent on resolving C++ symbols.
  add_link_options(-static-libstdc++ -static-libgcc)
endif()
