# What `cmake --install` leaves: the libraries of floors 0 to 4 with their headers, the program, and two ways
# for others to find them: find_package(almon) and pkg-config.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/almon)

get_property(folders GLOBAL PROPERTY ALMON_FOLDERS)
list(REMOVE_ITEM folders app)
set(pure_libraries "")
foreach(folder IN LISTS folders)
  install(TARGETS almon_${folder} EXPORT almonTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(DIRECTORY almon/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/almon
          FILES_MATCHING PATTERN "*.hpp" PATTERN "test_*.hpp" EXCLUDE PATTERN "*_test.hpp" EXCLUDE)

  get_property(floor GLOBAL PROPERTY ALMON_FLOOR_${folder})
  get_target_property(type almon_${folder} TYPE)
  if(floor MATCHES "^[0-3]$" AND type STREQUAL "STATIC_LIBRARY")
    string(PREPEND pure_libraries "-lalmon_${folder} ")  # a linker wants the higher floor first
  endif()
endforeach()
if(TARGET almon)
  install(TARGETS almon RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(EXPORT almonTargets NAMESPACE almon:: DESTINATION ${package_folder})
configure_package_config_file(cmake/almonConfig.cmake.in almonConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(almonConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/almonConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/almonConfigVersion.cmake
        DESTINATION ${package_folder})

file(RELATIVE_PATH to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(cmake/almon.pc.in almon.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/almon.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The proof: strangers' programs that know nothing but the installed files. Needs the whole build.
if(PROJECT_IS_TOP_LEVEL AND NOT ALMON_FUZZ)
  string(TOUPPER "CMAKE_CXX_FLAGS_${CMAKE_BUILD_TYPE}" flags_of_this_build)
  set(flags "${${flags_of_this_build}}")
  separate_arguments(flag_list NATIVE_COMMAND "${flags}")
  set(stage ${CMAKE_BINARY_DIR}/package)
  set(consumer ${CMAKE_SOURCE_DIR}/tests/package)

  add_test(NAME package.install
           COMMAND ${CMAKE_COMMAND} --install ${CMAKE_BINARY_DIR} --prefix ${stage}/prefix)
  add_test(NAME package.find_package
           COMMAND ${CMAKE_CTEST_COMMAND} --build-and-test ${consumer} ${stage}/consumer
                   --build-generator ${CMAKE_GENERATOR} --build-options -DCMAKE_PREFIX_PATH=${stage}/prefix
                   -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DCMAKE_CXX_FLAGS=${flags}
                   --test-command ${CMAKE_CTEST_COMMAND} --output-on-failure)
  add_test(NAME package.pkg_config
           COMMAND sh ${consumer}/with_pkg_config.sh ${stage}/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig
                   ${stage}/pkg_config_consumer ${CMAKE_CXX_COMPILER} ${flag_list})
  set_tests_properties(package.install PROPERTIES FIXTURES_SETUP installed)
  set_tests_properties(package.find_package package.pkg_config PROPERTIES FIXTURES_REQUIRED installed)
  set_tests_properties(package.install package.find_package package.pkg_config
                       PROPERTIES LABELS package TIMEOUT 120)
endif()
