#pragma once
// Catch2, version 2 (Debian 12) or 3: the one place that knows the difference.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#define POPFETCH_CATCH 3
#else
#include <catch2/catch.hpp>
#define POPFETCH_CATCH 2
#endif
