# hiredis reads the replies of Redis (Debian: libhiredis-dev). Only hamok::redis needs it.

option(HAMOK_WITH_REDIS "Build hamok::redis, the storage of remote maps in Redis, where hiredis is found" ON)

# Sets HAMOK_REDIS, and makes hamok::hiredis if that is true.
set(HAMOK_REDIS OFF)
if(HAMOK_WITH_REDIS AND NOT HAMOK_PURE)
  find_path(HAMOK_HIREDIS_INCLUDE_DIR hiredis/hiredis.h)
  find_library(HAMOK_HIREDIS_LIBRARY hiredis)
  mark_as_advanced(HAMOK_HIREDIS_INCLUDE_DIR HAMOK_HIREDIS_LIBRARY)
  if(HAMOK_HIREDIS_INCLUDE_DIR AND HAMOK_HIREDIS_LIBRARY)
    set(HAMOK_REDIS ON)
    add_library(hamok_hiredis INTERFACE)
    add_library(hamok::hiredis ALIAS hamok_hiredis)
    target_include_directories(hamok_hiredis SYSTEM INTERFACE "${HAMOK_HIREDIS_INCLUDE_DIR}")
    target_link_libraries(hamok_hiredis INTERFACE "${HAMOK_HIREDIS_LIBRARY}")
  else()
    message(STATUS "hamok::redis is left out: there is no hiredis (Debian: libhiredis-dev)")
  endif()
endif()
