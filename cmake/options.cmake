# Compiler options that every target of the project is built with.
option(POPFETCH_WARNINGS_AS_ERRORS "Treat warnings as errors (the dev preset does)" OFF)
set(POPFETCH_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")
option(POPFETCH_COVERAGE "Instrument for gcov" OFF)
option(POPFETCH_FUZZ "Build the libFuzzer targets (clang)" OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
include(CheckPIESupported)
check_pie_supported()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(popfetch_options INTERFACE)
target_compile_definitions(popfetch_options INTERFACE _FILE_OFFSET_BITS=64 POPFETCH_VERSION="${PROJECT_VERSION}")
target_compile_options(popfetch_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 -Wnon-virtual-dtor -Woverloaded-virtual
  $<$<BOOL:${POPFETCH_WARNINGS_AS_ERRORS}>:-Werror>)

# Hardening, for what users run (RELIABILITY: compiler and link hardening).
if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo)$" AND NOT POPFETCH_SANITIZE)
  target_compile_definitions(popfetch_options INTERFACE _GLIBCXX_ASSERTIONS)
  target_compile_options(popfetch_options INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
    -ftrivial-auto-var-init=zero -fno-strict-overflow
    $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection=full>
    $<$<CXX_COMPILER_ID:Clang>:-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang>)
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    target_link_options(popfetch_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code)
  endif()
endif()

if(POPFETCH_SANITIZE)
  target_compile_options(popfetch_options INTERFACE -fsanitize=${POPFETCH_SANITIZE} -fno-omit-frame-pointer
                                                    -fno-sanitize-recover=all)
  target_link_options(popfetch_options INTERFACE -fsanitize=${POPFETCH_SANITIZE})
endif()
if(POPFETCH_COVERAGE)
  target_compile_options(popfetch_options INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(popfetch_options INTERFACE --coverage)
endif()
