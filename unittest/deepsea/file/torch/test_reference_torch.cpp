// SPDX-License-Identifier: GPL-2.0-only
// The reference, forward() of a model file, against numbers that DeePMD-kit wrote, and against
// itself; the fast kernels on the same frames.

#include "deepsea/file/deepmd/dp_file.hpp"
#include "deepsea/file/model_file.hpp"
#include "deepsea/frames/frame_energy.hpp"
#include "deepsea/random_model.hpp"
#include "deepsea/reference_data.hpp"
#include "expect_error.hpp"
#include "scratch_folder.hpp"

#include <cmath>

using namespace lbs::deepsea;
using lbs::Frame;
using lbs::deepsea::testing::Cluster;
using lbs::deepsea::testing::ModelShape;
using lbs::deepsea::testing::RandomModel;
using lbs::deepsea::testing::reference_file;
using lbs::deepsea::testing::reference_frame;
using lbs::deepsea::testing::reference_json;
using lbs::deepsea::testing::smooth_shapes;
using lbs::test::expect_error;
using lbs::test::ScratchFolder;
using Json = nlohmann::json;

namespace {

constexpr double TOLERANCE = 1e-10;    // relative to the largest number of its kind
constexpr double MIN_FORCE = 0.1;      // eV/A: less would prove nothing
constexpr double MIN_ENERGY = 0.01;    // eV, of an atom
constexpr double MIN_TOTAL = 0.001;    // eV, of a frame, whose atoms' energies may cancel
constexpr double MIN_VIRIAL = 0.1;     // eV

double largest(const std::vector<double> &values)
{
  double most = 0.0;
  for (double const value : values) most = std::max(most, std::abs(value));
  return most;
}

std::vector<double> flat(const std::vector<std::array<double, 3>> &rows)
{
  std::vector<double> out;
  for (auto const &row : rows) out.insert(out.end(), row.begin(), row.end());
  return out;
}

double difference(const std::vector<double> &a, const std::vector<double> &b)
{
  EXPECT_EQ(a.size(), b.size());
  double most = 0.0;
  for (std::size_t k = 0; k < std::min(a.size(), b.size()); ++k)
    most = std::max(most, std::abs(a[k] - b[k]));
  return most;
}

void expect_equal(const FrameEnergy &ours, const FrameEnergy &theirs, const std::string &what)
{
  auto const forces = flat(theirs.force);
  std::vector<double> const virial(theirs.virial.begin(), theirs.virial.end());
  EXPECT_GT(largest(forces), MIN_FORCE) << what;
  EXPECT_GT(largest(theirs.atom_energy), MIN_ENERGY) << what;
  EXPECT_GT(std::abs(theirs.energy), MIN_TOTAL) << what;
  EXPECT_GT(largest(virial), MIN_VIRIAL) << what;
  EXPECT_LE(std::abs(ours.energy - theirs.energy), TOLERANCE * std::abs(theirs.energy)) << what;
  EXPECT_LE(difference(flat(ours.force), forces), TOLERANCE * largest(forces)) << what;
  EXPECT_LE(difference({ours.virial.begin(), ours.virial.end()}, virial),
            TOLERANCE * largest(virial))
      << what;
  EXPECT_LE(difference(ours.atom_energy, theirs.atom_energy),
            TOLERANCE * largest(theirs.atom_energy))
      << what;
}

FrameEnergy deepmd_result(const Json &theirs)
{
  FrameEnergy result;
  result.energy = theirs["energy"].get<double>();
  result.force = theirs["forces"].get<std::vector<std::array<double, 3>>>();
  result.atom_energy = theirs["atomic_energy"].get<std::vector<double>>();
  auto const given = theirs["virial"].get<std::vector<double>>();    // theirs is F x, ours x F
  for (std::size_t k = 0; k < 9; ++k) result.virial[3 * (k % 3) + k / 3] = given[k];
  return result;
}

class AgainstDeepmd : public ::testing::TestWithParam<const char *> {
 protected:
  ScratchFolder folder;
  std::string const name = GetParam();
  Json const numbers = reference_json(name + ".json");
  Json const frames = reference_json("frames.json");
  Model const model = model_of(read_dp_file(reference_file(name + ".dp")), name);

  void compare(FrameEngine &engine) const
  {
    EXPECT_GE(numbers["frames"].size(), 3U);
    for (auto const &[frame, result] : numbers["frames"].items())
      expect_equal(engine.evaluate(reference_frame(frames[frame])), deepmd_result(result),
                   name + " on " + frame);
  }
};

// A small periodic frame of O and Si, far from equilibrium.
Frame small_frame()
{
  Frame frame;
  frame.cell = {{{5.0, 0.0, 0.0}, {1.0, 5.5, 0.0}, {-0.5, 0.7, 6.0}}};
  frame.periodic = {true, true, true};
  frame.x = {{0.1, 0.2, 0.3}, {1.9, 0.4, -0.2}, {0.3, 2.2, 1.4}, {2.6, 2.4, 2.9}, {1.2, 3.6, 4.4}};
  frame.elements = {"O", "Si", "O", "O", "Si"};
  return frame;
}

void expect_virial(FrameEngine &engine)
{
  constexpr double H = 1e-4;
  auto const virial = engine.evaluate(small_frame()).virial;
  double const most = largest({virial.begin(), virial.end()});
  EXPECT_GT(most, 0.01);
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) {
      // x_b grows by x_a, so that dE/dstrain = -sum x_a F_b.
      auto const strained = [&](double by) {
        auto frame = small_frame();
        for (auto &x : frame.x) x[b] += by * x[a];
        for (auto &x : frame.cell) x[b] += by * x[a];
        return engine.evaluate(frame).energy;
      };
      double const slope =
          (8 * (strained(H) - strained(-H)) - (strained(2 * H) - strained(-2 * H))) / (12 * H);
      EXPECT_NEAR(virial[3 * a + b], -slope, std::min(1e-8, 1e-7 * most)) << a << b;
    }
}

class ReferenceTorch : public ::testing::Test {
 protected:
  ScratchFolder folder;
  std::string const path = folder.file("model.pt");

  std::unique_ptr<FrameEngine> engine(double average = 0.1, bool one_side = false)
  {
    auto model = RandomModel(3).make({{"O", "Si"},
                                      {4, 8},
                                      {6, 6},
                                      3,
                                      one_side,
                                      true,
                                      Activation::TANH,
                                      Activation::GELU,
                                      average});
    write_model(model, path);
    return reference_engine(path);
  }
};

}    // namespace

TEST_P(AgainstDeepmd, ForwardOfTheFile)
{
  write_model(model, folder.file("model.pt"));
  compare(*reference_engine(folder.file("model.pt")));
}

TEST_P(AgainstDeepmd, FastKernelsWithoutTable)
{
  EvaluatorSettings settings;
  settings.table_error = 0.0;
  compare(*fast_engine(model, settings));
}

INSTANTIATE_TEST_SUITE_P(Models, AgainstDeepmd,
                         ::testing::Values("tanh_two", "gelu_one", "exclude_two", "exclude_one",
                                           "float32", "two_types", "linear_softplus",
                                           "pair_exclusions", "atom_ener_relu6"),
                         [](auto const &info) { return std::string(info.param); });

// Negative control: agreement is not a matter of a tolerance that takes anything.
TEST_F(ReferenceTorch, OneWeightMakesADifference)
{
  auto model = model_of(read_dp_file(reference_file("two_types.dp")), "model");
  auto const frame = reference_frame(reference_json("frames.json")["small_bo"]);
  auto const before = fast_engine(model, {})->evaluate(frame);
  model.embedding[1][1].weight[3] += 1.0e-5;
  auto const after = fast_engine(model, {})->evaluate(frame);
  EXPECT_GT(std::abs(before.energy - after.energy), 10 * TOLERANCE * std::abs(before.energy));
}

TEST_F(ReferenceTorch, ForcesAreDerivativesOfTheEnergy)
{
  constexpr double H = 1e-4;
  for (double const average : {0.0, 0.15}) {
    auto const reference = engine(average);
    auto const forces = reference->evaluate(small_frame()).force;
    EXPECT_GT(largest(flat(forces)), 0.01);
    for (std::size_t i = 0; i < 5; ++i)
      for (std::size_t c = 0; c < 3; ++c) {
        auto const moved = [&](double by) {
          auto frame = small_frame();
          frame.x[i][c] += by;
          return reference->evaluate(frame).energy;
        };
        double const slope =
            (8 * (moved(H) - moved(-H)) - (moved(2 * H) - moved(-2 * H))) / (12 * H);
        EXPECT_NEAR(forces[i][c], -slope, 1e-9) << i << ' ' << c;
      }
  }
}

TEST_F(ReferenceTorch, VirialIsTheDerivativeByStrain)
{
  expect_virial(*engine(0.1, true));
}

TEST_F(ReferenceTorch, VirialOfTheFastKernelsIsTheDerivativeByStrain)
{
  engine(0.1, true);    // writes the file
  EvaluatorSettings settings;
  expect_virial(*fast_engine(read_model(path), settings));
  settings.table_error = 0.0;
  expect_virial(*fast_engine(read_model(path), settings));
}

// All shapes of the tests, and one with corners, which only the networks themselves can have; with
// room for all neighbors and with little.
TEST_F(ReferenceTorch, FastKernelsEqualTheForward)
{
  EvaluatorSettings settings;
  settings.table_error = 0.0;
  std::vector<ModelShape> shapes = smooth_shapes();
  ModelShape corners;
  corners.embedding_activation = corners.fitting_activation = Activation::RELU6;
  shapes.push_back(corners);
  unsigned seed = 201;
  for (const ModelShape &shape : shapes)
    for (bool const crowded : {false, true})
      for (double const protection : {0.0, 0.05}) {
        RandomModel random(seed++);
        Model model = random.make(shape);
        model.protection = protection;
        if (crowded) model.selection = {2, 1, 3};
        for (DenseNet &net : model.fitting)    // twelve atoms are little to the nets
          for (double &weight : net.back().weight) weight *= 10.0;
        write_model(model, path);
        Cluster const atoms(random, 12, model.types(), 5.0, 1.2);
        Frame frame;
        frame.cell = {{{6.0, 0.0, 0.0}, {1.0, 6.5, 0.0}, {-0.5, 0.7, 7.0}}};
        frame.periodic = {true, true, true};
        frame.x = atoms.x;
        for (int const type : atoms.type) frame.elements.push_back(model.elements[type]);
        expect_equal(fast_engine(model, settings)->evaluate(frame),
                     reference_engine(path)->evaluate(frame), "seed " + std::to_string(seed - 1));
      }
}

TEST_F(ReferenceTorch, AtomsBeyondTheCutoffAddTheirOwnEnergyOnly)
{
  auto const reference = engine();
  Frame one;
  one.elements = {"Si"};
  one.x = {{0, 0, 0}};
  double const alone = reference->evaluate(one).energy;
  one.elements.emplace_back("Si");
  one.x.push_back({4.0 + 1e-9, 0, 0});
  EXPECT_NEAR(reference->evaluate(one).energy, 2 * alone, 1e-12);
  one.x[1][0] = 4.0 - 1e-9;
  EXPECT_NEAR(reference->evaluate(one).energy, 2 * alone, 1e-12);
  one.x[1][0] = 2.0;
  EXPECT_GT(std::abs(reference->evaluate(one).energy - 2 * alone), 1e-3);
}

TEST_F(ReferenceTorch, NoAtomsHaveNoEnergy)
{
  EXPECT_EQ(engine()->evaluate({}).energy, 0.0);
}

TEST_F(ReferenceTorch, BadFramesAreNamed)
{
  auto const reference = engine();
  auto frame = small_frame();
  frame.elements[3] = "Na";
  expect_error([&] { reference->evaluate(frame); },
               "element 'Na' is not in the model, which has O Si");
  frame = small_frame();
  frame.x[1] = frame.x[0];
  expect_error([&] { reference->evaluate(frame); }, "atom 1 is not finite; do atoms overlap?");
  expect_error([&] { fast_engine(read_model(path), {})->evaluate(frame); }, "do atoms overlap?");
}
