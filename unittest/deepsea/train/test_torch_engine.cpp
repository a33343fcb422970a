// SPDX-License-Identifier: GPL-2.0-only
// The hand-written gradient of the loss against libtorch's autograd through forward() of the model
// file.
#include "training_frames.hpp"

#include "deepsea/train/loss_engine.hpp"
#include "deepsea/train/parameters.hpp"

#include "expect_error.hpp"

#include <algorithm>
#include <cmath>

using namespace lbs;
using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;
using lbs::test::expect_error;

namespace {

// Every activation, and every way in which nets may be made.
std::vector<ModelShape> shapes()
{
  auto all = smooth_shapes();
  for (Activation const activation :
       {Activation::LINEAR, Activation::TANH, Activation::GELU, Activation::SOFTPLUS,
        Activation::SIGMOID, Activation::SILU, Activation::RELU, Activation::RELU6})
    for (bool const one_side : {false, true}) {
      ModelShape shape;
      shape.embedding_activation = shape.fitting_activation = activation;
      shape.one_side = one_side;
      shape.timestep = !one_side;
      all.push_back(shape);
    }
  return all;
}

const std::vector<LossFactors> TERMS = {
    {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}, {0.3, 2.0, 0.1, 0.5}};

double largest(const std::vector<double> &values)
{
  double most = 0.0;
  for (double const value : values) most = std::max(most, std::fabs(value));
  return most;
}

struct Batch {
  Model model;
  std::vector<TrainingFrame> frames;

  Batch(const ModelShape &shape, unsigned seed)
  {
    RandomModel random(seed);
    model = random.make(shape);
    model.excluded[1] = 1;
    for (int const atoms : {9, 12}) {
      Frame const frame = random_frame(random, model.elements, atoms);
      frames.push_back(make_training_frame(frame, random_labels(random, atoms), model));
    }
    frames[1].labels.virial.reset();    // not every frame has every label
  }
  [[nodiscard]] std::vector<const TrainingFrame *> all() const { return {&frames[0], &frames[1]}; }
};

void compare(const Batch &batch, double tolerance, double least)
{
  auto const ours = host_engine(batch.model, 2);
  auto const theirs = torch_engine(batch.model, "cpu", 1);
  auto const numbers = parameters_of(batch.model);
  ours->set(numbers);
  theirs->set(numbers);
  for (const LossFactors &factors : TERMS) {
    std::vector<double> got, expected;
    LossSums const a = ours->evaluate(batch.all(), factors, got);
    LossSums const b = theirs->evaluate(batch.all(), factors, expected);
    EXPECT_NEAR(a.loss, b.loss, tolerance * b.loss);
    EXPECT_NEAR(a.force2, b.force2, tolerance * b.force2);
    EXPECT_NEAR(a.virial2, b.virial2, tolerance * b.virial2);
    EXPECT_EQ(a.virials, b.virials);
    for (std::size_t f = 0; f < 2; ++f)
      EXPECT_NEAR(ours->predictions()[f].energy, theirs->predictions()[f].energy,
                  tolerance * std::fabs(theirs->predictions()[f].energy));
    ASSERT_EQ(got.size(), expected.size());
    double const scale = largest(expected);
    ASSERT_GT(scale, least * b.loss);
    double most = 0.0;
    for (std::size_t k = 0; k < got.size(); ++k)
      most = std::max(most, std::fabs(got[k] - expected[k]));
    EXPECT_LT(most, tolerance * scale) << factors.energy << " " << factors.force << " "
                                       << factors.virial << " " << factors.weighted_force;
  }
}

class TorchEngine : public ::testing::TestWithParam<int> {};

}    // namespace

TEST_P(TorchEngine, GradientIsThatOfAutograd)
{
  compare(Batch(shapes()[GetParam()], 31 + GetParam()), 1e-9, 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Shapes, TorchEngine,
                         ::testing::Range(0, static_cast<int>(shapes().size())));

TEST(TorchEngine, SinglePrecision)
{
  Batch batch(ModelShape(), 5);
  batch.model.precision = Precision::SINGLE;
  compare(batch, 2e-4, 1e-3);
}

TEST(TorchEngine, LoneAtoms)
{
  ModelShape const shape;
  Batch batch(shape, 7);
  Frame lone;
  lone.elements = {"B"};
  lone.x = {{0.0, 0.0, 0.0}};
  RandomModel random(1);
  batch.frames[0] = make_training_frame(lone, random_labels(random, 1), batch.model);
  batch.frames[1] = batch.frames[0];
  auto const ours = host_engine(batch.model, 1);
  auto const theirs = torch_engine(batch.model, "cpu", 1);
  std::vector<double> got, expected;
  LossSums const a = ours->evaluate(batch.all(), TERMS.back(), got);
  LossSums const b = theirs->evaluate(batch.all(), TERMS.back(), expected);
  EXPECT_GT(b.loss, 0.01);
  EXPECT_NEAR(a.loss, b.loss, 1e-12 * b.loss);
  EXPECT_GT(largest(expected), 0.01);
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_NEAR(got[k], expected[k], 1e-10);
}

TEST(TorchEngine, OtherDevicesAreRefused)
{
  Batch const batch(ModelShape(), 3);
  expect_error([&] { torch_engine(batch.model, "abacus", 1); },
               "--device must be cpu, cuda or cuda:NUMBER, not abacus");
}
