# SPDX-License-Identifier: GPL-2.0-only
# BLAS and LAPACK, threads, checksums. OpenBLAS unless -D BLA_VENDOR asks for another library: the
# plain reference BLAS is many times slower.

if(NOT DEFINED BLA_VENDOR)
  set(BLA_VENDOR OpenBLAS)
endif()
find_package(BLAS)
find_package(LAPACK)
if(NOT BLAS_FOUND OR NOT LAPACK_FOUND)
  message(FATAL_ERROR "pair_style deepsea needs ${BLA_VENDOR}, which was not found: install "
    "libopenblas-dev, or name another library with -D BLA_VENDOR")
endif()
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(ZLIB REQUIRED)
