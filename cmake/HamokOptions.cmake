# What holds for every target: build type, warnings, sanitizers, compiler cache, linker.

option(HAMOK_WERROR "Treat warnings as errors (./dev always does)" OFF)
option(HAMOK_PCH "Precompile the heavy headers of CAF" ON)
option(HAMOK_UNITY "Compile several sources that know CAF at once: a third of the time from nothing" OFF)
option(HAMOK_PURE "Only raft/ and the collections' states with their tests: needs no CAF" OFF)
option(HAMOK_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(HAMOK_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(HAMOK_CLI "Build the hamok program" ON)
set(HAMOK_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
  endif()
  # Assertions stay on in the default build; -g1 (functions and lines) keeps the objects small. What
  # only tests, and is not tested itself, is optimized less: it compiles in half of the time (and GCC
  # 12 then sees offsets out of bounds inside its own std::string, GCC bug 105651).
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
  set(HAMOK_TEST_OPTIONS -O1 -Wno-array-bounds -Wno-stringop-overflow)
  if(HAMOK_SANITIZE)
    set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1") # compiles in two thirds of the time
    set(HAMOK_TEST_OPTIONS -O0 -Wno-array-bounds -Wno-stringop-overflow)
  endif()

  find_program(HAMOK_CCACHE ccache)
  if(HAMOK_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # ccache does nothing for precompiled headers without this sloppiness. What was compiled in one
    # checkout is used in every other one: paths are seen relative to the checkout.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        "${CMAKE_COMMAND}" -E env
        "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
        "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" "CCACHE_NOHASHDIR=1"
        "${HAMOK_CCACHE}")
  endif()

  find_program(HAMOK_MOLD mold)
  if(HAMOK_MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
endif()

set(HAMOK_SANITIZERS "")
if(HAMOK_SANITIZE)
  if(NOT HAMOK_SANITIZE MATCHES "^(address|undefined|address,undefined|thread)$")
    message(FATAL_ERROR "HAMOK_SANITIZE is '${HAMOK_SANITIZE}'; it can be address, undefined, "
                        "address,undefined or thread.")
  endif()
  add_compile_options(-fsanitize=${HAMOK_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${HAMOK_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumented code confuses GCC's flow analysis; the plain build keeps these warnings.
    add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds
                        -Wno-tsan)
  endif()
endif()

# Sets the warnings and the include path (<build>/include, which holds the link `hamok`).
function(hamok_configure target)
  target_include_directories(${target} PRIVATE "${PROJECT_BINARY_DIR}/include")
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_options(
    ${target}
    PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
            # C++20 designated initializers leave out what has its zero value on purpose.
            -Wno-missing-field-initializers)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12
     AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 warns inside its own std::string (GCC bug 105651), and takes the moved-from content of
    # an empty std::optional for an uninitialised read (GCC bug 105562). Clang checks both.
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-maybe-uninitialized)
  endif()
  if(HAMOK_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
