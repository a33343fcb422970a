// SPDX-License-Identifier: GPL-2.0-only
// Vectorized evaluation of many pairs with the same two types.
#pragma once

#include "buckingham.hpp"
#include "coulomb.hpp"

namespace lbs::fmp {

// Batches hold a multiple of this many pairs, and their arrays are aligned to as many doubles: no
// scalar rest remains on any processor.
constexpr int PAIR_LANES = 8;

// Arrays of n pairs. force_over_r is added to; the energies are written.
struct PairBatch {
  int n = 0;
  const double *rsq = nullptr;    // A^2
  const double *qq = nullptr;     // q_i q_j, e^2
  double *force_over_r = nullptr;
  double *e_short = nullptr;
  double *e_coulomb = nullptr;
};

// Short-range term without its core: every distance must lie above core_r.
void add_short_range(const PairTerm &term, const PairBatch &batch);

// Coulomb term of pairs within cutsq, without special_bonds.
void add_coulomb(const NoCoulomb &coulomb, double cutsq, const PairBatch &batch);
void add_coulomb(const CoulombLong &coulomb, double cutsq, const PairBatch &batch);
void add_coulomb(const CoulombTable &coulomb, double cutsq, const PairBatch &batch);
void add_coulomb(const CoulombDamped &coulomb, double cutsq, const PairBatch &batch);

}    // namespace lbs::fmp
