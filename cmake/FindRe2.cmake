# re2::re2: the static library of Debian's libre2-dev, so that nothing is loaded at start-up for it,
# else the shared one. Newer ones are built on Abseil, whose archives then stand beside.
find_path(RE2_INCLUDE re2/re2.h)
find_library(RE2_LIBRARY NAMES libre2.a re2)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Re2 REQUIRED_VARS RE2_LIBRARY RE2_INCLUDE)
if(Re2_FOUND AND NOT TARGET re2::re2)
  find_package(Threads REQUIRED)
  add_library(re2::re2 UNKNOWN IMPORTED)
  set_target_properties(re2::re2 PROPERTIES IMPORTED_LOCATION ${RE2_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${RE2_INCLUDE})
  target_link_libraries(re2::re2 INTERFACE Threads::Threads)
  file(STRINGS ${RE2_INCLUDE}/re2/re2.h RE2_ON_ABSEIL REGEX "#include \"absl/")
  if(RE2_ON_ABSEIL AND RE2_LIBRARY MATCHES "\\.a$")
    get_filename_component(RE2_FOLDER ${RE2_LIBRARY} DIRECTORY)
    file(GLOB RE2_ABSEIL ${RE2_FOLDER}/libabsl_*.a)
    list(JOIN RE2_ABSEIL "," RE2_ABSEIL)
    # The archives need one another in every direction.
    target_link_libraries(re2::re2 INTERFACE "$<LINK_GROUP:RESCAN,${RE2_ABSEIL}>")
  endif()
endif()
