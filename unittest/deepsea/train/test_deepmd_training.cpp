// SPDX-License-Identifier: GPL-2.0-only
// Training against DeePMD-kit's trainers, from the same weights on the same data: see
// reference/deepsea/training/make_training.py.

#include "deepsea/train/initial_model.hpp"
#include "deepsea/train/trainer.hpp"

#include "deepsea/file/deepmd/dp_file.hpp"
#include "deepsea/reference_data.hpp"
#include "frames/npy_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <regex>

using namespace lbs;
using namespace lbs::deepsea;
using lbs::deepsea::testing::reference_file;
using lbs::deepsea::testing::reference_json;

namespace {

std::string file(const std::string &name, const std::string &of)
{
  return reference_file("training/" + name + "/" + of);
}

// A run as the reference has it, one step a batch of all frames.
struct DeepmdRun {
  TrainingInput input;
  Model model;
  TrainingSet set, none;

  explicit DeepmdRun(const std::string &name)
      : input(read_training_input(file(name, "input.json"))),
        model(model_of(read_dp_file(file(name, "start.dp")), name)),
        set(make_training_set(read_systems(input.training.systems,
                                           reference_file("training/" + name),
                                           input.model.elements),
                              model))
  {
  }
  [[nodiscard]] Trainer trainer() const { return {input, model, set, none, host_engine(model, 1)}; }
  [[nodiscard]] std::vector<const TrainingFrame *> batch() const
  {
    std::vector<const TrainingFrame *> all;
    for (const TrainingFrame &frame : set.frames) all.push_back(&frame);
    return all;
  }
};

// The weights that the reference has, which are all but the energy biases.
void expect_weights(const std::vector<double> &got, const std::string &path, double tolerance,
                    const std::vector<double> &start)
{
  auto const expected = read_npy(path).values;
  ASSERT_EQ(expected.size() + 2, got.size()) << path;    // two elements
  double most = 0.0;
  double moved = 0.0;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    most = std::max(most, std::fabs(got[k] - expected[k]) / std::max(1.0, std::fabs(expected[k])));
    moved = std::max(moved, std::fabs(start[k] - expected[k]));
  }
  EXPECT_LT(most, tolerance) << path;
  EXPECT_GT(moved, 5e-4) << path;
}

class DeepmdTraining : public ::testing::TestWithParam<const char *> {};
class DeepmdStatistics : public ::testing::TestWithParam<const char *> {};

}    // namespace

TEST_P(DeepmdTraining, GradientOfTheFirstBatch)
{
  std::string const name = GetParam();
  DeepmdRun const run(name);
  auto const expected = read_npy(file(name, "gradient.npy")).values;
  auto const engine = host_engine(run.model, 1);
  auto const numbers = parameters_of(run.model);
  engine->set(numbers);
  std::vector<double> gradient;
  engine->evaluate(run.batch(),
                   run.input.prefactors.at(run.input.rate.at(0) / run.input.rate.start), gradient);
  ASSERT_EQ(gradient.size(), expected.size() + run.model.energy_bias.size());
  double scale = 0.0;
  double square = 0.0;
  for (double const g : expected) scale = std::max(scale, std::fabs(g));
  ASSERT_GT(scale, 0.1);
  for (std::size_t k = 0; k < expected.size(); ++k) square += gradient[k] * gradient[k];
  double const most = run.input.largest_gradient;
  double const factor = most > 0.0 ? std::min(1.0, most / (std::sqrt(square) + 1e-6)) : 1.0;
  EXPECT_EQ(factor < 1.0, name == "decay");
  for (std::size_t k = 0; k < expected.size(); ++k)
    EXPECT_NEAR(factor * gradient[k], expected[k], 1e-10 * scale) << "number " << k;
}

TEST_P(DeepmdTraining, StepsOfItsOptimizer)
{
  std::string const name = GetParam();
  DeepmdRun const run(name);
  Trainer trainer = run.trainer();
  auto const start = parameters_of(run.model);
  trainer.step();
  expect_weights(parameters_of(trainer.model()), file(name, "step1.npy"), 1e-10, start);
  while (trainer.steps() < 10) trainer.step();
  expect_weights(parameters_of(trainer.model()), file(name, "step10.npy"), 1e-10, start);
}

// TensorFlow adds epsilon before the moments are corrected, PyTorch and this program after. The
// gradients are those of TensorFlow, as steps by its formula show.
TEST(DeepmdTensorflow, StepsByItsFormula)
{
  DeepmdRun const run("tensorflow");
  auto const start = parameters_of(run.model);
  auto weights = start;
  std::vector<double> first(weights.size()), second(weights.size()), gradient;
  auto const engine = host_engine(run.model, 1);
  for (int step = 0; step < 10; ++step) {
    double const rate = run.input.rate.at(step);
    engine->set(weights);
    engine->evaluate(run.batch(), run.input.prefactors.at(rate / run.input.rate.start), gradient);
    double const correction =
        std::sqrt(1.0 - std::pow(0.999, step + 1)) / (1.0 - std::pow(0.9, step + 1));
    for (std::size_t k = 0; k + run.model.energy_bias.size() < weights.size(); ++k) {
      first[k] += 0.1 * (gradient[k] - first[k]);
      second[k] += 0.001 * (gradient[k] * gradient[k] - second[k]);
      weights[k] -= rate * correction * first[k] / (std::sqrt(second[k]) + 1e-8);
    }
    if (step == 0) expect_weights(weights, file("tensorflow", "step1.npy"), 1e-8, start);
  }
  expect_weights(weights, file("tensorflow", "step10.npy"), 1e-7, start);    // rounding adds up
}

TEST_P(DeepmdTraining, LossAndScheduleOfEachStep)
{
  std::string const name = GetParam();
  DeepmdRun const run(name);
  Trainer trainer = run.trainer();
  auto const numbers = reference_json("training/" + name + "/numbers.json");
  ASSERT_EQ(numbers.size(), 10U);
  auto const engine = host_engine(run.model, 1);
  for (auto const &step : numbers) {
    EXPECT_NEAR(trainer.rate(), step["rate"].get<double>(), 1e-14);
    auto const weights = parameters_of(trainer.model());
    engine->set(weights);
    LossSums const sums = engine->evaluate(
        run.batch(), run.input.prefactors.at(trainer.rate() / run.input.rate.start), nullptr);
    EXPECT_NEAR(sums.loss, step["loss"].get<double>(), 1e-9 * sums.loss);
    Errors const errors = errors_of(sums);
    EXPECT_NEAR(*errors.energy, step["rmse_e"].get<double>(), 1e-9);
    EXPECT_NEAR(*errors.force, step["rmse_f"].get<double>(), 1e-9);
    if (step.contains("rmse_v")) {
      EXPECT_NEAR(*errors.virial, step["rmse_v"].get<double>(), 1e-9);
    }
    trainer.step();
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, DeepmdTraining,
                         ::testing::Values("virial_two", "weighted_one", "decay"));

// Averages and deviations of the environment rows, and energy biases.
TEST_P(DeepmdStatistics, FromTheSameData)
{
  std::string const name = GetParam();
  DeepmdRun const run(name);
  Model model = random_model(run.input.model);
  set_statistics(run.set.frames, run.input.model, model);
  ASSERT_EQ(model.average.size(), run.model.average.size());
  EXPECT_GT(run.model.deviation[0][0], 0.02);
  for (std::size_t pair = 0; pair < model.average.size(); ++pair)
    for (std::size_t k = 0; k < 4; ++k) {
      EXPECT_NEAR(model.average[pair][k], run.model.average[pair][k], 1e-9) << pair;
      EXPECT_NEAR(model.deviation[pair][k], run.model.deviation[pair][k], 1e-9) << pair;
    }
  for (std::size_t t = 0; t < model.energy_bias.size(); ++t) {
    EXPECT_GT(std::fabs(run.model.energy_bias[t]), 1.0);
    EXPECT_NEAR(model.energy_bias[t], run.model.energy_bias[t], 1e-8);
  }
}

TEST(DeepmdSchedules, AllSteps)
{
  auto const cases = reference_json("training/schedules.json");
  ASSERT_GT(cases.size(), 9U);
  for (auto const &given : cases) {
    auto json = nlohmann::json::parse(std::ifstream(file("virial_two", "input.json")));
    json["learning_rate"] = given["learning_rate"];
    json["training"]["numb_steps"] = given["steps"];
    LearningRate const rate = parse_training_input(json.dump(), "in.json").rate;
    long step = 0;
    for (double const expected : given["rates"]) {
      EXPECT_NEAR(rate.at(step), expected, 1e-12 * expected) << given.dump();
      step += given["every"].get<long>();
    }
  }
}

// Every key of DeePMD-kit is known, be it only to be refused, and the page lists what is known.
TEST(DeepmdKeys, AreKnownAndListed)
{
  auto json = nlohmann::json::parse(std::ifstream(file("virial_two", "input.json")));
  json["training"]["validation_data"] = json["training"]["training_data"];
  json["optimizer"]["type"] = "SOAP";    // which has all keys of the others
  auto const known = parse_training_input(json.dump(), "in.json").keys;
  auto const keys = reference_json("training/keys.json").get<std::vector<std::string>>();
  ASSERT_GT(keys.size(), 100U);
  for (auto const &key : keys)
    EXPECT_NE(std::find(known.begin(), known.end(), key), known.end()) << key << " is not known";

  std::ifstream stream(LBS_DOC_DIR "/deepsea_train.rst");
  std::string const page((std::istreambuf_iterator<char>(stream)), {});
  for (auto const &key : known)
    EXPECT_NE(page.find("*" + key + "*"), std::string::npos) << key << " is not in the table";
  std::regex const starred("\\*((?:model|learning_rate|loss|optimizer|training)/[a-z0-9_/]+)\\*");
  int listed = 0;
  for (std::sregex_iterator at(page.begin(), page.end(), starred), end; at != end; ++at, ++listed)
    EXPECT_NE(std::find(known.begin(), known.end(), (*at)[1]), known.end())
        << (*at)[1] << " is in the table only";
  EXPECT_GT(listed, 100);
}

INSTANTIATE_TEST_SUITE_P(Cases, DeepmdStatistics,
                         ::testing::Values("virial_two", "weighted_one", "decay", "two_systems"));
