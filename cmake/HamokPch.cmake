# Precompiled headers: made once for code that knows CAF's core, once for code that knows CAF's io as
# well, and once for tests of that, then used by every such target.

# hamok_pch_host(NAME LINKS targets... HEADERS headers... [OPTIONS options...])
function(hamok_pch_host name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINKS;HEADERS;OPTIONS")
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "// Carries the precompiled headers.\n")
  add_library(${name} OBJECT "${source}")
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
  hamok_configure(${name})
  target_compile_options(${name} PRIVATE ${arg_OPTIONS})
  hamok_pch_flags(${name})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
endfunction()

# GCC has to keep the precompiled header visible in preprocessed output, for ccache.
function(hamok_pch_flags target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  endif()
endfunction()

# Lets `target` use the headers that `host` has compiled.
function(hamok_use_pch target host)
  if(HAMOK_PCH AND TARGET ${host})
    hamok_pch_flags(${target})
    target_precompile_headers(${target} REUSE_FROM ${host})
  endif()
endfunction()

if(HAMOK_PCH AND NOT HAMOK_PURE)
  set(_hamok_std_headers
      <algorithm> <array> <chrono> <cstdint> <functional> <memory> <optional> <string>
      <string_view> <unordered_map> <utility> <variant> <vector>)
  hamok_pch_host(hamok_pch_core LINKS CAF::core HEADERS ${_hamok_std_headers} <caf/all.hpp>)
  hamok_pch_host(hamok_pch_io LINKS CAF::core CAF::io
                 HEADERS ${_hamok_std_headers} <caf/all.hpp> <caf/io/all.hpp>)
  if(HAMOK_TESTS)
    hamok_pch_host(hamok_pch_tests LINKS CAF::core CAF::io OPTIONS ${HAMOK_TEST_OPTIONS}
                   HEADERS ${_hamok_std_headers} <caf/all.hpp> <caf/io/all.hpp>)
  endif()
endif()
