# Finds the C++ Actor Framework through CAF's own CMake package and accepts 0.18.7 <= v < 1.2.
#
# In a project:  include(HamokCaf), then hamok_find_caf().
# As a script:   cmake [-DCAF_ROOT=PREFIX] -P cmake/HamokCaf.cmake
#                prints the folder of the package that would be taken, or fails and says why.

if(CMAKE_SCRIPT_MODE_FILE AND CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  cmake_minimum_required(VERSION 3.25) # before the macros: they keep the policies of this moment
endif()

set(HAMOK_CAF_AT_LEAST 0.18.7)
set(HAMOK_CAF_BELOW 1.2)

# Chooses the first acceptable CAF: `dir` is its package folder or empty, `text` says what was seen.
# When `CAF_ROOT` or `CAF_DIR` is given, only what is there counts.
macro(_hamok_choose_caf dir version text)
  set(_caf_only "")
  if(CAF_DIR AND NOT CAF_DIR STREQUAL HAMOK_CAF_CHOSEN)
    set(_caf_only PATHS "${CAF_DIR}" NO_DEFAULT_PATH)
  elseif(CAF_ROOT)
    set(_caf_only PATHS "${CAF_ROOT}" NO_DEFAULT_PATH)
  endif()
  unset(CAF_DIR)
  unset(CAF_DIR CACHE)
  # No CAF has this version: the search lists what there is and loads nothing.
  find_package(CAF 99999 CONFIG QUIET ${_caf_only})
  set(_caf_configs ${CAF_CONSIDERED_CONFIGS})
  set(_caf_versions ${CAF_CONSIDERED_VERSIONS})
  unset(CAF_DIR CACHE)
  set(${dir} "")
  set(${version} "")
  set(${text} "")
  foreach(_caf_config _caf_version IN ZIP_LISTS _caf_configs _caf_versions)
    string(APPEND ${text} "\n    found ${_caf_version} at ${_caf_config}")
    if(NOT ${dir}
       AND _caf_version VERSION_GREATER_EQUAL HAMOK_CAF_AT_LEAST
       AND _caf_version VERSION_LESS HAMOK_CAF_BELOW)
      get_filename_component(${dir} "${_caf_config}" DIRECTORY)
      set(${version} "${_caf_version}")
    endif()
  endforeach()
  if(NOT ${text})
    set(${text} "\n    found none")
    if(_caf_only)
      string(APPEND ${text} " in ${_caf_only}")
      string(REPLACE "PATHS;" "" ${text} "${${text}}")
      string(REPLACE ";NO_DEFAULT_PATH" "" ${text} "${${text}}")
    endif()
  endif()
endmacro()

macro(hamok_find_caf)
  _hamok_choose_caf(_caf_dir _caf_chosen_version _caf_seen)
  if(NOT _caf_dir)
    message(
      FATAL_ERROR
        "Hamok needs the C++ Actor Framework (CAF), ${HAMOK_CAF_AT_LEAST} or newer and older than "
        "${HAMOK_CAF_BELOW}, with its modules core and io.${_caf_seen}\n"
        "  `./dev setup` fetches and builds one; -DCAF_ROOT=PREFIX (or ./dev build --caf PREFIX) "
        "takes the one that is installed there.")
  endif()
  set(CAF_DIR "${_caf_dir}" CACHE PATH "Folder of CAF's CMake package" FORCE)
  set(HAMOK_CAF_CHOSEN "${_caf_dir}" CACHE INTERNAL "")
  find_package(CAF CONFIG REQUIRED COMPONENTS core io)
  foreach(_caf_part core io)
    if(NOT TARGET CAF::${_caf_part})
      message(FATAL_ERROR "CAF ${_caf_chosen_version} at ${_caf_dir} has no module ${_caf_part}; "
                          "`./dev setup` builds one that has.")
    endif()
  endforeach()
  message(STATUS "Found CAF ${_caf_chosen_version} at ${_caf_dir}")
endmacro()

if(CMAKE_SCRIPT_MODE_FILE AND CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  list(APPEND CMAKE_PREFIX_PATH /usr/local /usr)
  _hamok_choose_caf(_caf_dir _caf_chosen_version _caf_seen)
  if(NOT _caf_dir)
    message(FATAL_ERROR "CAF ${HAMOK_CAF_AT_LEAST} <= version < ${HAMOK_CAF_BELOW}:${_caf_seen}")
  endif()
  execute_process(COMMAND "${CMAKE_COMMAND}" -E echo "${_caf_chosen_version} ${_caf_dir}")
endif()
