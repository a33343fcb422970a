# SPDX-License-Identifier: GPL-2.0-only
# BLAS and LAPACK, threads, compression. OpenBLAS unless -D BLA_VENDOR asks for another library: the
# plain reference BLAS is many times slower.

if(NOT DEFINED BLA_VENDOR)
  set(BLA_VENDOR OpenBLAS)
endif()
find_package(BLAS)
find_package(LAPACK)
if(NOT BLAS_FOUND OR NOT LAPACK_FOUND)
  lbs_lacks("${BLA_VENDOR} (libopenblas-dev, or another library by -D BLA_VENDOR)")
endif()
find_package(OpenMP COMPONENTS CXX)
if(NOT OpenMP_CXX_FOUND)
  lbs_lacks("OpenMP of the compiler")
endif()
find_package(ZLIB)
if(NOT ZLIB_FOUND)
  lbs_lacks("zlib (zlib1g-dev)")
endif()
