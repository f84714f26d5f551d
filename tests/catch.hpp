/// The one place that knows which Catch2 is there: 3 (catch_all.hpp) or 2.13 (catch.hpp).
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
