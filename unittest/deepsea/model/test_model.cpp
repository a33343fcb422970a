// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/model/model.hpp"
#include "deepsea/random_model.hpp"
#include "expect_error.hpp"

#include <functional>
#include <limits>
#include <set>

using namespace lbs::deepsea;
using lbs::deepsea::testing::RandomModel;
using lbs::test::expect_error;

namespace {

using Change = std::function<void(Model &)>;

Model small_model()
{
  return RandomModel(1).make({});
}

void expect_refusal(const Change &change, const std::string &words)
{
  auto model = small_model();
  change(model);
  expect_error([&] { check_model(model, "file.pt"); }, words);
}

constexpr double NOT_A_NUMBER = std::numeric_limits<double>::quiet_NaN();

}    // namespace

TEST(Model, WholeOneIsAccepted)
{
  EXPECT_NO_THROW(check_model(small_model(), "file.pt"));
}

TEST(Model, KnowsItsSizes)
{
  auto const model = small_model();
  EXPECT_EQ(model.types(), 3);
  EXPECT_EQ(model.selected_neighbors(), 10 + 13 + 16);
  EXPECT_EQ(model.channels(), 20);
  EXPECT_EQ(model.descriptor_size(), 80);
  EXPECT_EQ(&model.embedding_of(1, 2), &model.embedding[5]);
}

TEST(Model, OneSidedNetsAreFoundByNeighbor)
{
  auto const model = RandomModel(1).make({{"O", "H"}, {2, 4}, {3}, 2, true});
  EXPECT_EQ(&model.embedding_of(0, 1), &model.embedding[1]);
}

TEST(Model, BadContractIsRefused)
{
  expect_refusal([](Model &m) { m.elements.clear(); }, "file.pt: the number of elements must be");
  expect_refusal([](Model &m) { m.elements[0] = "Li B"; }, "'Li B' cannot be that of an element");
  expect_refusal([](Model &m) { m.elements[0] = "NULL"; }, "'NULL' cannot be");
  expect_refusal([](Model &m) { m.elements[0] = "B"; }, "an element is there twice");
  expect_refusal([](Model &m) { m.cutoff = 0.0; }, "the cutoff rc must be more than 0");
  expect_refusal([](Model &m) { m.cutoff = NOT_A_NUMBER; }, "a number that is not finite");
  expect_refusal([](Model &m) { m.smooth_from = 4.0; }, "the switch must begin between");
  expect_refusal([](Model &m) { m.protection = -1.0; }, "protection of distances");
  expect_refusal([](Model &m) { m.selection.pop_back(); }, "sel has 2 entries, but must have 3");
  expect_refusal([](Model &m) { m.selection = {0, 0, 0}; }, "the sum of sel");
  expect_refusal([](Model &m) { m.selection[0] = -1; }, "sel must be 0 to");
}

TEST(Model, BadStatisticsAreRefused)
{
  expect_refusal([](Model &m) { m.average.pop_back(); }, "davg has 8 entries, but must have 9");
  expect_refusal([](Model &m) { m.average[2][3] = NOT_A_NUMBER; }, "davg holds a number");
  expect_refusal([](Model &m) { m.deviation[2][3] = 0.0; }, "dstd must be positive");
  expect_refusal([](Model &m) { m.excluded.clear(); }, "excluded pairs has 0 entries");
  expect_refusal([](Model &m) { m.shortest[1] = -0.5; }, "shortest distance must not be negative");
  for (double const bad : {-300.0, std::numeric_limits<double>::infinity()})
    expect_refusal([bad](Model &m) { m.hottest = bad; }, "temperature must not be negative");
}

TEST(Model, BadNetsAreRefused)
{
  expect_refusal([](Model &m) { m.embedding.pop_back(); }, "embedding nets has 8 entries");
  expect_refusal([](Model &m) { m.embedding[1].clear(); }, "embedding net 1 must have 1 to");
  expect_refusal([](Model &m) { m.embedding[1][0].inputs = 2; },
                 "layer 1 of embedding net 1 takes 2 numbers, but gets 1");
  expect_refusal([](Model &m) { m.embedding[1].pop_back(); }, "as many outputs as the first");
  expect_refusal([](Model &m) { m.axis_neurons = 21; }, "axis neurons must be 1 to 20");
  expect_refusal([](Model &m) { m.fitting[2].pop_back(); },
                 "fitting net of O must have one output");
  expect_refusal([](Model &m) { m.fitting[0][1].weight.pop_back(); },
                 "weight of layer 2 of the fitting net of Li has 143 entries");
  expect_refusal([](Model &m) { m.fitting[0][1].weight[7] = NOT_A_NUMBER; },
                 "weight of layer 2 of the fitting net of Li holds a number that is not finite");
  expect_refusal([](Model &m) { m.fitting[0][1].timestep.pop_back(); }, "timestep of layer 2");
  expect_refusal([](Model &m) { m.energy_bias.push_back(0.0); }, "energy biases has 4 entries");
  expect_refusal([](Model &m) { m.energy_bias[0] = NOT_A_NUMBER; }, "energy biases holds a number");
}

TEST(Model, HugeSizesAreRefusedBeforeAnythingIsAllocated)
{
  expect_refusal([](Model &m) { m.fitting[0][0].outputs = 1 << 30; }, "the width of layer 1");
  expect_refusal([](Model &m) { m.selection[0] = 1 << 30; }, "sel must be 0 to");
}

TEST(Model, ChecksumHasOneValueOnEveryMachine)
{
  Model model;
  model.elements = {"O"};
  model.cutoff = 4.0;
  model.smooth_from = 2.0;
  model.selection = {8};
  model.axis_neurons = 1;
  model.excluded = {0};
  model.average = {{0.5, 0, 0, 0}};
  model.deviation = {{1, 1, 1, 1}};
  model.shortest = {0.0};
  model.embedding = {{{1, 1, Activation::TANH, false, {2.0}, {0.0}, {}}}};
  model.fitting = {{{1, 1, Activation::LINEAR, false, {3.0}, {0.0}, {}}}};
  model.energy_bias = {-1.0};
  check_model(model, "model");
  EXPECT_EQ(checksum(model), "43e19c9cc2ab34aeead0ff901a0b7ca5502711e5932772a5916841e3cc501e9d");
}

TEST(Model, ChecksumFollowsEverythingThatDecidesAboutEnergies)
{
  const Change changes[] = {
      [](Model &) {},
      [](Model &m) { m.elements[0] = "Na"; },
      [](Model &m) { m.cutoff += 1e-12; },
      [](Model &m) { m.smooth_from += 1e-12; },
      [](Model &m) { m.protection = 0.1; },
      [](Model &m) { m.selection[1] += 1; },
      [](Model &m) { m.axis_neurons -= 1; },
      [](Model &m) { m.excluded[1] = 1; },
      [](Model &m) { m.average[3][0] += 1e-9; },
      [](Model &m) { m.deviation[3][0] += 1e-9; },
      [](Model &m) { m.shortest[3] = 1.0; },
      [](Model &m) { m.hottest = 3500.0; },
      [](Model &m) { m.embedding[3][1].weight[2] += 1e-9; },
      [](Model &m) { m.embedding[3][1].activation = Activation::RELU; },
      [](Model &m) { m.embedding[3][1].skip = false; },
      [](Model &m) { m.fitting[1][0].bias[2] += 1e-9; },
      [](Model &m) { m.fitting[1][1].timestep[2] += 1e-9; },
      [](Model &m) { m.energy_bias[0] += 1e-9; },
      [](Model &m) { m.precision = Precision::SINGLE; },
  };
  std::set<std::string> sums;
  for (auto const &change : changes) {
    auto model = small_model();
    change(model);
    sums.insert(checksum(model));
  }
  EXPECT_EQ(sums.size(), std::size(changes));
  auto same = small_model();
  same.provenance.source = "elsewhere";
  EXPECT_EQ(sums.count(checksum(same)), 1U);
}
