# The Python that Adyton embeds: its headers and its static library.
#
# /usr/bin/python3 unless ADYTON_PYTHON names another interpreter: the first python3 on the PATH may
# be somebody's private build and must not be picked up by accident. The interpreter itself is asked
# where its library lies and what that library needs.
#
#   adyton::python_headers   include directories
#   adyton::python_embed     the static library, its own dependencies, the exported symbols
if(NOT DEFINED ADYTON_PYTHON)
  if(DEFINED ENV{ADYTON_PYTHON})
    set(ADYTON_PYTHON $ENV{ADYTON_PYTHON})
  else()
    set(ADYTON_PYTHON /usr/bin/python3)
  endif()
endif()
set(ADYTON_PYTHON ${ADYTON_PYTHON} CACHE FILEPATH "the interpreter whose library is embedded")

execute_process(
  COMMAND ${ADYTON_PYTHON} -I -c [[
import sys, sysconfig as s
g = s.get_config_var
print(g('py_version_short'), s.get_path('include'), s.get_path('platinclude'), g('LIBPL'),
      g('LIBRARY'), ' '.join((g(n) or '') for n in ('MODLIBS', 'LIBS', 'SYSLIBS')), sep=';')
]]
  OUTPUT_VARIABLE python_facts OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
list(GET python_facts 0 ADYTON_PYTHON_VERSION)
list(GET python_facts 1 python_include)
list(GET python_facts 2 python_platinclude)
list(GET python_facts 3 python_libpl)
list(GET python_facts 4 python_library)
list(GET python_facts 5 python_libs)
if(ADYTON_PYTHON_VERSION VERSION_LESS 3.11)
  message(FATAL_ERROR "Adyton embeds Python 3.11 or newer; ${ADYTON_PYTHON} is ${ADYTON_PYTHON_VERSION}")
endif()
if(NOT EXISTS ${python_libpl}/${python_library})
  message(FATAL_ERROR "${python_libpl}/${python_library} is missing: install libpython3-dev, "
    "or name an interpreter that has its static library with ADYTON_PYTHON")
endif()
separate_arguments(python_libs UNIX_COMMAND "${python_libs}")
list(REMOVE_DUPLICATES python_libs)
# CPython 3.13 names an archive of its own build tree that Debian ships nowhere; what it held is given by
# host/python/missing_sha2.cpp.
set(ADYTON_PYTHON_LACKS_SHA2 OFF)
if("Modules/_hacl/libHacl_Hash_SHA2.a" IN_LIST python_libs)
  list(REMOVE_ITEM python_libs "Modules/_hacl/libHacl_Hash_SHA2.a")
  set(ADYTON_PYTHON_LACKS_SHA2 ON)
endif()

# Adyton's own allocator of Python's objects (host/python/object_allocator.cpp) takes the place of some
# functions of the library's obmalloc.o: a copy of that object is linked before the archive in which
# they, and the tables they look into, have other names. Only where the tables are the object's own
# (they are _PyRuntime's from 3.12 on, where an interpreter may also have a GIL of its own, which the
# allocator is not made for), and not under a sanitizer, which is to see every object. Elsewhere
# Python's own allocator stays.
set(ADYTON_BLOCK_HEAP OFF)
if(ADYTON_PYTHON_VERSION VERSION_LESS 3.12 AND NOT ADYTON_SANITIZE)
  set(python_obmalloc ${CMAKE_BINARY_DIR}/python/obmalloc.o)
  set(python_obmalloc_names ${CMAKE_SOURCE_DIR}/cmake/python-allocator.syms)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${python_libpl}/${python_library} ${python_obmalloc_names})
  file(REMOVE ${python_obmalloc})
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/python)
  execute_process(COMMAND ${CMAKE_AR} x ${python_libpl}/${python_library} obmalloc.o
    WORKING_DIRECTORY ${CMAKE_BINARY_DIR}/python ERROR_QUIET)
  execute_process(COMMAND ${CMAKE_NM} ${python_obmalloc}
    OUTPUT_VARIABLE python_obmalloc_symbols ERROR_QUIET)
  if(python_obmalloc_symbols MATCHES " d _PyMem\n.* d _PyObject\n")
    execute_process(COMMAND ${CMAKE_OBJCOPY} --redefine-syms=${python_obmalloc_names}
      --globalize-symbol=cpython_object_table --globalize-symbol=cpython_memory_table
      ${python_obmalloc} COMMAND_ERROR_IS_FATAL ANY)
    set(ADYTON_BLOCK_HEAP ON)
  endif()
endif()
message(STATUS "Embedding Python ${ADYTON_PYTHON_VERSION}: ${python_libpl}/${python_library}")

find_path(PYBIND11_INCLUDE pybind11/embed.h REQUIRED)
add_library(adyton_python_headers INTERFACE)
target_include_directories(adyton_python_headers SYSTEM INTERFACE
  ${python_include} ${python_platinclude} ${PYBIND11_INCLUDE})
# Extension modules and pybind11 types are hidden outside their room, as pybind11 demands.
target_compile_options(adyton_python_headers INTERFACE -fvisibility=hidden -fwrapv)
# pybind11 shares its registry of types with every extension module whose build looks alike. Adyton's
# is its own: a user's module has another C++ library and none of Adyton's types.
target_compile_definitions(adyton_python_headers INTERFACE PYBIND11_BUILD_ABI="_adyton")
add_library(adyton::python_headers ALIAS adyton_python_headers)

# Extension modules find the interpreter's symbols in the executable, and nothing else of it. All of
# the library is reached from its own main function, but for Py_FrozenMain; linked in the order in
# which it is reached, and not in the archive's (--whole-archive), pure Python runs 2 % faster, and 1 %
# faster with a version script than with a dynamic list of the same symbols.
add_library(adyton_python_embed INTERFACE)
target_link_libraries(adyton_python_embed INTERFACE adyton::python_headers)
if(ADYTON_BLOCK_HEAP)
  target_link_libraries(adyton_python_embed INTERFACE
    $<TARGET_OBJECTS:adyton_python_objects> ${python_obmalloc})
endif()
target_link_libraries(adyton_python_embed INTERFACE ${python_libpl}/${python_library} ${python_libs})
target_link_options(adyton_python_embed INTERFACE -no-pie -Wl,--undefined=Py_FrozenMain,--undefined=_PyInterpreterConfig_AsDict
  -Wl,--export-dynamic)
# Clang links its sanitizers statically: shared libraries must find their malloc in the executable.
if(NOT (ADYTON_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "Clang"))
  target_link_options(adyton_python_embed INTERFACE
    -Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/python-symbols.map)
endif()
if(ADYTON_BLOCK_HEAP)
  target_link_libraries(adyton_python_embed INTERFACE adyton_python)
endif()
if(ADYTON_PYTHON_LACKS_SHA2)
  target_link_libraries(adyton_python_embed INTERFACE adyton_python_missing_sha2)
endif()
add_library(adyton::python_embed ALIAS adyton_python_embed)
