# A room is a static library whose includes start at the repository's root ("host/base/result.h").
# What a room may depend on is what it links, so the linker enforces the plan of the house, and
# tests/unit/rooms_test.py holds the includes against it.
#
#   adyton_room(NAME [SOURCES file...] [LINKS target...] [PRIVATE_LINKS target...])
function(adyton_room name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS})
  adyton_warnings(${name})
  # Rooms are linked into executables that lie at a fixed address (see EmbeddedPython.cmake), which
  # spares instructions; sanitizers have ideas of their own about addresses.
  if(NOT ADYTON_SANITIZE)
    target_compile_options(${name} PRIVATE -fno-pie)
    target_link_options(${name} INTERFACE -no-pie)
  endif()
endfunction()

# The unit tests of one room: one doctest executable, one ctest entry ("unit.NAME").
#
#   adyton_unit_test(NAME SOURCES file... LINKS target...)
function(adyton_unit_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(unit_${name} ${arg_SOURCES} ${CMAKE_SOURCE_DIR}/tests/unit/main.cpp)
  target_link_libraries(unit_${name} PRIVATE ${arg_LINKS} adyton_test_support)
  adyton_warnings(unit_${name})
  add_test(NAME unit.${name} COMMAND unit_${name})
  set_tests_properties(unit.${name} PROPERTIES LABELS unit)
endfunction()
