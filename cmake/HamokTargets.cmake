# Functions that make the targets of this project. A folder that has no source yet is no error:
# a library without sources is an INTERFACE library, a program without sources is left out.

# hamok_glob(OUT patterns...): the files that match, seen anew at each build.
function(hamok_glob out)
  file(GLOB found CONFIGURE_DEPENDS ${ARGN})
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

# hamok_compile_together(TARGET): with HAMOK_UNITY, the sources of `target` are compiled in batches:
# most of the time goes into headers and what templates become, and that is the same in all of them.
function(hamok_compile_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${HAMOK_UNITY} UNITY_BUILD_BATCH_SIZE 8)
endfunction()

# hamok_compile_apart(files...): they have names of their own that others in their folder have, too.
function(hamok_compile_apart)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# hamok_library(NAME SOURCES files... [LINKS targets...] [PCH host])
# Makes hamok_NAME with the alias hamok::NAME.
function(hamok_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PCH" "SOURCES;LINKS")
  set(target hamok_${name})
  set(scope INTERFACE)
  if(arg_SOURCES)
    set(scope PUBLIC)
    add_library(${target} STATIC ${arg_SOURCES})
    hamok_configure(${target})
    hamok_compile_together(${target})
    if(arg_PCH)
      hamok_use_pch(${target} ${arg_PCH})
    endif()
  else()
    add_library(${target} INTERFACE)
  endif()
  add_library(hamok::${name} ALIAS ${target})
  target_include_directories(${target} ${scope} "${PROJECT_BINARY_DIR}/include")
  if(arg_LINKS)
    target_link_libraries(${target} ${scope} ${arg_LINKS})
  endif()
endfunction()

# hamok_program(TARGET SOURCES files... LINKS targets... [PCH host] [DEFINITIONS defs...])
function(hamok_program target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PCH" "SOURCES;LINKS;DEFINITIONS")
  if(NOT arg_SOURCES)
    return()
  endif()
  add_executable(${target} ${arg_SOURCES})
  hamok_configure(${target})
  target_link_libraries(${target} PRIVATE ${arg_LINKS})
  target_compile_definitions(${target} PRIVATE ${arg_DEFINITIONS})
  hamok_compile_together(${target})
  if(arg_PCH)
    hamok_use_pch(${target} ${arg_PCH})
  endif()
endfunction()

# hamok_catch_test(TARGET LABEL label TIMEOUT seconds SOURCES files... [LINKS targets...]
#                  [PCH host] [DEFINITIONS defs...] [LOCK name] [TIMED])
# Each TEST_CASE becomes a test of ctest under its own name. One that the machine does not allow says
# "SKIPPED on this machine: why", and is shown as skipped. Those with a LOCK run beside others, but
# not beside those with the same. TIMED: those with the tag [timed] measure, and run beside nothing.
function(hamok_catch_test target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TIMED" "LABEL;TIMEOUT;PCH;LOCK" "SOURCES;LINKS;DEFINITIONS")
  if(NOT arg_SOURCES)
    return()
  endif()
  hamok_program(${target} SOURCES ${arg_SOURCES} LINKS ${arg_LINKS} hamok_catch_main
                PCH ${arg_PCH} DEFINITIONS ${arg_DEFINITIONS})
  target_compile_options(${target} PRIVATE ${HAMOK_TEST_OPTIONS})
  set(properties LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT}
                 SKIP_REGULAR_EXPRESSION "SKIPPED on this machine")
  if(arg_TIMED)
    catch_discover_tests(${target} TEST_SPEC "[timed]" PROPERTIES ${properties} RUN_SERIAL TRUE)
    set(others TEST_SPEC "~[timed]")
  endif()
  if(arg_LOCK)
    list(APPEND properties RESOURCE_LOCK ${arg_LOCK})
  endif()
  catch_discover_tests(${target} ${others} PROPERTIES ${properties})
endfunction()
