# ipsec_mb::ipsec_mb, on x86-64: the static library of Debian's libipsec-mb-dev, else the shared one.
# Optional: without it Crypto++ does all the work (-DCMAKE_DISABLE_FIND_PACKAGE_IpsecMb=ON asks for that).
set(IpsecMb_FOUND FALSE)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
  find_path(IPSEC_MB_INCLUDE intel-ipsec-mb.h)
  find_library(IPSEC_MB_LIBRARY NAMES libIPSec_MB.a IPSec_MB)
  include(FindPackageHandleStandardArgs)
  find_package_handle_standard_args(IpsecMb REQUIRED_VARS IPSEC_MB_LIBRARY IPSEC_MB_INCLUDE)
endif()
if(IpsecMb_FOUND AND NOT TARGET ipsec_mb::ipsec_mb)
  add_library(ipsec_mb::ipsec_mb UNKNOWN IMPORTED)
  set_target_properties(ipsec_mb::ipsec_mb PROPERTIES IMPORTED_LOCATION ${IPSEC_MB_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${IPSEC_MB_INCLUDE})
endif()
