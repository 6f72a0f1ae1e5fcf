# cryptopp::cryptopp: the static library of Debian's libcrypto++-dev, else the shared one.
find_path(CRYPTOPP_INCLUDE cryptopp/cryptlib.h)
find_library(CRYPTOPP_LIBRARY NAMES libcryptopp.a cryptopp)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CryptoPP REQUIRED_VARS CRYPTOPP_LIBRARY CRYPTOPP_INCLUDE)
if(CryptoPP_FOUND AND NOT TARGET cryptopp::cryptopp)
  add_library(cryptopp::cryptopp UNKNOWN IMPORTED)
  set_target_properties(cryptopp::cryptopp PROPERTIES IMPORTED_LOCATION ${CRYPTOPP_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${CRYPTOPP_INCLUDE})
endif()
