# tomlplusplus_headers: toml++ as headers (its compiled library would be a shared one).
find_path(TOMLPLUSPLUS_INCLUDE toml++/toml.h)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TomlPlusPlus REQUIRED_VARS TOMLPLUSPLUS_INCLUDE)
if(TomlPlusPlus_FOUND AND NOT TARGET tomlplusplus_headers)
  add_library(tomlplusplus_headers INTERFACE)
  target_include_directories(tomlplusplus_headers SYSTEM INTERFACE ${TOMLPLUSPLUS_INCLUDE})
endif()
