// SPDX-License-Identifier: GPL-2.0-only
// The centers of a batch by their types, and their neighbors by the types of both, with rows of the
// environment matrix.
#pragma once

#include "task_lists.hpp"
#include "training_frame.hpp"

#include "deepsea/model/model.hpp"
#include "deepsea/model/pair_constants.hpp"
#include "linalg/simd.hpp"

#include <cstddef>
#include <vector>

namespace lbs::deepsea {

struct Center {
  int frame;
  int atom;
};

// A neighbor, or (neighbor < 0) what DeePMD-kit's empty places for neighbors add; see the page on
// the model format.
struct Place {
  int neighbor;    // atom of the frame
  const double *vector;
  double inverse_r;
  RadialPart part;
};

// The neighbors of one type of all centers of a type.
template <class Real> struct PairPlaces {
  PairConstants constants;
  double padding_row[4];
  bool padded = false;
  bool excluded = false;
  int selection = 0;

  [[nodiscard]] std::size_t count() const { return first.back(); }
  std::vector<std::size_t> first;    // [centers + 1]: of a center's places
  std::vector<Place> place;
  AlignedVector<Real> s, row;            // [place], [place][4]: normalized
  AlignedVector<Real> s_dot, row_dot;    // their tangents
  AlignedVector<Real> g, slope;          // [place][width]: embedding net and dg/ds
  AlignedVector<Real> by;                // [place][5]: dE/drow and dE/ds through the net
};

template <class Real> class BatchPlaces {
 public:
  explicit BatchPlaces(const Model &model, int threads);

  // Takes another batch; its frames have to live as long.
  void gather(const std::vector<const TrainingFrame *> &batch);
  // How s and a row move if the vector to the neighbor moves by `step`.
  void move(PairPlaces<Real> &pair, std::size_t place, const double step[3]) const;
  // dE/dvector from dE/drow and dE/ds.
  void gradient(const PairPlaces<Real> &pair, std::size_t place, double gradient[3]) const;

  [[nodiscard]] const std::vector<std::vector<Center>> &centers() const { return centers_; }
  [[nodiscard]] PairPlaces<Real> &pair(std::size_t index) { return pairs_[index]; }

 private:
  int types_;
  int threads_;
  std::size_t width_;                           // of rows of channels, see descriptor_loops.hpp
  std::vector<std::vector<Center>> centers_;    // of each type
  std::vector<PairPlaces<Real>> pairs_;         // as of Model::pair()
  TaskLists<Part> tasks_;                       // centers of a type

  void fill(const TrainingFrame &frame, int atom, PairPlaces<Real> &pair, int neighbor_type,
            std::size_t center) const;
};

extern template class BatchPlaces<double>;
extern template class BatchPlaces<float>;

}    // namespace lbs::deepsea
