// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/frames/frame_errors.hpp"

#include <gtest/gtest.h>

#include <cmath>

using namespace lbs;
using namespace lbs::deepsea;

namespace {

// Two atoms; what a model says is off by known numbers.
LabelledFrame labelled()
{
  LabelledFrame frame;
  frame.frame.elements = {"Si", "O"};
  frame.frame.x = {{0.0, 0.0, 0.0}, {1.6, 0.0, 0.0}};
  frame.labels.energy = -10.0;
  frame.labels.force = {{1.0, 0.0, 0.0}, {-1.0, 0.0, 0.0}};
  frame.labels.virial = {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0};
  return frame;
}

FrameEnergy predicted()
{
  FrameEnergy out;
  out.energy = -9.0;                                              // 0.5 eV an atom too high
  out.force = {{1.1, 0.2, 0.0}, {-1.0, 0.0, -0.4}};               // off by 0.1, 0.2 and 0.4
  out.virial = {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -0.8};    // by 0.9 an atom
  out.atom_energy = {-4.5, -4.5};
  return out;
}

}    // namespace

TEST(FrameErrors, AreThoseOfAnAtomAndOfComponents)
{
  PredictionErrors errors;
  errors.add(labelled(), predicted(), {2, 7, 0});
  EXPECT_EQ(errors.frames, 1U);
  EXPECT_EQ(errors.atoms, 2U);
  EXPECT_EQ(errors.energy.count, 1U);
  EXPECT_DOUBLE_EQ(errors.energy.mean(), 0.5);
  EXPECT_DOUBLE_EQ(errors.energy.largest, 0.5);
  EXPECT_EQ(errors.energy.at.frame, 7U);
  EXPECT_EQ(errors.energy.at.atom, 0U);

  EXPECT_EQ(errors.force.count, 6U);
  EXPECT_NEAR(errors.force.mean(), 0.7 / 6.0, 1e-15);
  EXPECT_NEAR(errors.force.rms(), std::sqrt((0.01 + 0.04 + 0.16) / 6.0), 1e-15);
  EXPECT_NEAR(errors.force.largest, 0.4, 1e-15);
  EXPECT_EQ(errors.force.at.set, 2U);
  EXPECT_EQ(errors.force.at.frame, 7U);
  EXPECT_EQ(errors.force.at.atom, 2U);
  EXPECT_NEAR(errors.force_of["Si"].largest, 0.2, 1e-15);
  EXPECT_EQ(errors.force_of["Si"].at.atom, 1U);
  EXPECT_NEAR(errors.force_of["O"].rms(), 0.4 / std::sqrt(3.0), 1e-15);
  EXPECT_EQ(errors.force_of.size(), 2U);

  EXPECT_EQ(errors.virial.count, 9U);
  EXPECT_NEAR(errors.virial.largest, 0.9, 1e-15);
  EXPECT_NEAR(errors.virial.mean(), 0.1, 1e-15);
  EXPECT_NEAR(errors.virial.rms(), 0.3, 1e-15);
}

TEST(FrameErrors, WhatHasNoLabelDoesNotCount)
{
  auto frame = labelled();
  PredictionErrors errors;
  frame.labels = {};
  errors.add(frame, predicted(), {1, 1, 0});
  EXPECT_FALSE(errors.has_any());
  EXPECT_EQ(errors.frames, 1U);
  EXPECT_EQ(errors.force.mean(), 0.0);
  EXPECT_EQ(errors.force.rms(), 0.0);

  frame.labels.energy = -9.5;
  errors.add(frame, predicted(), {1, 2, 0});
  EXPECT_TRUE(errors.has_any());
  EXPECT_EQ(errors.energy.count, 1U);
  EXPECT_DOUBLE_EQ(errors.energy.rms(), 0.25);
  EXPECT_EQ(errors.force.count, 0U);
  EXPECT_EQ(errors.virial.count, 0U);
}

TEST(FrameErrors, AtomsOfWeightZeroAreLeftOut)
{
  auto frame = labelled();
  frame.labels.force_weight = {1.0, 0.0};
  PredictionErrors errors;
  errors.add(frame, predicted(), {1, 1, 0});
  EXPECT_EQ(errors.left_out, 1U);
  EXPECT_EQ(errors.force.count, 3U);
  EXPECT_NEAR(errors.force.largest, 0.2, 1e-15);
  EXPECT_EQ(errors.force_of.count("O"), 0U);
}

TEST(FrameErrors, SumsOfSetsAreThoseOfTheirNumbers)
{
  auto second = predicted();
  second.energy = -13.0;    // off by 1.5 an atom
  second.force[0][0] = 0.0;
  second.short_pairs.count = 2;
  PredictionErrors a, b, both;
  a.add(labelled(), predicted(), {1, 1, 0});
  b.add(labelled(), second, {2, 1, 0});
  both.add(labelled(), predicted(), {1, 1, 0});
  both.add(labelled(), second, {2, 1, 0});
  a.add(b);
  EXPECT_EQ(a.frames, 2U);
  EXPECT_EQ(a.close_frames, 1U);
  EXPECT_DOUBLE_EQ(a.energy.mean(), 1.0);
  EXPECT_DOUBLE_EQ(a.energy.rms(), std::sqrt((0.25 + 2.25) / 2.0));
  EXPECT_EQ(a.energy.at.set, 2U);
  EXPECT_DOUBLE_EQ(a.force.rms(), both.force.rms());
  EXPECT_DOUBLE_EQ(a.force.largest, 1.0);
  EXPECT_DOUBLE_EQ(a.force_of["Si"].mean(), both.force_of["Si"].mean());
  PredictionErrors none;
  none.add(a);
  EXPECT_EQ(none.force.at.set, 2U);
  EXPECT_EQ(none.virial.count, 18U);
}

TEST(FrameErrors, DeviationsAreThoseOfTheModels)
{
  auto first = predicted();
  auto second = predicted();
  second.force[1] = {-1.0, 0.6, -0.4};    // the models are 0.3 from their mean
  second.virial[0] = 1.4;                 // 0.1 eV an atom from their mean, in one of nine
  PredictionDeviations deviations;
  deviations.add({first, second}, {1, 4, 0});
  EXPECT_EQ(deviations.force.count, 2U);
  EXPECT_NEAR(deviations.force.largest, 0.3, 1e-15);
  EXPECT_NEAR(deviations.force.mean(), 0.15, 1e-15);
  EXPECT_EQ(deviations.force.at.atom, 2U);
  EXPECT_EQ(deviations.most_force.count, 1U);
  EXPECT_NEAR(deviations.most_force.mean(), 0.3, 1e-15);
  EXPECT_EQ(deviations.most_force.at.frame, 4U);
  EXPECT_NEAR(deviations.virial.largest, 0.1 / 3.0, 1e-15);
  second.force[1] = first.force[1];
  deviations.add({first, second}, {1, 5, 0});
  EXPECT_NEAR(deviations.most_force.mean(), 0.15, 1e-15);
}
