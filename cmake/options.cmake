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

# popfetch_use_if_accepted(flags...): each flag that this compiler (or, for -Wl, this linker) knows.
include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)
function(popfetch_use_if_accepted)
  foreach(flag IN LISTS ARGN)
    string(MAKE_C_IDENTIFIER "popfetch_accepts${flag}" accepted)
    if(flag MATCHES "^-Wl,")
      check_linker_flag(CXX ${flag} ${accepted})
      if(${accepted})
        target_link_options(popfetch_options INTERFACE ${flag})
      endif()
    else()
      # Clang only warns of a flag that it does not use; such a warning on every file is no help.
      set(CMAKE_REQUIRED_FLAGS -Werror)
      check_cxx_compiler_flag(${flag} ${accepted})
      if(${accepted})
        target_compile_options(popfetch_options INTERFACE ${flag})
      endif()
    endif()
  endforeach()
endfunction()

# Hardening, for what users run. Fortification needs an optimising build; sanitizers bring their own checks.
if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$" AND NOT POPFETCH_SANITIZE)
  target_compile_definitions(popfetch_options INTERFACE _GLIBCXX_ASSERTIONS)
  # A distribution may set a level of its own on the command line, so it is taken back first.
  target_compile_options(popfetch_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  popfetch_use_if_accepted(
    -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fno-strict-overflow
    -ftrivial-auto-var-init=zero # clang before 16 refuses it without a second flag
    -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code)
endif()

if(POPFETCH_SANITIZE)
  target_compile_options(popfetch_options INTERFACE -fsanitize=${POPFETCH_SANITIZE} -fno-omit-frame-pointer
                                                    -fno-sanitize-recover=all)
  if(POPFETCH_SANITIZE MATCHES undefined) # its check of vptr opens a pipe, which fails in the tests that leave no descriptor
    target_compile_options(popfetch_options INTERFACE -fno-sanitize=vptr)
  endif()
  popfetch_use_if_accepted(-Wno-maybe-uninitialized) # GCC cries wolf about its own library when it instruments it
  target_link_options(popfetch_options INTERFACE -fsanitize=${POPFETCH_SANITIZE})
  target_sources(popfetch_options INTERFACE
    $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:${PROJECT_SOURCE_DIR}/tests/support/sanitizer_options.cpp>)
endif()
if(POPFETCH_COVERAGE)
  target_compile_definitions(popfetch_options INTERFACE POPFETCH_COVERAGE_COUNTS="${PROJECT_BINARY_DIR}")
  target_compile_options(popfetch_options INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(popfetch_options INTERFACE --coverage)
endif()
