# Which versions of CAF are taken, and what is said about the others: with packages that are nothing
# but a version. Run with -DHAMOK_SOURCE_DIR=... -DWORK=folder.

function(expect version accepted)
  set(root "${WORK}/caf-${version}")
  file(WRITE "${root}/lib/cmake/CAF/CAFConfig.cmake" "set(CAF_FOUND TRUE)\n")
  file(WRITE "${root}/lib/cmake/CAF/CAFConfigVersion.cmake"
       "set(PACKAGE_VERSION ${version})\nset(PACKAGE_VERSION_COMPATIBLE FALSE)\n")
  execute_process(COMMAND "${CMAKE_COMMAND}" "-DCAF_ROOT=${root}"
                          -P "${HAMOK_SOURCE_DIR}/cmake/HamokCaf.cmake"
                  RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE problem)
  if(accepted AND NOT (code EQUAL 0 AND out MATCHES "^${version} "))
    message(FATAL_ERROR "CAF ${version} has to be taken, but: ${out}${problem}")
  elseif(NOT accepted AND (code EQUAL 0 OR NOT problem MATCHES "0.18.7 <= version < 1.2"
                           OR NOT problem MATCHES "found ${version}"))
    message(FATAL_ERROR "CAF ${version} has to be refused with the reason, but: ${out}${problem}")
  endif()
endfunction()

file(REMOVE_RECURSE "${WORK}")
expect(0.17.6 FALSE)
expect(0.18.6 FALSE)
expect(0.18.7 TRUE)
expect(1.0.2 TRUE)
expect(1.1.0 TRUE)
expect(1.2.0 FALSE)
