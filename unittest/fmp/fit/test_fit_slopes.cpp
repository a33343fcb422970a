// SPDX-License-Identifier: GPL-2.0-only
// Derivatives by each kind of parameter against differences.
#include "fit_frames.hpp"

#include <gtest/gtest.h>

using namespace lbs::fmp;
using namespace lbs::fmp::fit;
using namespace lbs::test;

namespace {

// Largest difference between a column of slopes and central differences, relative to its largest
// number of the same kind: energy, virial or force.
double worst(const FitInput &input, const FitData &data, std::size_t parameter)
{
  TermSettings const settings{input.style.cut, input.style.cut_coulomb, input.shift};
  double largest_difference = 0.0;
  for (auto const &frame : data.frames) {
    auto const &condition = data.conditions[frame.condition];
    auto const at = [&](double value) {
      auto file = input.file;
      set_value(input.free[parameter].slot, value, file);
      return evaluate(frame, make_terms(file, {}, condition, settings), nullptr);
    };
    Eigen::MatrixXd slopes;
    evaluate(frame, make_terms(input.file, input.free, condition, settings), &slopes);
    double const value = value_at(input.file, input.free[parameter].slot);
    double const step = 2.0e-5 * std::fabs(value);
    Eigen::VectorXd const expected = (at(value + step) - at(value - step)) / (2.0 * step);
    auto const column = slopes.col(static_cast<Eigen::Index>(parameter));
    auto const compare = [&](Eigen::Index first, Eigen::Index count) {
      double const scale = expected.segment(first, count).cwiseAbs().maxCoeff();
      EXPECT_GT(scale, 0.0) << "no signal of " << input.free[parameter].name;
      double const off =
          (column.segment(first, count) - expected.segment(first, count)).cwiseAbs().maxCoeff();
      largest_difference = std::max(largest_difference, off / scale);
    };
    compare(ENERGY_ROW, 1);
    compare(VIRIAL_ROW, 6);
    compare(FORCE_ROW, column.size() - FORCE_ROW);
  }
  return largest_difference;
}

void expect_exact(const FitInput &input, const Counts &counts)
{
  std::mt19937 random(3);
  FitData data;
  for (int k = 0; k < 2; ++k) add_frame(input, random_frame(counts, random), data);
  for (std::size_t p = 0; p < input.free.size(); ++p)
    EXPECT_LT(worst(input, data, p), 1.0e-6) << input.free[p].name;
}

}    // namespace

TEST(Slopes, OfPairsWithFittedCores)
{
  for (const char *style : {"8.0 coul dsf 0.25 8.0", "6.0 coul none"}) {
    auto input = input_for(shipped("deng-du-teter.fmp"), style);
    for (auto const kind : {Slot::Kind::A, Slot::Kind::RHO, Slot::Kind::C}) {
      input.free.push_back(free_parameter(input.file, kind, "O", "O"));
      input.free.push_back(free_parameter(input.file, kind, "Si", "O"));
    }
    input.free.push_back(free_parameter(input.file, Slot::Kind::A, "Li", "O"));
    input.free.push_back(free_parameter(input.file, Slot::Kind::RHO, "Li", "O"));
    for (bool const shift : {false, true}) {
      input.shift = shift;
      expect_exact(input, glasses()[0]);
    }
  }
}

TEST(Slopes, OfCoresThatBeginWhereTheFileSays)
{
  auto input = input_for(shipped("deng-du-teter.fmp"), "8.0 coul dsf 0.25 8.0");
  input.file.pairs.at({"O", "O"}).core_r0 = 2.1;
  for (auto const kind : {Slot::Kind::CORE, Slot::Kind::A, Slot::Kind::RHO, Slot::Kind::C})
    input.free.push_back(free_parameter(input.file, kind, "O", "O"));
  expect_exact(input, glasses()[0]);
}

TEST(Slopes, OfModelsOnBothBranches)
{
  auto input = input_for(shipped("deng-du-teter.fmp"), "8.0 coul dsf 0.25 8.0");
  for (std::size_t k = 0; k < 4; ++k) {
    if (k == 1) continue;    // A2 does not enter at R below R_max, see below
    input.free.push_back(free_parameter(input.file, Slot::Kind::CONSTANT, "A_BO", "", k));
  }
  expect_exact(input, glasses()[0]);
  input.free.push_back(free_parameter(input.file, Slot::Kind::CONSTANT, "A_BO", "", 1));
  expect_exact(input, glasses()[2]);
}

TEST(Slopes, OfPolynomials)
{
  auto input = input_for(shipped("deng-du-teter.fmp"), "8.0 coul wolf 0.25 8.0");
  input.file.models["A_BO"] =
      Polynomial{{{12000.0, {}}, {80.0, {{"K", 2}}}, {500.0, {{"N4", 1}, {"x_Li2O", 1}}}}};
  for (std::size_t k = 0; k < 3; ++k)
    input.free.push_back(free_parameter(input.file, Slot::Kind::CONSTANT, "A_BO", "", k));
  expect_exact(input, glasses()[2]);
}

// Walls, inverse lengths, shifts and smoothing, and charges that oxygen makes up for.
TEST(Slopes, OfShik)
{
  auto input = input_for(shipped("shik.fmp"), "8.0 coul dsf 0.0 10.0");
  for (auto const kind : {Slot::Kind::A, Slot::Kind::RHO, Slot::Kind::C, Slot::Kind::D})
    input.free.push_back(free_parameter(input.file, kind, "O", "B"));
  for (const char *element : {"Li", "B", "Si"})
    input.free.push_back(free_parameter(input.file, Slot::Kind::CHARGE, element));
  expect_exact(input, glasses()[0]);
}

TEST(Slopes, OfChargesThatFollowOxygen)
{
  for (const char *style : {"8.0 coul dsf 0.25 8.0", "8.0 coul long 8.0"}) {
    auto input = input_for(shipped("deng-du-teter.fmp"), style);
    input.free.push_back(free_parameter(input.file, Slot::Kind::OXIDE_CHARGE, "O"));
    expect_exact(input, glasses()[0]);
  }
}

TEST(Slopes, OfRealUnits)
{
  auto input = input_for(shipped("shik.fmp"), "8.0 coul dsf 0.0 10.0");
  input.file.units = "real";
  input.free.push_back(free_parameter(input.file, Slot::Kind::A, "O", "Si"));
  input.free.push_back(free_parameter(input.file, Slot::Kind::RHO, "O", "Si"));
  expect_exact(input, glasses()[0]);
}

// The force is the derivative of the energy by positions, and the virial by strain.
TEST(Slopes, ForcesAndVirialAreThoseOfTheEnergy)
{
  for (const char *style :
       {"7.0 coul dsf 0.25 8.0", "7.0 coul long 7.0", "7.0 coul wolf 0.2 8.0"}) {
    auto input = input_for(shipped("deng-du-teter.fmp"), style);
    input.shift = true;    // without it, the energy jumps at the cutoff
    std::mt19937 random(11);
    auto const frame = random_frame({{"Li", 4}, {"O", 4}, {"Si", 1}}, random);
    auto const energy = [&](const lbs::Frame &at, FrameValues *all = nullptr) {
      FitData data;
      add_frame(input, at, data);
      auto const values = Loss(input, data, 1).predictions({}).values[0];
      if (all != nullptr) *all = values;
      return values[ENERGY_ROW];
    };
    FrameValues values;
    energy(frame, &values);
    constexpr double STEP = 1.0e-5;
    for (std::size_t i = 0; i < frame.x.size(); i += 2) {
      auto up = frame;
      auto down = frame;
      up.x[i][1] += STEP;
      down.x[i][1] -= STEP;
      double const force = -(energy(up) - energy(down)) / (2.0 * STEP);
      EXPECT_GT(std::fabs(force), 1.0e-3);
      EXPECT_NEAR(values[static_cast<Eigen::Index>(FORCE_ROW + 3 * i + 1)], force,
                  2.0e-5 * (1.0 + std::fabs(force)))
          << style;
    }
    auto const strained = [&](double strain) {    // x changes by strain times y
      auto out = frame;
      for (auto *rows : {&out.x})
        for (auto &x : *rows) x[0] += strain * x[1];
      for (auto &x : out.cell) x[0] += strain * x[1];
      return energy(out);
    };
    double const virial = -(strained(STEP) - strained(-STEP)) / (2.0 * STEP);
    EXPECT_GT(std::fabs(virial), 0.1);
    EXPECT_NEAR(values[VIRIAL_ROW + 3], virial, 1.0e-4 * std::fabs(virial)) << style;
  }
}
