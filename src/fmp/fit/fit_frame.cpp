// SPDX-License-Identifier: GPL-2.0-only
#include "fit_frame.hpp"

#include "frames/vectors.hpp"
#include "support/input_error.hpp"

#include <algorithm>
#include <cmath>

namespace lbs::fmp::fit {

namespace {

// Adds what a pair with this energy and force contributes to a column of values.
void add_pair(const FramePair &pair, const PairValue &v, Eigen::Ref<Eigen::VectorXd> column)
{
  auto const &d = pair.d;
  column[ENERGY_ROW] += v.energy;
  constexpr int FIRST[] = {0, 1, 2, 0, 0, 1};
  constexpr int SECOND[] = {0, 1, 2, 1, 2, 2};
  for (int k = 0; k < 6; ++k) column[VIRIAL_ROW + k] += v.force_over_r * d[FIRST[k]] * d[SECOND[k]];
  for (int c = 0; c < 3; ++c) {
    column[FORCE_ROW + 3 * pair.i + c] += v.force_over_r * d[c];
    column[FORCE_ROW + 3 * pair.j + c] -= v.force_over_r * d[c];
  }
}

// sum_ab p_a q_b of the Coulomb sums. The energy is half of it with p = q; its derivative along a
// change p of the charges is all of it, so `scale` is 1/2 or 1. Forces: q_i is the first charge
// with p = q, and the derivative has both products.
void add_coulomb(const FitFrame &frame, const std::vector<double> &p, const std::vector<double> &q,
                 double scale, Eigen::Ref<Eigen::VectorXd> column)
{
  auto const &sums = frame.coulomb;
  auto const t = static_cast<std::size_t>(sums.elements);
  for (std::size_t a = 0; a < t; ++a)
    for (std::size_t b = 0; b < t; ++b) {
      double const product = scale * p[a] * q[b];
      column[ENERGY_ROW] += product * sums.energy[a * t + b];
      for (int k = 0; k < 6; ++k)
        column[VIRIAL_ROW + k] += product * sums.virial[a * t + b][static_cast<std::size_t>(k)];
    }
  for (std::size_t b = 0; b < t; ++b)
    for (std::size_t i = 0; i < frame.atoms(); ++i) {
      auto const a = static_cast<std::size_t>(frame.type[i]);
      double const product = scale * (p[a] * q[b] + q[a] * p[b]);
      for (int c = 0; c < 3; ++c)
        column[FORCE_ROW + 3 * static_cast<Eigen::Index>(i) + c] +=
            product * sums.field[b * frame.atoms() + i][static_cast<std::size_t>(c)];
    }
}

// The numbers of a pair that any parameter changes, as places of their columns; -1: none does.
std::array<int, PAIR_NUMBERS> active_numbers(const ConditionTerms &terms, std::size_t pair)
{
  std::array<int, PAIR_NUMBERS> place{};
  int count = 0;
  for (std::size_t k = 0; k < PAIR_NUMBERS; ++k) {
    bool const active =
        std::any_of(terms.by.begin(), terms.by.end(),
                    [&](const ParameterSlopes &by) { return by.pairs[pair][k] != 0.0; });
    place[k] = active ? count++ : -1;
  }
  return place;
}

// Energies, forces and virials of one kind of pair, and their derivatives by the free parameters.
void add_pairs(const std::vector<FramePair> &pairs, const ConditionTerms &terms, std::size_t kind,
               FrameValues &values, Eigen::MatrixXd *slopes)
{
  auto const &term = terms.terms[kind];
  if (pairs.empty() || !(term.cut_short > 0.0)) return;
  auto const place = active_numbers(terms, kind);
  auto const columns = 1 + *std::max_element(place.begin(), place.end());
  Eigen::MatrixXd own;
  bool const wanted = slopes != nullptr && columns > 0;
  if (wanted) own.setZero(values.size(), columns);
  for (auto const &pair : pairs) {
    double const rsq = dot(pair.d, pair.d);
    double const r2inv = 1.0 / rsq;
    double const r = std::sqrt(rsq);
    add_pair(pair, short_range(term, r, r2inv), values);
    if (!wanted) continue;
    auto const by = short_range_slopes(term, terms.slopes[kind], r, r2inv);
    for (std::size_t k = 0; k < PAIR_NUMBERS; ++k)
      if (place[k] >= 0) add_pair(pair, by[k], own.col(place[k]));
  }
  for (std::size_t p = 0; wanted && p < terms.by.size(); ++p)
    for (std::size_t k = 0; k < PAIR_NUMBERS; ++k) {
      double const factor = terms.by[p].pairs[kind][k];
      if (factor != 0.0) slopes->col(static_cast<Eigen::Index>(p)) += factor * own.col(place[k]);
    }
}

}    // namespace

std::vector<int> types_among(const Frame &frame, const std::vector<std::string> &elements)
{
  std::vector<int> types;
  for (auto const &element : frame.elements) {
    auto const found = std::find(elements.begin(), elements.end(), element);
    if (found == elements.end())
      throw InputError("the potential file has no element " + element +
                       "; add it, or take the frame out");
    types.push_back(static_cast<int>(found - elements.begin()));
  }
  return types;
}

void add_geometry(const Frame &frame, const StyleCommand &style, double smooth, int elements,
                  FitFrame &made)
{
  PeriodicAtoms const atoms(frame, made.type, std::max(style.cut, style.cut_coulomb));
  auto const t = static_cast<std::size_t>(elements);
  made.pairs.assign(t * t, {});
  const double(*x)[3] = atoms.x();
  for (int i = 0; i < atoms.centers(); ++i)
    for (int n = atoms.first()[static_cast<std::size_t>(i)];
         n < atoms.first()[static_cast<std::size_t>(i) + 1]; ++n) {
      int const image = atoms.neighbor()[static_cast<std::size_t>(n)];
      int const j = atoms.owner()[static_cast<std::size_t>(image)];
      FramePair pair{i, j, {}};
      for (std::size_t c = 0; c < 3; ++c) pair.d[c] = x[i][c] - x[image][c];
      double const rsq = dot(pair.d, pair.d);
      if (!(rsq > COLLISION_SQ))
        throw InputError("atoms " + std::to_string(i + 1) + " and " + std::to_string(j + 1) +
                         " lie on one spot; take the frame out");
      // Each pair is listed from both its atoms; of an atom and its images one of two opposite
      // vectors stays.
      if (rsq >= style.cut * style.cut || j < i || (j == i && pair.d < Vector{})) continue;
      auto const a = static_cast<std::size_t>(made.type[static_cast<std::size_t>(i)]);
      auto const b = static_cast<std::size_t>(made.type[static_cast<std::size_t>(j)]);
      made.pairs[std::min(a, b) * t + std::max(a, b)].push_back(pair);
    }
  made.coulomb = coulomb_sums(style, smooth, frame, atoms, elements);
  made.volume = volume_of(frame);
}

FrameValues evaluate(const FitFrame &frame, const ConditionTerms &terms, Eigen::MatrixXd *slopes)
{
  auto const rows = static_cast<Eigen::Index>(FORCE_ROW + 3 * frame.atoms());
  auto const parameters = static_cast<Eigen::Index>(terms.by.size());
  FrameValues values = FrameValues::Zero(rows);
  if (slopes != nullptr) slopes->setZero(rows, parameters);
  auto const elements = terms.charges.size();
  for (std::size_t a = 0; a < elements; ++a)
    for (std::size_t b = a; b < elements; ++b)
      add_pairs(frame.pairs[a * elements + b], terms, a * elements + b, values, slopes);
  add_coulomb(frame, terms.charges, terms.charges, 0.5, values);
  for (std::size_t p = 0; slopes != nullptr && p < terms.by.size(); ++p) {
    auto const &charges = terms.by[p].charges;
    if (std::any_of(charges.begin(), charges.end(), [](double q) { return q != 0.0; }))
      add_coulomb(frame, charges, terms.charges, 1.0, slopes->col(static_cast<Eigen::Index>(p)));
  }
  return values;
}

}    // namespace lbs::fmp::fit
