// SPDX-License-Identifier: GPL-2.0-only
// A frame's atoms with their periodic images and neighbors, outside LAMMPS.
#pragma once

#include "frames.hpp"

#include "support/neighbor_list.hpp"

#include <array>
#include <vector>

namespace lbs {

// All images within the cutoff of the cell, so that cells may be smaller than the cutoff. The
// frame's atoms come first, moved into the cell along its periodic vectors, then the images.
class PeriodicAtoms {
 public:
  // `types`: of the frame's atoms. Throws InputError if the cell is flat or absurdly small.
  PeriodicAtoms(const Frame &frame, const std::vector<int> &types, double cutoff);

  [[nodiscard]] int centers() const { return centers_; }
  [[nodiscard]] int count() const { return static_cast<int>(x_.size()); }
  [[nodiscard]] const double (*x() const)[3];
  [[nodiscard]] const int *type() const { return type_.data(); }
  // The frame's atom of each atom or image.
  [[nodiscard]] const std::vector<int> &owner() const { return owner_; }
  // Neighbors of center i within the cutoff: neighbor()[first()[i]] up to neighbor()[first()[i+1]].
  [[nodiscard]] const std::vector<int> &first() const { return first_; }
  [[nodiscard]] const std::vector<int> &neighbor() const { return neighbor_; }
  // The same in LAMMPS' form; valid as long as this object.
  [[nodiscard]] FullNeighborList list() const;

  // Forces [count()] summed up over each atom's images.
  [[nodiscard]] std::vector<std::array<double, 3>>
  folded(const std::vector<std::array<double, 3>> &force) const;
  // Sum of x F over atoms and images, from forces that are not folded: xx xy xz yx ... zz.
  [[nodiscard]] std::array<double, 9> virial(const std::vector<std::array<double, 3>> &force) const;

 private:
  int centers_ = 0;
  std::vector<std::array<double, 3>> x_;
  std::vector<int> type_;
  std::vector<int> owner_;
  std::vector<int> first_;
  std::vector<int> neighbor_;
  // By atom or image, as LAMMPS has it; images have no neighbors.
  std::vector<int> centers_list_;
  std::vector<int> counts_;
  std::vector<const int *> rows_;

  void add_images(const Frame &frame, double cutoff);
  void find_neighbors(double cutoff);
};

}    // namespace lbs
