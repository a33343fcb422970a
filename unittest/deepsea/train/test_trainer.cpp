// SPDX-License-Identifier: GPL-2.0-only
#include "training_frames.hpp"

#include "deepsea/train/initial_model.hpp"
#include "deepsea/train/trainer.hpp"

#include "expect_error.hpp"
#include "scratch_folder.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;
using lbs::LabelledFrame;
using lbs::LabelledSet;
using lbs::test::ScratchFolder;

namespace {

template <class Statement>
void expect_error(const Statement &statement, const std::vector<std::string> &words)
{
  for (auto const &word : words) lbs::test::expect_error(statement, word);
}

const char *const INPUT = R"({
  "model": {"type_map": ["Li", "B", "O"],
            "descriptor": {"type": "se_e2_a", "rcut": 4.0, "rcut_smth": 2.0, "sel": "auto",
                           "neuron": [5, 10], "axis_neuron": 4, "precision": "PRECISION"},
            "fitting_net": {"neuron": [12, 12]}},
  "learning_rate": {"type": "exp", "start_lr": 0.01, "stop_lr": 1e-4, "decay_steps": 5},
  "loss": {"start_pref_e": 1, "limit_pref_e": 1, "start_pref_f": 10, "limit_pref_f": 1,
           "start_pref_v": 0.1, "limit_pref_v": 0.1},
  "training": {"training_data": {"systems": ["none"], "batch_size": 2}, "numb_steps": 200}})";

TrainingInput input(const std::string &precision = "float64", const std::string &rate = "0.01")
{
  std::string text = INPUT;
  text.replace(text.find("PRECISION"), 9, precision);
  text.replace(text.find("0.01"), 4, rate);
  return parse_training_input(text, "input.json");
}

// Frames whose labels are those of another model.
LabelledSet labelled(unsigned seed)
{
  RandomModel random(seed);
  ModelShape shape;
  shape.timestep = false;
  Model const teacher = RandomModel(99).make(shape);
  auto const says = host_engine(teacher, 1);
  LabelledSet set;
  set.names = {"made"};
  set.digest = std::to_string(seed);
  for (int f = 0; f < 6; ++f) {
    LabelledFrame made;
    made.frame = random_frame(random, teacher.elements, 9 + f);
    TrainingFrame const frame = make_training_frame(made.frame, {}, teacher);
    says->evaluate({&frame}, {}, nullptr);
    const auto &prediction = says->predictions().front();
    made.labels.energy = prediction.energy;
    made.labels.force = prediction.force;
    made.labels.virial = prediction.virial;
    set.frames.push_back(made);
    set.system.push_back(0);
    set.number.push_back(set.frames.size());
  }
  return set;
}

// A run with its data.
struct TrainingRun {
  LabelledSet set;
  Model model;
  TrainingSet frames, none;
  Trainer trainer;

  explicit TrainingRun(const TrainingInput &input, unsigned seed = 5, int threads = 1)
      : set(labelled(seed)), model(random_model(input.model)),
        frames(make_training_set(set, model)), trainer(input, with_statistics(input), frames, none,
                                                       host_engine(with_statistics(input), threads))
  {
  }
  const Model &with_statistics(const TrainingInput &input)
  {
    set_statistics(frames.frames, input.model, model);
    return model;
  }
  double force_error()
  {
    TrainingSet const all = frames;
    auto const loss = host_engine(trainer.model(), 1);
    LossSums sums;
    for (const TrainingFrame &frame : all.frames) {
      sums.add(loss->evaluate({&frame}, {0, 1, 0, 0}, nullptr), 1.0);
    }
    return *errors_of(sums).force;
  }
};

}    // namespace

// The grids of embedding nets are those that their nets need, however far a step moves these.
TEST(Trainer, GridsAreChosenByTheErrorOfInterpolation)
{
  double const tolerance = 1e-3;    // coarse enough to pay for few neighbors
  std::vector<std::vector<double>> spacings;
  for (const char *rate : {"0.01", "1e-4"}) {
    TrainingInput given = input("float64", rate);
    given.interpolation_error = tolerance;
    given.training.batch_size = 6;
    Model model = random_model(given.model);
    TrainingSet const frames = make_training_set(labelled(5), model);
    TrainingSet const none;
    set_statistics(frames.frames, given.model, model);
    Trainer trainer(given, model, frames, none, host_engine(model, 1, tolerance));
    trainer.step();
    spacings.push_back(trainer.checkpoint(0.0).grid_spacings);
  }
  EXPECT_EQ(spacings[0], spacings[1]);
  EXPECT_GT(*std::max_element(spacings[0].begin(), spacings[0].end()), 0.1);    // not the first one
}

TEST(Trainer, ErrorsFall)
{
  for (const char *precision : {"float64", "float32"}) {
    TrainingRun run(input(precision));
    double const before = run.force_error();
    EXPECT_GT(before, 0.01);
    while (run.trainer.steps() < 200) run.trainer.step();
    EXPECT_LT(run.force_error(), 0.7 * before) << precision;
  }
}

namespace {

// Counts evaluations, and interpolates nothing.
class CountingEngine final : public LossEngine {
 public:
  CountingEngine(const Model &model, int &count) : engine_(host_engine(model, 1)), count_(count) {}
  void set(const std::vector<double> &parameters) override { engine_->set(parameters); }
  LossSums evaluate(const std::vector<const TrainingFrame *> &batch, const LossFactors &factors,
                    GradientSink *sink) override
  {
    ++count_;
    return engine_->evaluate(batch, factors, sink);
  }
  [[nodiscard]] std::size_t parameters() const override { return engine_->parameters(); }
  [[nodiscard]] const std::vector<Prediction> &predictions() const override
  {
    return engine_->predictions();
  }

 private:
  std::unique_ptr<LossEngine> engine_;
  int &count_;
};

// A run that is stopped after 7 of 12 steps. Three of the steps turn SOAP's eigenvectors.
void goes_on_with_the_same_numbers(int soap_every)
{
  ScratchFolder const folder;
  std::string const path = folder.file("c.ckpt");
  TrainingInput given = input();
  given.soap_every = soap_every;
  TrainingRun whole(given);
  while (whole.trainer.steps() < 12) whole.trainer.step();
  TrainingRun first(given);
  while (first.trainer.steps() < 7) first.trainer.step();
  write_checkpoint(first.trainer.checkpoint(0.5), path);
  TrainingRun second(given);
  Checkpoint const kept = read_checkpoint(path, given.text);
  EXPECT_EQ(kept.best, 0.5);
  second.trainer.restore(kept, path);
  EXPECT_EQ(second.trainer.steps(), 7);
  while (second.trainer.steps() < 12) second.trainer.step();
  EXPECT_EQ(parameters_of(second.trainer.model()), parameters_of(whole.trainer.model()));
  EXPECT_NE(parameters_of(second.trainer.model()), parameters_of(first.trainer.model()));
}

}    // namespace

// libtorch's engine has no grids whose spacing could be sought.
TEST(Trainer, TheFirstStepSeeksNoGridsWhereThereAreNone)
{
  TrainingRun run(input());
  int count = 0;
  Trainer trainer(input(), run.model, run.frames, run.none,
                  std::make_unique<CountingEngine>(run.model, count));
  trainer.step();
  EXPECT_EQ(count, 2);
}

TEST(Trainer, GoesOnWithTheSameNumbers)
{
  for (int const soap_every : {0, 3}) goes_on_with_the_same_numbers(soap_every);
}

// The models are the moving average of those that a run without it has; so are they after a
// restart.
TEST(Trainer, AveragesItsModels)
{
  ScratchFolder const folder;
  std::string const path = folder.file("c.ckpt");
  TrainingInput averaged = input();
  averaged.average_decay = 0.75;
  TrainingRun plain(input());
  TrainingRun whole(averaged);
  auto expected = parameters_of(plain.model);
  while (whole.trainer.steps() < 9) {
    if (whole.trainer.steps() == 5) write_checkpoint(whole.trainer.checkpoint(0.5), path);
    plain.trainer.step();
    whole.trainer.step();
    auto const now = parameters_of(plain.trainer.model());
    for (std::size_t k = 0; k < now.size(); ++k) expected[k] = 0.75 * expected[k] + 0.25 * now[k];
  }
  EXPECT_EQ(parameters_of(whole.trainer.model()), expected);
  EXPECT_NE(parameters_of(plain.trainer.model()), expected);
  TrainingRun second(averaged);
  second.trainer.restore(read_checkpoint(path, averaged.text), path);
  while (second.trainer.steps() < 9) second.trainer.step();
  EXPECT_EQ(parameters_of(second.trainer.model()), expected);
  // Errors of training are those of the present parameters.
  EXPECT_EQ(whole.trainer.training_errors().loss, plain.trainer.training_errors().loss);
}

TEST(Trainer, CheckpointsOfOtherRunsAreRefused)
{
  ScratchFolder const folder;
  std::string const path = folder.file("c.ckpt");
  TrainingRun run(input());
  run.trainer.step();
  write_checkpoint(run.trainer.checkpoint(0.0), path);
  Checkpoint const kept = read_checkpoint(path, input().text);
  expect_error([&] { read_checkpoint(path, input("float64", "0.02").text); },
               {path, "another input", "0.02"});
  TrainingRun other_data(input(), 6);
  expect_error([&] { other_data.trainer.restore(kept, path); }, {path, "other training data"});

  std::ifstream stream(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  bytes[bytes.size() / 2] ^= 1;
  folder.write("damaged.ckpt", bytes);
  expect_error([&] { read_checkpoint(folder.file("damaged.ckpt"), input().text); },
               {"damaged", "checksum"});
  folder.write("other.ckpt", "something else");
  expect_error([&] { read_checkpoint(folder.file("other.ckpt"), input().text); },
               {"no checkpoint"});
}

TEST(Trainer, DivergingRunsStopWithAdvice)
{
  TrainingRun run(input("float64", "1e200"));
  expect_error(
      [&] {
        while (run.trainer.steps() < 10) run.trainer.step();
      },
      {"loss is not finite", "smaller start_lr"});
}

TEST(Trainer, FrozenLayersStay)
{
  TrainingInput given = input();
  given.model.embedding_trainable = {false, true};
  given.model.fitting_trainable = {true, false, true};
  TrainingRun run(given);
  while (run.trainer.steps() < 3) run.trainer.step();
  Model const after = run.trainer.model();
  const auto moved = [](const DenseLayer &a, const DenseLayer &b) {
    EXPECT_EQ(a.bias == b.bias, a.weight == b.weight);
    EXPECT_TRUE(a.timestep.empty() || (a.timestep == b.timestep) == (a.weight == b.weight));
    return a.weight != b.weight;
  };
  for (std::size_t n = 0; n < after.embedding.size(); ++n)
    for (std::size_t l = 0; l < 2; ++l)
      EXPECT_EQ(moved(run.model.embedding[n][l], after.embedding[n][l]), l == 1) << n;
  for (std::size_t n = 0; n < after.fitting.size(); ++n)
    for (std::size_t l = 0; l < 3; ++l)
      EXPECT_EQ(moved(run.model.fitting[n][l], after.fitting[n][l]), l != 1) << n;
  EXPECT_EQ(after.energy_bias, run.model.energy_bias);
}

TEST(InitialModel, StatisticsAreThoseOfTheData)
{
  TrainingInput const given = input();
  LabelledSet set = labelled(5);
  set.frames[1].temperature = 300.0;
  set.frames[3].temperature = 2500.0;
  Model model = random_model(given.model);
  DataStatistics const found =
      set_statistics(make_training_set(set, model).frames, given.model, model);
  EXPECT_EQ(found.frames, 6U);
  EXPECT_EQ(found.hottest, 2500.0);
  EXPECT_EQ(model.hottest, 2500.0);
  // Two atoms that are 1.5 A apart, by hand: s = 1/1.5, for r < rcut_smth.
  LabelledFrame pair;
  pair.frame.elements = {"Li", "B"};
  pair.frame.x = {{0.0, 0.0, 0.0}, {0.0, 1.5, 0.0}};
  pair.labels.energy = -3.0;
  ModelInput by_hand = given.model;
  by_hand.selection = {1, 1, 2};
  Model two = random_model(by_hand);
  set_statistics({make_training_frame(pair.frame, pair.labels, two)}, by_hand, two);
  double const s = 1.0 / 1.5;
  EXPECT_NEAR(two.average[0][0], s / 4.0, 1e-14);    // one of four places
  EXPECT_NEAR(two.deviation[0][0], std::sqrt(s * s / 4.0 - s * s / 16.0), 1e-14);
  EXPECT_NEAR(two.deviation[0][1], std::sqrt(s * s / 12.0 - s * s / 144.0), 1e-14);
  EXPECT_EQ(two.shortest[1], 1.5);
  EXPECT_EQ(two.shortest[0], 0.0);
  EXPECT_EQ(two.hottest, 0.0);
  // The least energies that add up to -3.
  EXPECT_NEAR(two.energy_bias[0], -1.5, 1e-12);
  EXPECT_NEAR(two.energy_bias[1], -1.5, 1e-12);
  EXPECT_NEAR(two.energy_bias[2], 0.0, 1e-12);
}

TEST(Batches, EachFrameOnceAnEpoch)
{
  DataInput data;
  data.batch_size = 2;
  Batches batches(data, {0, 0, 0, 1, 1, 1}, 60, 7);
  std::vector<int> seen(6, 0);
  for (long step = 0; step < 3; ++step)
    for (std::size_t const f : batches.at(step)) ++seen[f];
  EXPECT_EQ(seen, std::vector<int>(6, 1));
  Batches again(data, {0, 0, 0, 1, 1, 1}, 60, 7);
  EXPECT_EQ(again.at(4), batches.at(4));
  data.batch_size = 0;    // of ten atoms each: 32 atoms
  EXPECT_EQ(Batches(data, {0, 0, 0, 1, 1, 1}, 60, 7).size(), 4U);
  data.batch_atoms = 1000000000;    // all frames are fewer
  EXPECT_EQ(Batches(data, {0, 0, 0, 1, 1, 1}, 60, 7).size(), 6U);
  data.batch_atoms = 32;
  data.weights = {1.0, 0.0};
  Batches first(data, {0, 0, 0, 1, 1, 1}, 60, 7);
  for (std::size_t const f : first.at(0)) EXPECT_LT(f, 3U);
  data.weights.clear();
  data.blocks = {{1, 2, 1.0}};
  Batches second(data, {0, 0, 0, 1, 1, 1}, 60, 7);
  for (std::size_t const f : second.at(0)) EXPECT_GE(f, 3U);
  data.blocks = {{0, 3, 1.0}};
  expect_error([&] { Batches(data, {0, 1}, 20, 7); }, {"auto_prob names system 2 of 2"});
  data.blocks.clear();
  expect_error([&] { Batches(data, {}, 0, 7); }, {"no frame"});
  data.weights = {1.0};
  expect_error([&] { Batches(data, {0, 1}, 20, 7); }, {"sys_probs has 1 numbers for 2 systems"});
}

TEST(Adam, OneStepByHand)
{
  std::vector<double> const gradient = {4.0, -0.5};
  std::vector<double> parameters = {1.0, 1.0};
  Adam adam(2, {}, {{0, 2}});
  // The first step is the rate times the sign of the gradient, but for epsilon.
  adam.begin(0.1, parameters);
  adam.take(0, 2, gradient.data());
  EXPECT_NEAR(parameters[0], 0.9, 1e-9);
  EXPECT_NEAR(parameters[1], 1.1, 1e-8);
}

TEST(Adam, MovesWhatIsTrainable)
{
  std::vector<double> const gradient = {4.0, -0.5, 0.5};
  std::vector<double> parameters = {1.0, 1.0, 1.0};
  Adam adam(3, {}, {{1, 2}});
  adam.begin(0.1, parameters);
  adam.take(0, 2, gradient.data());
  adam.take(2, 3, gradient.data() + 2);
  EXPECT_EQ(parameters[0], 1.0);
  EXPECT_NEAR(parameters[1], 1.1, 1e-8);
  EXPECT_EQ(parameters[2], 1.0);
}

TEST(LearningRate, FallsAsAskedFor)
{
  LearningRate rate;
  rate.start = 1e-3;
  rate.stop = 1e-5;
  rate.steps = 1000;
  rate.decay_steps = 100;
  EXPECT_EQ(rate.at(0), 1e-3);
  EXPECT_EQ(rate.at(99), 1e-3);
  EXPECT_NEAR(rate.at(500), 1e-4, 1e-12);
  rate.warmup_steps = 10;
  EXPECT_EQ(rate.at(0), 0.0);
  EXPECT_NEAR(rate.at(5), 5e-4, 1e-12);
  rate.warmup_steps = 0;
  rate.kind = LearningRate::Kind::COSINE;
  EXPECT_NEAR(rate.at(500), 0.5 * (1e-3 + 1e-5), 1e-12);
  EXPECT_NEAR(rate.at(1000), 1e-5, 1e-12);
}

TEST(TrainingInput, UnknownKeysNameTheNearest)
{
  std::string const text = INPUT;
  const auto with = [&](const std::string &from, const std::string &to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    std::string const mark = "PRECISION";
    if (changed.find(mark) != std::string::npos)
      changed.replace(changed.find(mark), mark.size(), "float64");
    return [changed] { parse_training_input(changed, "in.json"); };
  };
  with("numb_steps", "numb_steps")();
  expect_error(with("axis_neuron", "axis_neurons"),
               {"in.json", "axis_neurons is not known", "'axis_neuron'"});
  expect_error(with("\"rcut\": 4.0", "\"rcut\": \"4\""), {"rcut must be a number"});
  expect_error(with("\"numb_steps\": 200", "\"numb_steps\": 0"), {"numb_steps must be 1 or more"});
  expect_error(with("se_e2_a", "dpa1"), {"type is dpa1; only se_e2_a is supported"});
  expect_error(with("\"fitting_net\": {", "\"fitting_net\": {\"numb_fparam\": 2, "),
               {"numb_fparam is not supported with the value 2; only 0 is"});
  expect_error(with("\"sel\": \"auto\"", "\"sel\": [1, 2]"), {"sel must have a number for each"});
  expect_error(with("\"numb_steps\"", "\"enable_ema\": true, \"ema_decay\": 1.0, \"numb_steps\""),
               {"ema_decay must be less than 1"});
  expect_error(with("{", ""), {"in.json is no JSON"});
  expect_error(with("{", "{\"loss\": {}, \"_a\": 1, \"_a\": 2, \"loss\": {}, "),
               {"in.json: 'loss' is there twice in one section; keep one of them"});
}
