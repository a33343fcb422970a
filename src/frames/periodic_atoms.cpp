// SPDX-License-Identifier: GPL-2.0-only
#include "periodic_atoms.hpp"

#include "vectors.hpp"

#include "support/input_error.hpp"

#include <algorithm>
#include <cmath>

namespace lbs {

namespace {

void add(Vector &x, const Vector &a, double factor)
{
  for (std::size_t c = 0; c < 3; ++c) x[c] += factor * a[c];
}

// Cell vectors and what turns positions into fractions of them. Vectors along which the frame is
// not periodic are replaced, if they are zero, by ones across the others.
struct Lattice {
  std::array<Vector, 3> cell;
  std::array<Vector, 3> reciprocal;    // fraction k of x is reciprocal[k] . x

  explicit Lattice(const Frame &frame) : cell(frame.cell)
  {
    for (std::size_t k = 0; k < 3; ++k)
      if (dot(cell[k], cell[k]) == 0.0 && !frame.periodic[k]) replace(k);
    double const volume = signed_volume(cell);
    double const size =
        std::sqrt(dot(cell[0], cell[0]) * dot(cell[1], cell[1]) * dot(cell[2], cell[2]));
    if (!(std::abs(volume) > 1.0e-6 * size))
      throw InputError("the cell is flat: its vectors lie in one plane");
    for (std::size_t k = 0; k < 3; ++k) {
      reciprocal[k] = cross(cell[(k + 1) % 3], cell[(k + 2) % 3]);
      for (double &value : reciprocal[k]) value /= volume;
    }
  }

  [[nodiscard]] double fraction(std::size_t k, const Vector &x) const
  {
    return dot(reciprocal[k], x);
  }
  // A length in fractions of the distance between the cell's two faces across vector k.
  [[nodiscard]] double in_heights(std::size_t k, double length) const
  {
    return length * std::sqrt(dot(reciprocal[k], reciprocal[k]));
  }

 private:
  void replace(std::size_t k)
  {
    auto const &a = cell[(k + 1) % 3];
    auto const &b = cell[(k + 2) % 3];
    Vector normal = cross(a, b);
    if (dot(normal, normal) == 0.0) {
      // At most one other vector is there: any one that is not along it will do.
      Vector const &other = dot(a, a) > 0.0 ? a : b;
      std::size_t const least =
          std::abs(other[0]) <= std::abs(other[1]) && std::abs(other[0]) <= std::abs(other[2]) ? 0
          : std::abs(other[1]) <= std::abs(other[2])                                           ? 1
                                                                                               : 2;
      Vector axis{};
      axis[least] = 1.0;
      normal = dot(other, other) > 0.0 ? cross(other, axis) : axis;
    }
    double const length = std::sqrt(dot(normal, normal));
    for (std::size_t c = 0; c < 3; ++c) cell[k][c] = normal[c] / length;
  }
};

}    // namespace

PeriodicAtoms::PeriodicAtoms(const Frame &frame, const std::vector<int> &types, double cutoff)
    : centers_(static_cast<int>(frame.x.size())), x_(frame.x), type_(types)
{
  for (int i = 0; i < centers_; ++i) owner_.push_back(i);
  if (frame.periodic[0] || frame.periodic[1] || frame.periodic[2]) add_images(frame, cutoff);
  find_neighbors(cutoff);
  for (int i = 0; i < count(); ++i) {
    bool const is_center = i < centers_;
    auto const k = static_cast<std::size_t>(i);
    counts_.push_back(is_center ? first_[k + 1] - first_[k] : 0);
    rows_.push_back(is_center ? neighbor_.data() + first_[k] : nullptr);
    if (is_center) centers_list_.push_back(i);
  }
}

const double (*PeriodicAtoms::x() const)[3]
{
  return reinterpret_cast<const double(*)[3]>(x_.data());
}

void PeriodicAtoms::add_images(const Frame &frame, double cutoff)
{
  constexpr double MAX_ATOMS = 5.0e7;
  Lattice const lattice(frame);
  for (int i = 0; i < centers_; ++i)
    for (std::size_t k = 0; k < 3; ++k) {
      auto &x = x_[static_cast<std::size_t>(i)];
      if (frame.periodic[k]) add(x, lattice.cell[k], -std::floor(lattice.fraction(k, x)));
    }

  // Shell by shell: images along the first vector, then all those along the second, and so on.
  for (std::size_t k = 0; k < 3; ++k) {
    if (!frame.periodic[k]) continue;
    double const reach = lattice.in_heights(k, cutoff);
    if (static_cast<double>(x_.size()) * (1.0 + 2.0 * reach) > MAX_ATOMS)
      throw InputError("the cell is too small for the cutoff: it needs too many images");
    auto const present = x_.size();
    int const most = static_cast<int>(std::ceil(reach));
    for (int shift = -most; shift <= most; ++shift) {
      if (shift == 0) continue;
      for (std::size_t i = 0; i < present; ++i) {
        double const fraction = lattice.fraction(k, x_[i]) + shift;
        if (fraction < -reach || fraction > 1.0 + reach) continue;
        auto image = x_[i];
        add(image, lattice.cell[k], shift);
        x_.push_back(image);
        type_.push_back(type_[i]);
        owner_.push_back(owner_[i]);
      }
    }
  }
}

void PeriodicAtoms::find_neighbors(double cutoff)
{
  // Bins at least as wide as the cutoff, and not many more than atoms.
  Vector low{};
  Vector width{};
  std::array<int, 3> bins = {1, 1, 1};
  auto const most = static_cast<int>(std::cbrt(static_cast<double>(x_.size()))) + 1;
  for (std::size_t c = 0; c < 3 && !x_.empty(); ++c) {
    auto const [least, largest] = std::minmax_element(
        x_.begin(), x_.end(), [c](const Vector &a, const Vector &b) { return a[c] < b[c]; });
    low[c] = (*least)[c];
    double const extent = (*largest)[c] - low[c];
    bins[c] = static_cast<int>(std::clamp(std::floor(extent / cutoff), 1.0, double(most)));
    width[c] = extent / bins[c];
  }
  auto const bin_of = [&](const Vector &x, std::size_t c) {
    if (!(width[c] > 0.0)) return 0;
    return std::clamp(static_cast<int>((x[c] - low[c]) / width[c]), 0, bins[c] - 1);
  };
  auto const index = [&](int a, int b, int c) {
    return (static_cast<std::size_t>(a) * bins[1] + b) * bins[2] + c;
  };
  std::vector<std::vector<int>> content(static_cast<std::size_t>(bins[0]) * bins[1] * bins[2]);
  for (int i = 0; i < count(); ++i) {
    auto const &x = x_[static_cast<std::size_t>(i)];
    content[index(bin_of(x, 0), bin_of(x, 1), bin_of(x, 2))].push_back(i);
  }

  first_.assign(1, 0);
  for (int i = 0; i < centers_; ++i) {
    auto const &x = x_[static_cast<std::size_t>(i)];
    auto const range = [&](std::size_t c) {
      int const bin = bin_of(x, c);
      return std::array{std::max(bin - 1, 0), std::min(bin + 1, bins[c] - 1)};
    };
    auto const ra = range(0);
    auto const rb = range(1);
    auto const rc = range(2);
    for (int a = ra[0]; a <= ra[1]; ++a)
      for (int b = rb[0]; b <= rb[1]; ++b)
        for (int c = rc[0]; c <= rc[1]; ++c)
          for (int const j : content[index(a, b, c)]) {
            Vector d = x_[static_cast<std::size_t>(j)];
            add(d, x, -1.0);
            if (j != i && dot(d, d) < cutoff * cutoff) neighbor_.push_back(j);
          }
    first_.push_back(static_cast<int>(neighbor_.size()));
  }
}

FullNeighborList PeriodicAtoms::list() const
{
  FullNeighborList list;
  list.inum = centers_;
  list.ilist = centers_list_.data();
  list.numneigh = counts_.data();
  list.firstneigh = rows_.data();
  list.index_mask = -1;    // entries carry no marks
  return list;
}

std::vector<Vector> PeriodicAtoms::folded(const std::vector<Vector> &force) const
{
  std::vector<Vector> out(static_cast<std::size_t>(centers_));
  for (std::size_t i = 0; i < force.size(); ++i)
    add(out[static_cast<std::size_t>(owner_[i])], force[i], 1.0);
  return out;
}

std::array<double, 9> PeriodicAtoms::virial(const std::vector<Vector> &force) const
{
  std::array<double, 9> sum{};
  for (std::size_t i = 0; i < force.size(); ++i)
    for (std::size_t k = 0; k < 9; ++k) sum[k] += x_[i][k / 3] * force[i][k % 3];
  return sum;
}

}    // namespace lbs
