// SPDX-License-Identifier: GPL-2.0-only
#include "label_check.hpp"

#include "linalg/blas.hpp"
#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace lbs::deepsea {

namespace {

constexpr int BUMPS = 10;                   // of a pair of types
constexpr std::size_t MOST_ATOMS = 4000;    // that are looked at
constexpr double SURE = 0.9;                // a correlation that is no chance
constexpr double LIKELY = 0.7;
// Between label and implied virial. For melts by a pair potential with charges and for glasses by
// density functional theory it was 0.97 to 1.3.
constexpr double ODD = 1.45;
constexpr double WRONG = 3.0;

// The fit of pair forces and what it implies.
class PairForces {
 public:
  PairForces(int types, double cutoff)
      : types_(types), width_(cutoff / BUMPS),
        size_(static_cast<std::size_t>(BUMPS) * types * (types + 1) / 2), matrix_(size_ * size_),
        right_(size_)
  {
  }

  void add(const TrainingFrame &frame)
  {
    std::vector<std::array<double, 3>> row(size_);
    for (int i = 0; i < frame.atoms; ++i) {
      if (!has_force(frame.labels, static_cast<std::size_t>(i))) continue;
      std::fill(row.begin(), row.end(), std::array<double, 3>{});
      over_bumps(frame, i,
                 [&](std::size_t k, double bump, const std::array<double, 3> &unit, double) {
                   for (std::size_t c = 0; c < 3; ++c) row[k][c] -= bump * unit[c];
                 });
      auto const &force = frame.labels.force[static_cast<std::size_t>(i)];
      for (std::size_t k = 0; k < size_; ++k)
        for (std::size_t c = 0; c < 3; ++c) {
          if (row[k][c] == 0.0) continue;
          right_[k] += row[k][c] * force[c];
          for (std::size_t l = 0; l < size_; ++l) matrix_[k * size_ + l] += row[k][c] * row[l][c];
        }
    }
  }

  void solve()
  {
    auto const n = static_cast<int>(size_);
    factor_ = blas::least_squares(n, n, matrix_, right_);
  }

  [[nodiscard]] std::array<double, 9> virial(const TrainingFrame &frame) const
  {
    std::array<double, 9> sum{};
    for (int i = 0; i < frame.atoms; ++i)
      over_bumps(frame, i,
                 [&](std::size_t k, double bump, const std::array<double, 3> &unit, double r) {
                   for (std::size_t c = 0; c < 9; ++c)
                     sum[c] += 0.5 * factor_[k] * bump * r * unit[c / 3] * unit[c % 3];
                 });
    return sum;
  }

 private:
  int types_;
  double width_;
  std::size_t size_;
  std::vector<double> matrix_, right_, factor_;

  // The bumps that are not 0 at the neighbors of an atom: linear ones, two at each distance.
  template <class Visit> void over_bumps(const TrainingFrame &frame, int i, Visit visit) const
  {
    int const a = frame.type[i];
    for (int b = 0; b < types_; ++b) {
      auto const place = static_cast<std::size_t>(i) * types_ + b;
      auto const low = static_cast<std::size_t>(std::min(a, b));
      auto const high = static_cast<std::size_t>(std::max(a, b));
      std::size_t const pair = high * (high + 1) / 2 + low;
      for (std::size_t n = frame.first[place]; n < frame.first[place + 1]; ++n) {
        auto const &d = frame.vector[n];
        double const r = std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
        std::array<double, 3> const unit = {d[0] / r, d[1] / r, d[2] / r};
        auto const k = std::min(static_cast<std::size_t>(r / width_), std::size_t(BUMPS - 1));
        double const part = r / width_ - static_cast<double>(k);
        visit(pair * BUMPS + k, 1.0 - part, unit, r);
        if (k + 1 < BUMPS) visit(pair * BUMPS + k + 1, part, unit, r);
      }
    }
  }
};

// Symmetric and without trace.
std::array<double, 9> without_trace(const std::array<double, 9> &v)
{
  std::array<double, 9> out{};
  double const mean = (v[0] + v[4] + v[8]) / 3.0;
  for (std::size_t k = 0; k < 9; ++k)
    out[k] = 0.5 * (v[k] + v[3 * (k % 3) + k / 3]) - (k % 4 == 0 ? mean : 0.0);
  return out;
}

// What the labels look like if they are `ratio` times the virial of a cell of `volume`.
std::string suspicion(double ratio, double volume)
{
  struct Candidate {
    double ratio;
    const char *name;
  };
  constexpr double KBAR = 1602.1766;    // of 1 eV/A^3
  std::vector<Candidate> candidates = {
      {1.0, "virials"}, {1.0 / 27.2114, "virials in Hartree"}, {23.0605, "virials in kcal/mol"}};
  if (volume > 0.0)
    for (Candidate const stress : {Candidate{1.0 / volume, "stresses in eV/A^3"},
                                   Candidate{KBAR / volume, "stresses in kbar"},
                                   Candidate{0.1 * KBAR / volume, "stresses in GPa"},
                                   Candidate{1e3 * KBAR / volume, "stresses in bar"},
                                   Candidate{volume, "virials times the volume"}})
      candidates.push_back(stress);
  auto const far = [&](const Candidate &c) {
    return std::fabs(std::log(std::fabs(ratio) / c.ratio));
  };
  auto const nearest =
      *std::min_element(candidates.begin(), candidates.end(),
                        [&](const Candidate &a, const Candidate &b) { return far(a) < far(b); });
  std::string const sign = ratio < 0.0 ? " of the other sign" : "";
  if (far(nearest) < std::log(2.0)) return nearest.name + sign;
  return "virials times " + text::number(std::fabs(ratio), 2) + sign;
}

}    // namespace

std::optional<VirialComparison> compare_virials(const std::vector<TrainingFrame> &frames, int types,
                                                double cutoff)
{
  constexpr std::size_t FEWEST = 3;    // frames
  std::vector<const TrainingFrame *> chosen;
  for (const TrainingFrame &frame : frames)
    if (frame.labels.virial && !frame.labels.force.empty()) chosen.push_back(&frame);
  if (chosen.size() < FEWEST) return std::nullopt;
  // Evenly from all sets, up to so many atoms.
  std::size_t atoms = 0;
  for (const auto *frame : chosen) atoms += frame->type.size();
  std::size_t const every =
      std::max<std::size_t>(1, std::min(atoms / MOST_ATOMS, chosen.size() / FEWEST));
  PairForces forces(types, cutoff);
  for (std::size_t f = 0; f < chosen.size(); f += every) forces.add(*chosen[f]);
  forces.solve();
  VirialComparison found;
  double label2 = 0.0, implied2 = 0.0, both = 0.0, volumes = 0.0;
  for (std::size_t f = 0; f < chosen.size(); f += every) {
    auto const label = without_trace(*chosen[f]->labels.virial);
    auto const implied = without_trace(forces.virial(*chosen[f]));
    for (std::size_t k = 0; k < 9; ++k) {
      label2 += label[k] * label[k];
      implied2 += implied[k] * implied[k];
      both += label[k] * implied[k];
    }
    found.numbers += 5;
    volumes += chosen[f]->volume > 0.0 ? std::log(chosen[f]->volume) : 0.0;
  }
  if (!(label2 > 0.0) || !(implied2 > 0.0)) return std::nullopt;
  found.correlation = both / std::sqrt(label2 * implied2);
  found.ratio = std::copysign(std::sqrt(label2 / implied2), both);
  if (volumes > 0.0) found.volume = std::exp(volumes / (static_cast<double>(found.numbers) / 5.0));
  return found;
}

std::vector<std::string> check_labels(const std::vector<TrainingFrame> &frames,
                                      const TrainingInput &input)
{
  std::size_t energies = 0, forces = 0, weights = 0, virials = 0;
  for (const TrainingFrame &frame : frames) {
    if (frame.labels.energy) ++energies;
    if (!frame.labels.force.empty()) ++forces;
    if (!frame.labels.force_weight.empty()) ++weights;
    if (frame.labels.virial) ++virials;
  }
  std::string const no_energy =
      "no training frame has an energy, so energies stay open by a constant for each element";
  std::string const no_force =
      "no training frame has forces, so the model learns from energies alone";
  std::string const no_virial = "no training frame has a virial, whose prefactor is not 0";
  std::string const no_weight = "no training frame has atom_pref, whose prefactor is not 0";
  struct Term {
    const Prefactor &prefactor;
    std::size_t labels;
    const std::string &warning;
  };
  const Prefactors &p = input.prefactors;
  std::vector<Term> const terms = {{p.energy, energies, no_energy},
                                   {p.force, forces, no_force},
                                   {p.virial, virials, no_virial},
                                   {p.weighted_force, weights, no_weight}};
  std::vector<std::string> warnings;
  bool any = false;
  for (const Term &term : terms) {
    if (term.prefactor.start == 0.0 && term.prefactor.limit == 0.0) continue;
    any = any || term.labels > 0;
    if (term.labels == 0) warnings.push_back(term.warning);
  }
  if (!any)
    throw InputError("the loss has no term: no label of the training data has a prefactor above 0");
  if (p.virial.start == 0.0 && p.virial.limit == 0.0) return warnings;

  auto const types = static_cast<int>(input.model.elements.size());
  auto const found = compare_virials(frames, types, input.model.cutoff);
  if (!found || std::fabs(found->correlation) < LIKELY) return warnings;
  if (found->ratio > 1.0 / ODD && found->ratio < ODD) return warnings;
  std::string const looks =
      "the virials do not fit the forces: they look like " + suspicion(found->ratio, found->volume);
  bool const wrong = found->ratio < 1.0 / WRONG || found->ratio > WRONG;
  if (!wrong || std::fabs(found->correlation) < SURE) {
    warnings.push_back(looks);
    return warnings;
  }
  throw InputError(looks + "; virial.npy must hold the sum of x F in eV, which is minus stress "
                           "times volume; correct it, or set start_pref_v and limit_pref_v to 0");
}

}    // namespace lbs::deepsea
