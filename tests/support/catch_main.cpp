// The main of every test program where Catch2 2 is only its header. Compiled without the precompiled header, which has
// included Catch2 already, without its main.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
