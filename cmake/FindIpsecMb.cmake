# ipsec_mb::ipsec_mb, on x86-64: the static library of Debian's libipsec-mb-dev, else the shared one.
# Optional: without it Crypto++ does all the work (-DCMAKE_DISABLE_FIND_PACKAGE_IpsecMb=ON asks for that).
#
# Of a static library whose AES-GCM calls all store to one variable, a copy is linked whose calls don't
# (quiet_ipsec_mb.py says why), and ADYTON_QUIET_IPSEC_MB is on. Included after EmbeddedPython, whose
# interpreter runs the script.
set(IpsecMb_FOUND FALSE)
set(ADYTON_QUIET_IPSEC_MB OFF)
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
  set(ipsec_mb_script ${CMAKE_CURRENT_LIST_DIR}/quiet_ipsec_mb.py)
  set(ipsec_mb_copy ${CMAKE_BINARY_DIR}/ipsec_mb/libIPSec_MB.a)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${IPSEC_MB_LIBRARY} ${ipsec_mb_script})
  execute_process(COMMAND ${ADYTON_PYTHON} -I ${ipsec_mb_script} ${IPSEC_MB_LIBRARY} ${ipsec_mb_copy}
    RESULT_VARIABLE ipsec_mb_status ERROR_VARIABLE ipsec_mb_error ERROR_STRIP_TRAILING_WHITESPACE)
  if(ipsec_mb_status EQUAL 0)
    set_target_properties(ipsec_mb::ipsec_mb PROPERTIES IMPORTED_LOCATION ${ipsec_mb_copy})
    set(ADYTON_QUIET_IPSEC_MB ON)
  else()
    message(STATUS "IPsec-MB is linked as it is: ${ipsec_mb_error}")
  endif()
endif()
