# A build from nothing takes a quarter less processor time with the standard library's headers compiled beforehand. Not in
# the other builds, where a file that lacks an include is to be noticed, and not with ccache, which then keeps nothing.
set(POPFETCH_PRECOMPILE OFF)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(POPFETCH_PRECOMPILE ON)
  add_library(popfetch_headers STATIC ${PROJECT_SOURCE_DIR}/cmake/empty.cpp)
  target_link_libraries(popfetch_headers PRIVATE popfetch_options)
  target_precompile_headers(popfetch_headers PRIVATE ${PROJECT_SOURCE_DIR}/cmake/standard_headers.hpp)
endif()

# popfetch_module(NAME USES modules... LIBRARIES libraries...)
# One static library per folder of src/. Only USES are visible to the module, so a forbidden include does not link.
function(popfetch_module name)
  cmake_parse_arguments(arg "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  if(NOT sources)
    set(sources ${PROJECT_SOURCE_DIR}/cmake/empty.cpp)
  endif()
  add_library(popfetch_${name} STATIC ${sources})
  target_include_directories(popfetch_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(popfetch_${name} PRIVATE popfetch_options ${arg_LIBRARIES})
  if(POPFETCH_PRECOMPILE AND NOT PkgConfig::GMIME IN_LIST arg_LIBRARIES) # it brings macros, under which GCC does not take them
    target_precompile_headers(popfetch_${name} REUSE_FROM popfetch_headers)
  endif()
  foreach(used IN LISTS arg_USES)
    target_link_libraries(popfetch_${name} PUBLIC popfetch_${used})
  endforeach()
endfunction()
