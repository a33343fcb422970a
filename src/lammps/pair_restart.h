// SPDX-License-Identifier: GPL-2.0-only
// Strings and settings in restart files, for pair styles.
#pragma once

#include "support/text.hpp"

#include "comm.h"
#include "error.h"
#include "lammps.h"
#include "pair.h"
#include "utils.h"

#include <cstdio>
#include <string>
#include <vector>

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

// Gives a style the words behind its name again, as a restart file holds them.
inline void repeat_settings(LAMMPS_NS::Pair *pair, const std::string &line)
{
  auto words = text::words(line);
  std::vector<char *> args;
  for (auto &word : words) args.push_back(word.data());
  pair->settings(static_cast<int>(args.size()), args.data());
}

}    // namespace lbs
