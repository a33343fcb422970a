# SPDX-License-Identifier: GPL-2.0-only
# Whether this compiler can build the package at all, told before anything else.

include(CheckCXXSourceCompiles)

# lbs_compiler_must(VARIABLE SOURCE WHAT): stops with a message unless the source compiles.
function(lbs_compiler_must variable source what)
  check_cxx_source_compiles("${source}" ${variable})
  if(NOT ${variable})
    unset(${variable} CACHE)    # so that the next configuration tries again
    message(FATAL_ERROR "${CMAKE_CXX_COMPILER} (${CMAKE_CXX_COMPILER_ID} "
      "${CMAKE_CXX_COMPILER_VERSION}) has no ${what}; GCC 11, Clang 14 with libstdc++ 11, or newer "
      "ones are needed: name one with -D CMAKE_CXX_COMPILER (on a cluster, load its module)")
  endif()
endfunction()

lbs_compiler_must(LBS_HAS_FROM_CHARS "
  #include <charconv>
  #include <string_view>
  int main()
  {
    constexpr std::string_view text = \"1.5\";
    double value = 0.0;
    return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc() ? 0 : 1;
  }" "std::from_chars for double")
lbs_compiler_must(LBS_HAS_VECTORS "
  typedef double Vector __attribute__((vector_size(64)));
  int main()
  {
    Vector a = {1.0};
    a += 2.0 * a;
    return a[0] == 3.0 ? 0 : 1;
  }" "vector extensions")
