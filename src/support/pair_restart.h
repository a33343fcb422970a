// Strings in restart files, for pair styles.
#pragma once

#include "comm.h"
#include "error.h"
#include "lammps.h"
#include "utils.h"

#include <cstdio>
#include <string>

namespace lbs {

inline void write_string(FILE *fp, const std::string &s)
{
  auto const n = static_cast<int>(s.size());
  fwrite(&n, sizeof(int), 1, fp);
  fwrite(s.data(), 1, s.size(), fp);
}

// Rank 0 reads; all ranks return the string.
inline std::string read_string(FILE *fp, LAMMPS_NS::LAMMPS *lmp)
{
  using namespace LAMMPS_NS;
  int n = 0;
  if (lmp->comm->me == 0) utils::sfread(FLERR, &n, sizeof(int), 1, fp, nullptr, lmp->error);
  MPI_Bcast(&n, 1, MPI_INT, 0, lmp->world);
  std::string s(n, '\0');
  if (lmp->comm->me == 0) utils::sfread(FLERR, s.data(), 1, n, fp, nullptr, lmp->error);
  MPI_Bcast(s.data(), n, MPI_CHAR, 0, lmp->world);
  return s;
}

}    // namespace lbs
