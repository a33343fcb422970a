// SPDX-License-Identifier: GPL-2.0-only
#include "linalg/vector_math.hpp"

#include "pair_batch.hpp"

#include "linalg/simd.hpp"

#include <algorithm>

namespace lbs::fmp {

namespace {

// The physics stays in the scalar functions; this only runs them over a batch. `evaluate` gets
// (squared distance, its inverse, index) and pairs beyond the cutoff count as zero.
template <class Evaluate>
LBS_ALWAYS_INLINE void run(const PairBatch &batch, double *energy, double cutsq,
                           Evaluate &&evaluate)
{
  double *force_over_r = batch.force_over_r;
  const double *rsq = batch.rsq;
#pragma omp simd aligned(force_over_r, rsq, energy : PAIR_LANES * 8)
  for (int k = 0; k < batch.n; ++k) {
    PairValue const v = evaluate(rsq[k], 1.0 / rsq[k], k);
    bool const inside = rsq[k] < cutsq;
    force_over_r[k] += inside ? v.force_over_r : 0.0;
    energy[k] = inside ? v.energy : 0.0;
  }
}

// `bare` gives the term before offset and switch from (distance, inverse square).
template <class Bare>
LBS_ALWAYS_INLINE void run_short_range(const PairTerm &t, const PairBatch &batch, Bare &&bare)
{
  auto const shifted = [&](double r, double r2inv) {
    PairValue v = bare(r, r2inv);
    v.energy -= t.offset;
    return v;
  };
  if (t.smooth > 0.0)
    run(batch, batch.e_short, t.cut_short_sq, [&](double rsq, double r2inv, int) {
      double const r = std::sqrt(rsq);
      return smoothed(shifted(r, r2inv), t.smooth, t.cut_short, r);
    });
  else
    run(batch, batch.e_short, t.cut_short_sq,
        [&](double rsq, double r2inv, int) { return shifted(std::sqrt(rsq), r2inv); });
}

template <int>
LBS_ALWAYS_INLINE void add_short_range_with(const PairTerm &term, const PairBatch &batch)
{
  PairTerm const t = term;    // a copy that no store into the batch can change
  if (t.half_power == 0) {
    run_short_range(t, batch, [&](double r, double r2inv) { return exp_six(t, r, r2inv); });
  } else if (t.half_power == 12) {
    // written out, for a loop over the power would stay scalar
    run_short_range(t, batch, [&](double r, double r2inv) {
      double const r6inv = r2inv * r2inv * r2inv;
      double const r12inv = r6inv * r6inv;
      return with_wall(exp_six(t, r, r2inv), t, r12inv * r12inv, r2inv);
    });
  } else {
    run_short_range(t, batch, [&](double r, double r2inv) { return buckingham(t, r, r2inv); });
  }
}

template <int>
LBS_ALWAYS_INLINE void add_coulomb_with(const CoulombLong &coulomb, double cutsq,
                                        const PairBatch &batch)
{
  CoulombLong const c = coulomb;
  const double *qq = batch.qq;
  run(batch, batch.e_coulomb, cutsq,
      [&](double rsq, double r2inv, int k) { return c.full(qq[k], rsq, r2inv); });
}

template <bool DAMPED, bool SMOOTHED>
LBS_ALWAYS_INLINE void run_damped(const CoulombDamped &coulomb, double cutsq,
                                  const PairBatch &batch)
{
  CoulombDamped const c = coulomb;
  const double *qq = batch.qq;
  run(batch, batch.e_coulomb, cutsq, [&](double rsq, double r2inv, int k) {
    return c.of_kind<DAMPED, SMOOTHED>(qq[k], rsq, r2inv);
  });
}

template <int>
LBS_ALWAYS_INLINE void add_coulomb_with(const CoulombDamped &coulomb, double cutsq,
                                        const PairBatch &batch)
{
  if (coulomb.alpha > 0.0 && coulomb.smooth > 0.0) run_damped<true, true>(coulomb, cutsq, batch);
  else if (coulomb.alpha > 0.0) run_damped<true, false>(coulomb, cutsq, batch);
  else if (coulomb.smooth > 0.0) run_damped<false, true>(coulomb, cutsq, batch);
  else run_damped<false, false>(coulomb, cutsq, batch);
}

}    // namespace

void add_coulomb(const NoCoulomb &, double, const PairBatch &batch)
{
  std::fill_n(batch.e_coulomb, batch.n, 0.0);
}

void add_coulomb(const CoulombTable &coulomb, double cutsq, const PairBatch &batch)
{
  for (int k = 0; k < batch.n; ++k) {
    PairValue v;
    if (batch.rsq[k] < cutsq) v = coulomb.full(batch.qq[k], batch.rsq[k], 1.0 / batch.rsq[k]);
    batch.force_over_r[k] += v.force_over_r;
    batch.e_coulomb[k] = v.energy;
  }
}

// clang-format off
LBS_MACHINES(add_short_range, of_pairs,
             (const PairTerm &term, const PairBatch &batch), (term, batch))
LBS_MACHINES(add_coulomb, long_range,
             (const CoulombLong &coulomb, double cutsq, const PairBatch &batch),
             (coulomb, cutsq, batch))
LBS_MACHINES(add_coulomb, damped,
             (const CoulombDamped &coulomb, double cutsq, const PairBatch &batch),
             (coulomb, cutsq, batch))
// clang-format on

}    // namespace lbs::fmp
