# Finds the headers of immer (persistent containers) and defines the target hamok::immer.

find_path(HAMOK_IMMER_INCLUDE_DIR immer/map.hpp DOC "Folder that holds immer/map.hpp")
if(NOT HAMOK_IMMER_INCLUDE_DIR OR NOT EXISTS "${HAMOK_IMMER_INCLUDE_DIR}/immer/map.hpp")
  message(
    FATAL_ERROR
      "Hamok needs the headers of the immer library (Debian: libimmer-dev); immer/map.hpp was not "
      "found (HAMOK_IMMER_INCLUDE_DIR is '${HAMOK_IMMER_INCLUDE_DIR}').\n"
      "  `./dev setup` fetches it; -DHAMOK_IMMER_INCLUDE_DIR=DIR takes the one that is in DIR.")
endif()

# Imported, so that its headers count as system headers.
add_library(hamok_immer INTERFACE IMPORTED GLOBAL)
set_target_properties(hamok_immer PROPERTIES INTERFACE_INCLUDE_DIRECTORIES
                                             "${HAMOK_IMMER_INCLUDE_DIR}")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # immer allocates only the part of a node that it uses; GCC reports that where it is inlined.
  set_target_properties(hamok_immer PROPERTIES INTERFACE_COMPILE_OPTIONS
                                               "-Wno-array-bounds;-Wno-stringop-overflow")
endif()
add_library(hamok::immer ALIAS hamok_immer)
