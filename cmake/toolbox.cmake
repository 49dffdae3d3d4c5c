# What every folder of almon/ needs: one static library of its sources, one program of its unit tests.
include_guard()
find_package(Threads REQUIRED)

add_library(almon_flags INTERFACE)
target_compile_options(almon_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                             -Werror=return-type)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(almon_flags INTERFACE -Wno-missing-designated-field-initializers)
else()
  target_compile_options(almon_flags INTERFACE -Wno-missing-field-initializers)
endif()

find_program(MOLD mold)
if(MOLD AND NOT ALMON_FUZZ)
  add_link_options(-fuse-ld=mold)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# What ./dev builds when it needs less than everything: the unit tests, those of the folders that start threads,
# and the libraries that are pure: floors 0 to 3, and the side rooms that say so.
add_custom_target(unit_tests)
add_custom_target(threaded_tests)
add_custom_target(pure_libraries)

# almon_library(FOLDER FLOOR n|side [THREADED] [PURE]
#               [DEPENDS other folders…] [EXPOSES packages seen in its headers…] [PACKAGES other packages…])
# FLOOR and DEPENDS are the house's table of allowed includes, which tools/layers.py checks. THREADED: its
# tests run under the thread sanitizer too. PURE: a side room that is held to what floors 0 to 3 are held to. A folder without sources yet is a library of headers only.
function(almon_library folder)
  cmake_parse_arguments(ARG "THREADED;PURE" "FLOOR" "DEPENDS;EXPOSES;PACKAGES" ${ARGN})
  set(root ${PROJECT_SOURCE_DIR}/almon/${folder})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${root}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM ARG_DEPENDS PREPEND almon_)

  set(scope INTERFACE)
  if(sources)
    set(scope PUBLIC)
    add_library(almon_${folder} STATIC ${sources})
    target_link_libraries(almon_${folder} PRIVATE ${ARG_PACKAGES} $<BUILD_INTERFACE:almon_flags>)
    if(ARG_PURE OR ARG_FLOOR MATCHES "^[0-3]$")
      add_dependencies(pure_libraries almon_${folder})
    endif()
  else()
    add_library(almon_${folder} INTERFACE)
  endif()
  add_library(almon::${folder} ALIAS almon_${folder})
  set_target_properties(almon_${folder} PROPERTIES EXPORT_NAME ${folder})
  set_property(GLOBAL APPEND PROPERTY ALMON_FOLDERS ${folder})
  set_property(GLOBAL PROPERTY ALMON_FLOOR_${folder} ${ARG_FLOOR})
  target_include_directories(almon_${folder} ${scope} $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                                      $<INSTALL_INTERFACE:include>)
  target_compile_features(almon_${folder} ${scope} cxx_std_23)
  target_link_libraries(almon_${folder} ${scope} ${ARG_DEPENDS} ${ARG_EXPOSES})

  if(ALMON_TESTS AND tests)
    almon_unit_tests(${folder} "${tests}" "${ARG_PACKAGES}" ${ARG_THREADED})
  endif()
endfunction()

# The program FOLDER_tests, known to CTest as unit.FOLDER.
function(almon_unit_tests folder tests packages threaded)
  set(labels unit)
  add_executable(${folder}_tests ${tests} ${PROJECT_SOURCE_DIR}/cmake/doctest_main.cpp)
  target_compile_definitions(${folder}_tests PRIVATE ALMON_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_compile_options(${folder}_tests PRIVATE ${ALMON_TEST_OPTIONS})
  target_link_libraries(${folder}_tests PRIVATE almon_${folder} almon_flags ${packages})
  add_dependencies(unit_tests ${folder}_tests)
  if(threaded)
    list(APPEND labels threads)
    add_dependencies(threaded_tests ${folder}_tests)
  endif()
  add_test(NAME unit.${folder} COMMAND ${folder}_tests)
  set_tests_properties(unit.${folder} PROPERTIES LABELS "${labels}" TIMEOUT 300)
endfunction()

# almon_program(NAME FOLDER): the program that starts in almon/FOLDER/main.cpp, at the top of the build folder.
function(almon_program name folder)
  set(main ${PROJECT_SOURCE_DIR}/almon/${folder}/main.cpp)
  if(NOT EXISTS ${main})
    return()
  endif()
  add_executable(${name} ${main})
  target_link_libraries(${name} PRIVATE almon_${folder} almon_flags)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
endfunction()
