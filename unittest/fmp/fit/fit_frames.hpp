// SPDX-License-Identifier: GPL-2.0-only
// Frames for tests of fits: atoms at random, and labels by a potential file.
#pragma once

#include "fmp/fit/loss.hpp"

#include "support/text.hpp"

#include "fmp/shipped.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace lbs::test {

// Numbers of atoms of each element.
using Counts = std::map<std::string, long long>;

// Atoms in a skewed cell of about 0.09 atoms an A^3, none closer than 1.05 A to another one: within
// the cores of all pairs, and outside.
inline Frame random_frame(const Counts &counts, std::mt19937 &random)
{
  Frame frame;
  for (auto const &[element, count] : counts)
    frame.elements.insert(frame.elements.end(), count, element);
  auto const n = static_cast<double>(frame.elements.size());
  double const side = std::cbrt(n / 0.09);
  frame.cell = {
      {{side, 0.0, 0.0}, {0.1 * side, 0.95 * side, 0.0}, {-0.07 * side, 0.12 * side, 1.05 * side}}};
  frame.periodic.fill(true);
  std::uniform_real_distribution<double> fraction(0.0, 1.0);
  auto const too_close = [&](const std::array<double, 3> &x) {
    for (auto const &other : frame.x)
      for (int a = -1; a <= 1; ++a)
        for (int b = -1; b <= 1; ++b)
          for (int c = -1; c <= 1; ++c) {
            double sum = 0.0;
            for (std::size_t k = 0; k < 3; ++k) {
              double const d = x[k] - other[k] + a * frame.cell[0][k] + b * frame.cell[1][k] +
                               c * frame.cell[2][k];
              sum += d * d;
            }
            if (sum < 1.05 * 1.05) return true;
          }
    return false;
  };
  while (frame.x.size() < frame.elements.size()) {
    std::array<double, 3> x{};
    for (std::size_t v = 0; v < 3; ++v) {
      double const f = fraction(random);
      for (std::size_t k = 0; k < 3; ++k) x[k] += f * frame.cell[v][k];
    }
    if (!too_close(x)) frame.x.push_back(x);
  }
  return frame;
}

// An input without free parameters, for a shipped file.
inline fmp::fit::FitInput input_for(const fmp::PotentialFile &file, const std::string &style)
{
  fmp::fit::FitInput input;
  input.file = file;
  input.style = fmp::parse_style(text::words(style));
  return input;
}

inline fmp::fit::FreeParameter free_parameter(const fmp::PotentialFile &file,
                                              fmp::fit::Slot::Kind kind, const std::string &a,
                                              const std::string &b = "", std::size_t constant = 0)
{
  fmp::fit::FreeParameter p;
  p.slot = {kind, a, b, constant};
  p.name = a + " " + b + " " + std::to_string(constant);
  p.start = fmp::fit::value_at(file, p.slot);
  return p;
}

// Adds a frame without labels.
inline void add_frame(const fmp::fit::FitInput &input, const Frame &frame, fmp::fit::FitData &data)
{
  fmp::fit::FitFrame made;
  auto const elements = fmp::fit::element_names(input.file);
  made.type = fmp::fit::types_among(frame, elements);
  Counts counts;
  for (auto const &element : frame.elements) ++counts[element];
  auto const composition = fmp::composition_from_counts(input.file.oxides(), counts);
  auto const same = [&](const fmp::fit::Condition &c) { return c.name == composition.text(); };
  auto const found = std::find_if(data.conditions.begin(), data.conditions.end(), same);
  made.condition = static_cast<std::size_t>(found - data.conditions.begin());
  if (found == data.conditions.end())
    data.conditions.push_back({composition, {}, composition.text()});
  double const smooth = input.file.coulomb ? input.file.coulomb->smooth : 0.0;
  fmp::fit::add_geometry(frame, input.style, smooth, static_cast<int>(elements.size()), made);
  data.frames.push_back(std::move(made));
}

// Labels all frames by the file of the input, with an energy of `zero` eV an atom besides.
inline void label(const fmp::fit::FitInput &input, double zero, fmp::fit::FitData &data)
{
  fmp::fit::Loss const loss(input, data, 1);
  std::vector<double> values;
  for (auto const &p : input.free) values.push_back(fmp::fit::value_at(input.file, p.slot));
  auto const made = loss.predictions(values).values;
  for (std::size_t f = 0; f < made.size(); ++f) {
    auto &frame = data.frames[f];
    auto const &v = made[f];
    frame.labels.energy = v[fmp::fit::ENERGY_ROW] + zero * static_cast<double>(frame.atoms());
    frame.labels.virial.emplace();
    constexpr std::size_t TWIN[] = {0, 4, 8, 3, 6, 7};
    for (std::size_t k = 0; k < 6; ++k)
      (*frame.labels.virial)[fmp::fit::LABEL_PLACE[k]] = (*frame.labels.virial)[TWIN[k]] =
          v[static_cast<Eigen::Index>(fmp::fit::VIRIAL_ROW + k)];
    frame.labels.force.clear();
    for (Eigen::Index i = fmp::fit::FORCE_ROW; i < v.size(); i += 3)
      frame.labels.force.push_back({v[i], v[i + 1], v[i + 2]});
  }
}

// Glasses on both branches of the amplitude of Deng and Du, and one without boron.
inline std::vector<Counts> glasses()
{
  return {
      {{"Li", 4}, {"B", 12}, {"O", 24}, {"Si", 2}},  {{"Li", 20}, {"B", 6}, {"O", 21}, {"Si", 1}},
      {{"Li", 12}, {"B", 4}, {"O", 28}, {"Si", 8}},  {{"Li", 6}, {"B", 12}, {"O", 33}, {"Si", 6}},
      {{"Li", 12}, {"B", 12}, {"O", 30}, {"Si", 3}}, {{"Li", 12}, {"O", 26}, {"Si", 10}}};
}

}    // namespace lbs::test
