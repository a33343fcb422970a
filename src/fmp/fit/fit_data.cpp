// SPDX-License-Identifier: GPL-2.0-only
#include "fit_data.hpp"

#include "parallel.hpp"

#include "support/input_error.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"

#include <cmath>
#include <map>

namespace lbs::fmp::fit {

namespace {

class DataReader {
 public:
  DataReader(const FitInput &input, int threads)
      : input_(input), elements_(element_names(input.file)), threads_(threads)
  {
  }

  FitData read()
  {
    for (std::size_t s = 0; s < input_.sets.size(); ++s) read_set(s);
    if (data_.frames.empty())
      throw InputError("the sets hold no frame with a weight of more than 0");
    double const smooth = input_.file.coulomb ? input_.file.coulomb->smooth : 0.0;
    in_parallel(data_.frames.size(), threads_, [&](std::size_t k) {
      auto &made = data_.frames[k];
      explained(made.place, [&] {
        add_geometry(given_[k], input_.style, smooth, static_cast<int>(elements_.size()), made);
        if (made.labels.virial && !(made.volume > 0.0))
          throw InputError("there is a virial, but the frame is not periodic in all directions");
      });
    });
    Sha256 digest;
    digest.add(digests_.data(), digests_.size());
    data_.digest = digest.digits();
    return std::move(data_);
  }

 private:
  const FitInput &input_;
  std::vector<std::string> elements_;
  int threads_;
  FitData data_;
  std::vector<Frame> given_;    // of data_.frames
  std::string digests_;         // of the sets

  // Puts the place of a frame in front of messages about it.
  template <class Work> static void explained(const std::string &place, Work &&work)
  {
    try {
      work();
    } catch (const InputError &e) {
      throw InputError(place + ": " + e.what());
    }
  }

  void read_set(std::size_t s)
  {
    SetInput const &set = input_.sets[s];
    auto labelled = read_systems(set.systems, "", elements_);
    digests_ += labelled.digest;
    // A frame with copies is one frame, with so many times the weight.
    std::vector<std::size_t> first;
    for (std::size_t f = 0; f < labelled.frames.size(); f += labelled.frames[f].copies)
      first.push_back(f);
    if (set.weights.size() != 1 && set.weights.size() != first.size())
      throw InputError("set " + std::to_string(s + 1) + " has " + std::to_string(first.size()) +
                       " frames, but " + std::to_string(set.weights.size()) + " weights");
    for (std::size_t number = 0; number < first.size(); ++number) {
      std::size_t const f = first[number];
      FitFrame made;
      made.place =
          labelled.names[labelled.system[f]] + ", frame " + std::to_string(labelled.number[f]);
      made.set = s;
      made.number = number + 1;
      made.weight = (set.weights.size() == 1 ? set.weights[0] : set.weights[number]) *
                    labelled.frames[f].copies;
      if (made.weight == 0.0) continue;
      explained(made.place, [&] { add_labels(set, labelled.frames[f], made); });
      data_.frames.push_back(std::move(made));
      given_.push_back(std::move(labelled.frames[f].frame));
    }
  }

  void add_labels(const SetInput &set, const LabelledFrame &given, FitFrame &made)
  {
    made.labels = given.labels;
    if (!set.energy) made.labels.energy.reset();
    if (!set.force) made.labels.force.clear();
    if (!set.stress) made.labels.virial.reset();
    if (!made.labels.energy && made.labels.force.empty() && !made.labels.virial)
      throw InputError("there is neither energy.npy nor force.npy nor virial.npy that the fit "
                       "could use");
    if (made.labels.virial) check_symmetry(*made.labels.virial);
    made.type = types_among(given.frame, elements_);
    std::map<std::string, long long> counts;
    for (auto const &element : given.frame.elements) ++counts[element];
    made.condition = condition_of(composition_from_counts(input_.file.oxides(), counts), set.n4);
  }

  static void check_symmetry(const std::array<double, 9> &virial)
  {
    constexpr double ROUGH = 1.0e-3;
    double largest = 0.0;
    double skew = 0.0;
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 3; ++b) {
        largest = std::max(largest, std::fabs(virial[3 * a + b]));
        skew = std::max(skew, std::fabs(virial[3 * a + b] - virial[3 * b + a]));
      }
    if (skew > ROUGH * (1.0 + largest))
      throw InputError(
          "the virial is not symmetric: two components that should be equal differ by " +
          text::number(skew, 3) + " eV");
  }

  std::size_t condition_of(const Composition &composition, const N4Choice &n4)
  {
    // Boron-free glasses have no N4, and potentials may read none.
    bool const reads_n4 = uses_n4(input_.file) && composition.of("B2O3") > 0.0;
    N4Choice const choice = reads_n4 ? n4 : N4Choice();
    std::string name = composition.text();
    if (choice.source == N4Choice::GIVEN) name += " n4 " + text::number(choice.value);
    if (choice.source == N4Choice::DELL_BRAY_XIAO) name += " n4 dbx";
    for (std::size_t k = 0; k < data_.conditions.size(); ++k)
      if (data_.conditions[k].name == name) return k;
    data_.conditions.push_back({composition, choice, name});
    return data_.conditions.size() - 1;
  }
};

}    // namespace

FitData read_fit_data(const FitInput &input, int threads)
{
  return DataReader(input, threads).read();
}

}    // namespace lbs::fmp::fit
