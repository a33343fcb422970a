// SPDX-License-Identifier: GPL-2.0-only
#include "coulomb_sums.hpp"

#include "frames/vectors.hpp"
#include "support/input_error.hpp"

#include <cmath>
#include <complex>

namespace lbs::fmp::fit {

namespace {

// Sums of one frame while they grow.
class Summation {
 public:
  Summation(const PeriodicAtoms &atoms, int elements) : atoms_(atoms)
  {
    auto const t = static_cast<std::size_t>(elements);
    sums_.elements = elements;
    sums_.energy.assign(t * t, 0.0);
    sums_.virial.assign(t * t, {});
    sums_.field.assign(t * centers(), {});
  }

  // Adds pairs within the cutoff by `value(r)`, for charges of one.
  template <class Value> void add_pairs(double cutoff, Value &&value)
  {
    const double(*x)[3] = atoms_.x();
    for (std::size_t i = 0; i < centers(); ++i)
      for (int n = atoms_.first()[i]; n < atoms_.first()[i + 1]; ++n) {
        auto const j = static_cast<std::size_t>(atoms_.neighbor()[static_cast<std::size_t>(n)]);
        Vector const d = {x[i][0] - x[j][0], x[i][1] - x[j][1], x[i][2] - x[j][2]};
        double const rsq = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        if (rsq >= cutoff * cutoff) continue;
        PairValue const v = value(rsq);
        // Each pair comes twice, from both its atoms, as energy = 1/2 sum_ab wants it.
        auto const ab = pair(type(i), type(j));
        sums_.energy[ab] += v.energy;
        Vector const f = {v.force_over_r * d[0], v.force_over_r * d[1], v.force_over_r * d[2]};
        add_virial(ab, d, f);
        auto &field = sums_.field[type(j) * centers() + i];
        for (std::size_t c = 0; c < 3; ++c) field[c] += f[c];
      }
  }

  // Adds an energy `per_square` q^2 of each atom.
  void add_self(double per_square)
  {
    for (std::size_t i = 0; i < centers(); ++i)
      sums_.energy[pair(type(i), type(i))] += 2.0 * per_square;
  }

  // Adds the part of an Ewald sum in reciprocal space, for wave vectors up to `largest`.
  void add_waves(const Frame &frame, double g, double largest);

  CoulombSums take() { return std::move(sums_); }

 private:
  const PeriodicAtoms &atoms_;
  CoulombSums sums_;

  [[nodiscard]] std::size_t centers() const { return static_cast<std::size_t>(atoms_.centers()); }
  [[nodiscard]] std::size_t type(std::size_t i) const
  {
    return static_cast<std::size_t>(atoms_.type()[i]);
  }
  [[nodiscard]] std::size_t pair(std::size_t a, std::size_t b) const
  {
    return a * static_cast<std::size_t>(sums_.elements) + b;
  }
  void add_virial(std::size_t ab, const Vector &d, const Vector &f)
  {
    auto &w = sums_.virial[ab];
    w[0] += d[0] * f[0];
    w[1] += d[1] * f[1];
    w[2] += d[2] * f[2];
    w[3] += d[0] * f[1];
    w[4] += d[0] * f[2];
    w[5] += d[1] * f[2];
  }
  void add_wave(const Vector &k, double g, double volume);
};

void Summation::add_waves(const Frame &frame, double g, double largest)
{
  auto const &cell = frame.cell;
  double const volume = signed_volume(cell);
  std::array<Vector, 3> reciprocal{};
  std::array<int, 3> most{};
  for (std::size_t k = 0; k < 3; ++k) {
    reciprocal[k] = cross(cell[(k + 1) % 3], cell[(k + 2) % 3]);
    for (double &value : reciprocal[k]) value *= 2.0 * M_PI / volume;
    // n of k = sum n b is k . a / 2 pi, at most |k| |a| / 2 pi
    most[k] = static_cast<int>(largest * std::sqrt(dot(cell[k], cell[k])) / (2.0 * M_PI));
  }
  // One of each wave vector and its negative.
  for (int a = 0; a <= most[0]; ++a)
    for (int b = a == 0 ? 0 : -most[1]; b <= most[1]; ++b)
      for (int c = a == 0 && b == 0 ? 1 : -most[2]; c <= most[2]; ++c) {
        Vector k{};
        for (std::size_t n = 0; n < 3; ++n)
          k[n] = a * reciprocal[0][n] + b * reciprocal[1][n] + c * reciprocal[2][n];
        if (dot(k, k) <= largest * largest) add_wave(k, g, std::fabs(volume));
      }
}

void Summation::add_wave(const Vector &k, double g, double volume)
{
  double const ksq = dot(k, k);
  // Both signs of k: energy = 1/2 sum_ab q_a q_b 2 weight Re(S_a conj(S_b))
  double const weight =
      COULOMB_CONSTANT * 4.0 * M_PI / volume * std::exp(-ksq / (4.0 * g * g)) / ksq;
  auto const t = static_cast<std::size_t>(sums_.elements);
  std::vector<std::complex<double>> phase(centers());
  std::vector<std::complex<double>> factor(t);
  for (std::size_t i = 0; i < centers(); ++i) {
    double const *x = atoms_.x()[i];
    double const angle = k[0] * x[0] + k[1] * x[1] + k[2] * x[2];
    phase[i] = {std::cos(angle), std::sin(angle)};
    factor[type(i)] += phase[i];
  }
  double const stretch = 2.0 * (1.0 / ksq + 1.0 / (4.0 * g * g));
  for (std::size_t a = 0; a < t; ++a)
    for (std::size_t b = 0; b < t; ++b) {
      double const energy = 2.0 * weight * (factor[a] * std::conj(factor[b])).real();
      sums_.energy[pair(a, b)] += energy;
      auto &w = sums_.virial[pair(a, b)];
      w[0] += energy * (1.0 - stretch * k[0] * k[0]);
      w[1] += energy * (1.0 - stretch * k[1] * k[1]);
      w[2] += energy * (1.0 - stretch * k[2] * k[2]);
      w[3] -= energy * stretch * k[0] * k[1];
      w[4] -= energy * stretch * k[0] * k[2];
      w[5] -= energy * stretch * k[1] * k[2];
    }
  for (std::size_t b = 0; b < t; ++b)
    for (std::size_t i = 0; i < centers(); ++i) {
      double const push = 2.0 * weight * (phase[i] * std::conj(factor[b])).imag();
      auto &field = sums_.field[b * centers() + i];
      for (std::size_t c = 0; c < 3; ++c) field[c] += push * k[c];
    }
}

void add_ewald(double cutoff, const Frame &frame, Summation &sum)
{
  if (!frame.periodic[0] || !frame.periodic[1] || !frame.periodic[2])
    throw InputError("coul long needs frames that are periodic in all directions");
  constexpr double REACH = 5.0;    // erfc(5) = 1.5e-12
  double const g = REACH / cutoff;
  sum.add_pairs(cutoff, [g](double rsq) -> PairValue {
    double const r = std::sqrt(rsq);
    double const energy = COULOMB_CONSTANT * std::erfc(g * r) / r;
    double const gaussian = COULOMB_CONSTANT * TWO_OVER_SQRT_PI * g * std::exp(-g * g * rsq);
    return {energy, (energy + gaussian) / rsq};
  });
  sum.add_waves(frame, g, 2.0 * g * REACH);
  sum.add_self(-COULOMB_CONSTANT * g / SQRT_PI);
}

}    // namespace

CoulombSums coulomb_sums(const StyleCommand &style, double smooth, const Frame &frame,
                         const PeriodicAtoms &atoms, int elements)
{
  Summation sum(atoms, elements);
  if (style.coulomb == CoulombStyle::LONG) add_ewald(style.cut_coulomb, frame, sum);
  else if (style.coulomb != CoulombStyle::NONE) {
    auto const make = style.coulomb == CoulombStyle::DSF ? make_dsf : make_wolf;
    auto const damped = make(style.alpha, style.cut_coulomb, smooth, COULOMB_CONSTANT);
    sum.add_pairs(style.cut_coulomb, [&](double rsq) { return damped.full(1.0, rsq, 1.0 / rsq); });
    sum.add_self(damped.self_energy * COULOMB_CONSTANT);
  }
  return sum.take();
}

}    // namespace lbs::fmp::fit
