// SPDX-License-Identifier: GPL-2.0-only
// Strings, words and settings in restart files, for pair styles.
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

// A style numbers its layouts and writes the number first. Layout 1 has no such entry and begins
// with the words of pair_style, as one string with blanks between them. No word of a command
// contains a line feed, so no string of layout 1 begins like this.
inline const std::string LAYOUT_ENTRY = "\nlayout ";

inline void write_string(FILE *fp, const std::string &s)
{
  auto const n = static_cast<int>(s.size());
  fwrite(&n, sizeof(int), 1, fp);
  fwrite(s.data(), 1, s.size(), fp);
}

// Each word apart, for it may contain blanks.
inline void write_words(FILE *fp, const std::vector<std::string> &words)
{
  auto const n = static_cast<int>(words.size());
  fwrite(&n, sizeof(int), 1, fp);
  for (const auto &word : words) write_string(fp, word);
}

// First entries of a style from layout 2 on.
inline void write_start(FILE *fp, int layout, const std::vector<std::string> &style_words)
{
  write_string(fp, LAYOUT_ENTRY + std::to_string(layout));
  write_words(fp, style_words);
}

// Rank 0 reads a number of characters or words; all ranks return it. Stops if it is none.
inline int read_count(FILE *fp, LAMMPS_NS::LAMMPS *lmp)
{
  using namespace LAMMPS_NS;
  int n = 0;
  if (lmp->comm->me == 0) utils::sfread(FLERR, &n, sizeof(int), 1, fp, nullptr, lmp->error);
  MPI_Bcast(&n, 1, MPI_INT, 0, lmp->world);
  if (n < 0)
    lmp->error->all(FLERR, "the restart file is damaged: a length of {} in a pair style", n);
  return n;
}

// Rank 0 reads; all ranks return the string.
inline std::string read_string(FILE *fp, LAMMPS_NS::LAMMPS *lmp)
{
  using namespace LAMMPS_NS;
  int const n = read_count(fp, lmp);
  std::string s(n, '\0');
  if (lmp->comm->me == 0) utils::sfread(FLERR, s.data(), 1, n, fp, nullptr, lmp->error);
  MPI_Bcast(s.data(), n, MPI_CHAR, 0, lmp->world);
  return s;
}

// The same for words.
inline std::vector<std::string> read_words(FILE *fp, LAMMPS_NS::LAMMPS *lmp)
{
  std::vector<std::string> words;
  for (int n = read_count(fp, lmp); n > 0; --n) words.push_back(read_string(fp, lmp));
  return words;
}

// Layout of what follows and the words of pair_style, which stand first in every layout.
struct RestartStart {
  int layout = 0;
  std::vector<std::string> style_words;
};

// Stops, in the name of `style`, if the layout is newer than `newest`.
inline RestartStart read_start(FILE *fp, LAMMPS_NS::LAMMPS *lmp, const std::string &style,
                               int newest)
{
  auto const first = read_string(fp, lmp);
  if (first.rfind(LAYOUT_ENTRY, 0) != 0) return {1, text::words(first)};
  int const layout = std::stoi(first.substr(LAYOUT_ENTRY.size()));
  if (layout > newest)
    lmp->error->all(FLERR,
                    "pair {}: the restart file has layout {} of this style, and this plugin reads "
                    "up to {}: update the plugin",
                    style, layout, newest);
  return {layout, read_words(fp, lmp)};
}

// Words of a command behind read_start().
inline std::vector<std::string> read_command(FILE *fp, LAMMPS_NS::LAMMPS *lmp, int layout)
{
  return layout == 1 ? text::words(read_string(fp, lmp)) : read_words(fp, lmp);
}

// Gives a style the words behind its name again, as a restart file holds them.
inline void repeat_settings(LAMMPS_NS::Pair *pair, std::vector<std::string> words)
{
  std::vector<char *> args;
  for (auto &word : words) args.push_back(word.data());
  pair->settings(static_cast<int>(args.size()), args.data());
}

}    // namespace lbs
