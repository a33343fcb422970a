// Energies, forces and virials of a model for a set of atoms: the hot path.
#pragma once

#include "deepsea/model/model.hpp"

#include "support/neighbor_list.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace lbs::deepsea {

// How a model is evaluated.
struct EvaluatorSettings {
  enum class Arithmetic { DOUBLE, MIXED };
  Arithmetic arithmetic = Arithmetic::DOUBLE;
  // Largest error of the embedding table's values, relative to the largest value; 0: no table, the
  // networks themselves are evaluated for every neighbor; negative: what suits the arithmetic.
  double table_error = -1.0;
  int threads = 1;

  // `table_error`, with the default filled in.
  [[nodiscard]] double table_tolerance() const
  {
    if (table_error >= 0.0) return table_error;
    return arithmetic == Arithmetic::MIXED ? 3.0e-7 : 5.0e-11;
  }
};

// The atoms. Rows of the neighbor list are those of centers; they may hold atoms beyond the cutoff.
struct Atoms {
  int count = 0;                     // atoms that x and type hold, images (ghosts) included
  const double (*x)[3] = nullptr;    // A
  const int *type = nullptr;         // of the model, from 0; negative: not of this model, left out
  FullNeighborList list;
};

// What evaluate() adds to; all but `energy`, `virial` may be null, for "not wanted". Sums of
// energy in eV, forces in eV/A, virials sum x F in eV.
struct Results {
  double energy = 0.0;
  double virial[9] = {};            // xx xy xz yx yy yz zx zy zz
  double (*force)[3] = nullptr;     // [count]: images get a share that belongs to the atom
  double *atom_energy = nullptr;    // [count], of the centers
  // [count][9]: the neighbor's position relative to the center times the force that the center's
  // energy puts on the neighbor, entered at the neighbor (Z. Fan et al., Phys. Rev. B 92, 094301
  // (2015)): with it the heat flux is right.
  double (*atom_virial)[9] = nullptr;
  // [count][6], xx yy zz xy xz yz: the same shared equally between center and neighbor.
  double (*shared_virial)[6] = nullptr;
  // Factor of each center's energy by type of the model, and so of its forces; null: ones.
  const double *scale = nullptr;
};

// Atoms closer than this (A) lie on top of each other: no energy of theirs has a meaning.
constexpr double OVERLAP = 0.01;

// A pair of atoms closer than the training set ever saw.
struct ShortPair {
  long count = 0;     // ordered pairs (center, neighbor) in this call
  int center = -1;    // the closest one relative to its bound; indices into x
  int neighbor = -1;
  double distance = 0.0;    // A
  double bound = 0.0;       // A
};

// The least and the largest of some numbers.
template <class Number> struct Span {
  Number least = 0, most = 0;

  void add(Number number)
  {
    least = most == 0 ? number : std::min(least, number);
    most = std::max(most, number);
  }
};

// One number if both are the same, else "3 to 5".
template <class Number> std::string to_text(const Span<Number> &numbers)
{
  std::string const least = text::number(numbers.least, 4);
  return numbers.least == numbers.most ? least : least + " to " + text::number(numbers.most, 4);
}

class Evaluator {
 public:
  // `model` is copied as far as it is needed. Throws InputError if no table meets the error asked
  // for.
  Evaluator(const Model &model, const EvaluatorSettings &settings);
  ~Evaluator();
  Evaluator(const Evaluator &) = delete;
  Evaluator &operator=(const Evaluator &) = delete;

  // Adds to `results`. Overlapping atoms and results that are not finite are reported by
  // bad_center(); nothing is thrown from here.
  void evaluate(const Atoms &atoms, Results &results);

  // The first center whose energy or force was not finite in the last call, or -1.
  [[nodiscard]] int bad_center() const;
  // Pairs closer than the model's `shortest` in the last call.
  [[nodiscard]] const ShortPair &short_pairs() const;
  // The tables that are used where no neighbor is very close.
  struct TableReport {
    // Errors against the networks, at most, of all channels of the model: values and slopes,
    // absolute; and the largest absolute value and slope in a table.
    double value_error = 0.0;
    double slope_error = 0.0;
    double value_scale = 0.0;
    double slope_scale = 0.0;
    std::size_t bytes = 0;
    Span<int> rows;          // of the tables of the pairs of types; zeros if there are none
    Span<int> channels;      // kept of the model's, by the type of the center
    Span<double> from;       // A: centers with neighbors closer than this, by the pair, keep all
    double closest = 0.0;    // A: networks are evaluated below this
  };
  [[nodiscard]] TableReport table_report() const;
  [[nodiscard]] std::size_t memory_usage() const;    // bytes

  class Implementation;

 private:
  std::unique_ptr<Implementation> impl_;
};

}    // namespace lbs::deepsea
