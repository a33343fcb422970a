// SPDX-License-Identifier: GPL-2.0-only
#include "evaluated.hpp"

#include "deepsea/model/embedding_spline.hpp"
#include "deepsea/model/environment.hpp"
#include "deepsea/random_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

using namespace lbs::deepsea;
using lbs::deepsea::testing::Cluster;
using lbs::deepsea::testing::evaluate;
using lbs::deepsea::testing::Evaluated;
using lbs::deepsea::testing::largest_difference;
using lbs::deepsea::testing::largest_force;
using lbs::deepsea::testing::ModelShape;
using lbs::deepsea::testing::RandomModel;
using lbs::deepsea::testing::smooth_shapes;
using lbs::deepsea::testing::wide_shape;

namespace {

constexpr int ATOMS = 24;
constexpr double EDGE = 6.0;

// The formulas of the documentation, one after the other, for one center.
double plain_activation(Activation activation, double x)
{
  switch (activation) {
    case Activation::TANH: return std::tanh(x);
    case Activation::SIGMOID: return 1.0 / (1.0 + std::exp(-x));
    case Activation::SOFTPLUS: return std::log(1.0 + std::exp(x));
    case Activation::SILU: return x / (1.0 + std::exp(-x));
    case Activation::GELU:
      return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::RELU: return std::max(x, 0.0);
    case Activation::RELU6: return std::min(std::max(x, 0.0), 6.0);
    case Activation::LINEAR: break;
  }
  return x;
}

std::vector<double> plain_net(const DenseNet &net, std::vector<double> x)
{
  for (const DenseLayer &layer : net) {
    std::vector<double> y(layer.outputs);
    for (int o = 0; o < layer.outputs; ++o) {
      double z = layer.bias[o];
      for (int i = 0; i < layer.inputs; ++i) z += x[i] * layer.weight[i * layer.outputs + o];
      y[o] = plain_activation(layer.activation, z);
      if (!layer.timestep.empty()) y[o] *= layer.timestep[o];
      if (layer.skip && layer.outputs == layer.inputs) y[o] += x[o];
      if (layer.skip && layer.outputs == 2 * layer.inputs) y[o] += x[o % layer.inputs];
    }
    x = y;
  }
  return x;
}

double plain_energy(const Model &model, const Cluster &cluster, int i)
{
  int const ti = cluster.type[i];
  int const channels = model.channels();
  std::vector<std::array<double, 4>> g(channels, {0, 0, 0, 0});
  std::vector<int> empty = model.selection;
  auto const add = [&](std::size_t pair, int tj, const std::array<double, 4> &raw, double times) {
    std::array<double, 4> row;
    for (int k = 0; k < 4; ++k)
      row[k] = (raw[k] - model.average[pair][k]) / model.deviation[pair][k];
    auto const net = plain_net(model.embedding_of(ti, tj), {row[0]});
    for (int m = 0; m < channels; ++m)
      for (int k = 0; k < 4; ++k) g[m][k] += times * net[m] * row[k];
  };
  for (int j = 0; j < static_cast<int>(cluster.x.size()); ++j) {
    int const tj = cluster.type[j];
    if (j == i || tj < 0) continue;
    double d[3];
    for (int a = 0; a < 3; ++a) d[a] = cluster.x[j][a] - cluster.x[i][a];
    double const r = std::hypot(d[0], d[1], d[2]);
    if (r >= model.cutoff) continue;
    --empty[tj];
    if (model.excluded[model.pair(ti, tj)]) continue;
    double const u = std::max(0.0, (r - model.smooth_from) / (model.cutoff - model.smooth_from));
    double const w = 1 - 10 * u * u * u + 15 * u * u * u * u - 6 * u * u * u * u * u;
    double const q = r + model.protection;
    add(model.pair(ti, tj), tj, {w / q, w * d[0] / q / q, w * d[1] / q / q, w * d[2] / q / q}, 1);
  }
  for (int tj = 0; tj < model.types(); ++tj) add(model.pair(ti, tj), tj, {0, 0, 0, 0}, empty[tj]);
  std::vector<double> d;
  double const n = model.selected_neighbors();
  for (int m = 0; m < channels; ++m)
    for (int a = 0; a < model.axis_neurons; ++a) {
      double sum = 0;
      for (int k = 0; k < 4; ++k) sum += g[m][k] * g[a][k];
      d.push_back(sum / n / n);
    }
  return plain_net(model.fitting[ti], d)[0] + model.energy_bias[ti];
}

// Atom i, then the neighbors that the places of the model have room for, the closest ones first,
// and all that is beyond the cutoff.
Cluster without_the_far(const Model &model, const Cluster &cluster, int i)
{
  const auto distance = [&](int j) {
    return std::hypot(cluster.x[j][0] - cluster.x[i][0], cluster.x[j][1] - cluster.x[i][1],
                      cluster.x[j][2] - cluster.x[i][2]);
  };
  std::vector<int> order(cluster.x.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return distance(a) < distance(b); });
  Cluster kept = cluster;
  kept.x.clear();
  kept.type.clear();
  std::vector<int> room = model.selection;
  for (int const j : order)
    if (j == i || distance(j) >= model.cutoff || room[cluster.type[j]]-- > 0) {
      kept.x.push_back(cluster.x[j]);
      kept.type.push_back(cluster.type[j]);
    }
  kept.list_all();
  return kept;
}

EvaluatorSettings exact()
{
  EvaluatorSettings settings;
  settings.table_error = 0.0;
  return settings;
}

TEST(Evaluator, EqualsTheFormulas)
{
  unsigned seed = 1;
  for (const ModelShape &shape : smooth_shapes()) {
    RandomModel random(seed++);
    Model model = random.make(shape);
    model.protection = seed % 2 ? 0.01 : 0.0;
    Cluster const cluster(random, ATOMS, 3, EDGE, 1.2);
    Evaluator evaluator(model, exact());
    Evaluator tabulated(model, {});
    auto const got = evaluate(evaluator, cluster);
    auto const from_table = evaluate(tabulated, cluster);
    double spread = 0.0;
    for (int i = 0; i < ATOMS; ++i) {
      double const expected = plain_energy(model, cluster, i);
      EXPECT_NEAR(got.atom_energy[i], expected, 1e-12 * std::max(1.0, std::fabs(expected)));
      EXPECT_NEAR(from_table.atom_energy[i], expected, 1e-9);
      spread = std::max(spread, std::fabs(expected - model.energy_bias[cluster.type[i]]));
    }
    EXPECT_GT(spread, 0.1);
    EXPECT_LT(largest_difference(got, from_table), 1e-8);
  }
}

// DeePMD-kit drops neighbors beyond `sel`; here they count.
TEST(Evaluator, MoreNeighborsThanPlacesAllCount)
{
  unsigned seed = 101;
  for (const ModelShape &shape : smooth_shapes()) {
    RandomModel random(seed++);
    Model model = random.make(shape);
    Cluster const cluster(random, ATOMS, 3, EDGE, 1.2);
    model.selection = {2, 1, 3};
    Evaluator evaluator(model, exact());
    Evaluator tabulated(model, {});
    auto const got = evaluate(evaluator, cluster);
    auto const from_table = evaluate(tabulated, cluster);
    // Negative control: the same sum without the neighbors beyond the places.
    double dropped = 0.0;
    int crowded = 0;
    for (int i = 0; i < ATOMS; ++i) {
      double const expected = plain_energy(model, cluster, i);
      EXPECT_NEAR(got.atom_energy[i], expected, 1e-12 * std::max(1.0, std::fabs(expected)));
      EXPECT_NEAR(from_table.atom_energy[i], expected, 1e-9);
      Cluster const fewer = without_the_far(model, cluster, i);
      crowded += fewer.x.size() < cluster.x.size();
      dropped = std::max(dropped, std::fabs(plain_energy(model, fewer, 0) - expected));
    }
    EXPECT_GT(crowded, ATOMS / 2);
    EXPECT_GT(dropped, 0.01);
    EXPECT_LT(largest_difference(got, from_table), 1e-7 * largest_force(got));
  }
}

TEST(Evaluator, ForcesAreTheSlopesOfTheEnergy)
{
  unsigned seed = 11;
  for (const ModelShape &shape : smooth_shapes()) {
    RandomModel random(seed++);
    Model const model = random.make(shape);
    Cluster cluster(random, ATOMS, 3, EDGE, 1.2);
    for (bool const table : {false, true}) {
      Evaluator evaluator(model, table ? EvaluatorSettings() : exact());
      auto const at = evaluate(evaluator, cluster);
      constexpr double H = 1e-4;
      double const strongest = largest_force(at);
      EXPECT_GT(strongest, 0.05);
      for (int i = 0; i < 6; ++i)
        for (int k = 0; k < 3; ++k) {
          double energy[4];
          double const steps[4] = {-2 * H, -H, H, 2 * H};
          double const place = cluster.x[i][k];
          for (int s = 0; s < 4; ++s) {
            cluster.x[i][k] = place + steps[s];
            energy[s] = evaluate(evaluator, cluster).energy;
          }
          cluster.x[i][k] = place;
          double const slope = (energy[0] - 8 * energy[1] + 8 * energy[2] - energy[3]) / (12 * H);
          EXPECT_NEAR(at.force[i][k], -slope, 1e-7 * strongest);
        }
    }
  }
}

TEST(Evaluator, VirialsAddUp)
{
  RandomModel random(21);
  Model const model = random.make({});
  Cluster const cluster(random, ATOMS, 3, EDGE, 1.2);
  Evaluator evaluator(model, {});
  auto const e = evaluate(evaluator, cluster);
  double most = 0.0;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) {
      double moment = 0.0;
      double by_atom = 0.0;
      for (int i = 0; i < ATOMS; ++i) {
        moment += cluster.x[i][a] * e.force[i][b];
        by_atom += e.atom_virial[i][3 * a + b];
      }
      EXPECT_NEAR(e.virial[3 * a + b], moment, 1e-10);
      EXPECT_NEAR(e.virial[3 * a + b], by_atom, 1e-10);
      most = std::max(most, std::fabs(moment));
    }
  int const place[6] = {0, 4, 8, 1, 2, 5};
  for (int k = 0; k < 6; ++k) {
    double shared = 0.0;
    for (const auto &v : e.shared_virial) shared += v[k];
    EXPECT_NEAR(shared, e.virial[place[k]], 1e-10);
  }
  EXPECT_GT(most, 0.1);
}

TEST(Evaluator, MotionsAndNamesOfAtomsDoNotMatter)
{
  RandomModel random(25);
  Model const model = random.make({});
  Cluster const cluster(random, ATOMS, 3, EDGE, 1.2);
  Evaluator evaluator(model, {});
  auto const before = evaluate(evaluator, cluster);

  // A turn about (1, 2, 2)/3, then a shift.
  double const c = std::cos(0.7);
  double const s = std::sin(0.7);
  double const n[3] = {1.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0};
  auto const turned = [&](const std::array<double, 3> &v) {
    double const along = n[0] * v[0] + n[1] * v[1] + n[2] * v[2];
    std::array<double, 3> const cross = {n[1] * v[2] - n[2] * v[1], n[2] * v[0] - n[0] * v[2],
                                         n[0] * v[1] - n[1] * v[0]};
    std::array<double, 3> result{};
    for (int k = 0; k < 3; ++k) result[k] = v[k] * c + cross[k] * s + n[k] * along * (1.0 - c);
    return result;
  };
  Cluster moved = cluster;
  for (auto &x : moved.x) {
    x = turned(x);
    x[0] += 11.0;
    x[2] -= 3.0;
  }
  moved.list_all();
  auto const after = evaluate(evaluator, moved);
  EXPECT_NEAR(after.energy, before.energy, 1e-10);
  double moved_by = 0.0;
  for (int i = 0; i < ATOMS; ++i) {
    auto const expected = turned(before.force[i]);
    for (int k = 0; k < 3; ++k) {
      EXPECT_NEAR(after.force[i][k], expected[k], 1e-10);
      moved_by = std::max(moved_by, std::fabs(expected[k] - before.force[i][k]));
    }
  }
  EXPECT_GT(moved_by, 0.05);

  Cluster reversed = cluster;
  std::reverse(reversed.x.begin(), reversed.x.end());
  std::reverse(reversed.type.begin(), reversed.type.end());
  reversed.list_all();
  auto const other = evaluate(evaluator, reversed);
  EXPECT_NEAR(other.energy, before.energy, 1e-11);
  for (int i = 0; i < ATOMS; ++i)
    for (int k = 0; k < 3; ++k)
      EXPECT_NEAR(other.force[ATOMS - 1 - i][k], before.force[i][k], 1e-11);
}

TEST(Evaluator, MixedIsClose)
{
  for (const ModelShape &shape : {ModelShape(), wide_shape()}) {
    RandomModel random(31);
    Model const model = random.make(shape);
    Cluster const cluster(random, 60, 3, 9.0, 1.2);
    Evaluator evaluator(model, {});
    auto const reference = evaluate(evaluator, cluster);
    EvaluatorSettings mixed;
    mixed.arithmetic = EvaluatorSettings::Arithmetic::MIXED;
    Evaluator single(model, mixed);
    auto const close = evaluate(single, cluster);
    EXPECT_LT(largest_difference(reference, close), 1e-5);
    EXPECT_GT(largest_difference(reference, close), 1e-10);    // it is another arithmetic
  }
}

// The distance of each atom to the nearest other one.
std::vector<double> nearest(const Cluster &cluster)
{
  std::vector<double> least;
  for (const auto &x : cluster.x) {
    double most = HUGE_VAL;
    for (const auto &y : cluster.x)
      if (&x != &y) most = std::min(most, std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]));
    least.push_back(most);
  }
  return least;
}

// All channels are needed only for centers with close neighbors.
TEST(Evaluator, FewChannelsOrAllGiveTheSame)
{
  RandomModel random(35);
  Model const model = random.make(wide_shape());
  for (double const error : {1e-6, 1e-8, 1e-10}) {
    EvaluatorSettings settings;
    settings.table_error = error;
    Evaluator evaluator(model, settings);
    auto const report = evaluator.table_report();
    EXPECT_LT(report.channels.most, model.channels());
    EXPECT_GT(report.from.least, 0.9);
    EXPECT_LT(report.from.most, 2.0);
    for (double const apart : {2.0, 0.8}) {
      Cluster const cluster(random, 40, 3, 9.0, apart);
      auto const distances = nearest(cluster);
      auto const away = std::count_if(distances.begin(), distances.end(),
                                      [&](double r) { return r > report.from.most; });
      if (apart > report.from.most) EXPECT_EQ(away, 40);
      else EXPECT_TRUE(away > 5 && away < 35) << away;
      auto const got = evaluate(evaluator, cluster);
      double worst = 0.0;
      for (int i = 0; i < 40; ++i)
        worst = std::max(worst, std::fabs(got.atom_energy[i] - plain_energy(model, cluster, i)));
      EXPECT_LT(worst, 10 * error);
      EXPECT_GT(worst, 1e-4 * error);    // it is no other path
    }
  }
}

TEST(Evaluator, ExcludedPairsAreNotFelt)
{
  RandomModel random(41);
  Model model = random.make({});
  model.excluded[model.pair(0, 1)] = model.excluded[model.pair(1, 0)] = 1;
  Cluster const cluster(random, ATOMS, 3, EDGE, 1.2);
  Evaluator evaluator(model, {});
  auto const e = evaluate(evaluator, cluster);
  for (int i = 0; i < ATOMS; ++i)
    EXPECT_NEAR(e.atom_energy[i], plain_energy(model, cluster, i), 1e-9);
}

TEST(Evaluator, AtomsOfOtherStylesAreLeftOut)
{
  RandomModel random(51);
  Model const model = random.make({});
  Cluster cluster(random, ATOMS, 3, EDGE, 1.2);
  for (int i = 0; i < ATOMS; i += 5) cluster.type[i] = -1;
  Evaluator evaluator(model, {});
  auto const e = evaluate(evaluator, cluster);
  for (int i = 0; i < ATOMS; ++i) {
    if (cluster.type[i] < 0) {
      EXPECT_EQ(e.atom_energy[i], 0.0);
      EXPECT_EQ(e.force[i][0], 0.0);
    } else {
      EXPECT_NEAR(e.atom_energy[i], plain_energy(model, cluster, i), 1e-9);
    }
  }
}

// What an atom changes when it crosses the cutoff of another one, relative to the largest number of
// its kind. Three neighbors on the other side, which do not feel it, pull at that one.
struct Crossing {
  double energy;
  double force;
};

Crossing cross_cutoff(const Model &model, const EvaluatorSettings &settings)
{
  RandomModel random(61);
  Evaluator evaluator(model, settings);
  Cluster cluster(random, 5, 3, 4.0, 1.2);
  Evaluated at[3];
  double const place[3] = {model.cutoff - 1e-9, model.cutoff + 1e-9, 2.0};
  for (int n = 0; n < 3; ++n) {
    cluster.x = {{0, 0, 0}, {1.3, 0.8, 0.2}, {1.1, -1.0, 0.7}, {0.6, 0.4, -1.6}, {-place[n], 0, 0}};
    at[n] = evaluate(evaluator, cluster);
  }
  double const strongest = largest_force(at[1]);
  EXPECT_GT(strongest, 0.1);
  EXPECT_GT(largest_difference(at[2], at[1]), 0.1);    // it is felt where it is close
  return {std::fabs(at[0].energy - at[1].energy) / std::max(1.0, std::fabs(at[1].energy)),
          largest_difference(at[0], at[1]) / std::max(1.0, strongest)};
}

TEST(Evaluator, NothingJumpsAtTheCutoff)
{
  for (const ModelShape &shape : smooth_shapes())
    for (bool const crowded : {false, true})
      for (bool const table : {false, true}) {
        Model model = RandomModel(61).make(shape);
        for (DenseNet &net : model.fitting)    // five atoms of many are little to the nets
          for (double &weight : net.back().weight) weight *= 50.0;
        if (crowded) model.selection = {1, 1, 1};
        EvaluatorSettings const settings = table ? EvaluatorSettings() : exact();
        Crossing const jump = cross_cutoff(model, settings);
        EXPECT_LT(jump.energy, 1e-13);
        EXPECT_LT(jump.force, 1e-13);
        // Negative control: a switch so steep that it is a cut.
        model.smooth_from = model.cutoff - 1e-10;
        EXPECT_GT(cross_cutoff(model, settings).energy, 1e-4);
      }
}

// Two atoms of one element, and one that always feels both.
TEST(Evaluator, NothingJumpsAtTheTablesEnd)
{
  RandomModel random(61);
  for (const ModelShape &shape : {ModelShape(), wide_shape()}) {
    Model model = random.make(shape);
    for (DenseNet &net : model.fitting)    // three atoms of many are little to the nets
      for (double &weight : net.back().weight) weight *= 30.0;
    Evaluator evaluator(model, {});
    bool const few = evaluator.table_report().channels.most < model.channels();
    EXPECT_EQ(few, shape.embedding == wide_shape().embedding);
    double const lithium = 0.75 * 2 * 1.28;    // A: closer, and all channels are kept
    for (double const end : {TABLE_CLOSEST, lithium}) {
      Cluster cluster(random, 3, 2, 3.0, 0.6);
      cluster.type = {0, 0, 1};
      Evaluated near_and_far[2];
      for (int side = 0; side < 2; ++side) {
        cluster.x = {{0, 0, 0}, {end + (side ? 1e-9 : -1e-9), 0, 0}, {0, 2.1, 0}};
        near_and_far[side] = evaluate(evaluator, cluster);
      }
      EXPECT_NEAR(near_and_far[0].energy, near_and_far[1].energy, 1e-7);
      EXPECT_LT(largest_difference(near_and_far[0], near_and_far[1]), 2e-6);
      EXPECT_GT(largest_force(near_and_far[0]), 0.1);
    }
  }
}

TEST(Evaluator, ShortPairsAreCounted)
{
  for (const ModelShape &shape : {ModelShape(), wide_shape()}) {
    RandomModel random(71);
    Model model = random.make(shape);
    std::fill(model.shortest.begin(), model.shortest.end(), 1.0);
    Cluster cluster(random, ATOMS, 3, EDGE, 1.2);
    Evaluator evaluator(model, {});
    evaluate(evaluator, cluster);
    EXPECT_EQ(evaluator.short_pairs().count, 0);
    cluster.x[3] = {cluster.x[7][0] + 0.7, cluster.x[7][1], cluster.x[7][2]};
    long ordered = 0;
    for (const auto &x : cluster.x)
      for (const auto &y : cluster.x)
        ordered += &x != &y && std::hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]) < 1.0;
    evaluate(evaluator, cluster);
    EXPECT_GE(ordered, 2);
    EXPECT_EQ(evaluator.short_pairs().count, ordered);
    EXPECT_LE(evaluator.short_pairs().distance, 0.7 + 1e-12);
    EXPECT_EQ(evaluator.short_pairs().bound, 1.0);
  }
}

TEST(Evaluator, OverlapsAndLostPlacesAreFoundOut)
{
  RandomModel random(81);
  Model const model = random.make(wide_shape());
  for (bool const table : {false, true}) {
    Cluster cluster(random, ATOMS, 3, EDGE, 1.2);
    Evaluator evaluator(model, table ? EvaluatorSettings() : exact());
    evaluate(evaluator, cluster);
    EXPECT_EQ(evaluator.bad_center(), -1);
    auto const kept = cluster.x[5];
    cluster.x[5] = cluster.x[4];
    evaluate(evaluator, cluster);
    EXPECT_TRUE(evaluator.bad_center() == 4 || evaluator.bad_center() == 5);
    cluster.x[5] = {std::nan(""), 0, 0};
    evaluate(evaluator, cluster);
    EXPECT_GE(evaluator.bad_center(), 0);
    cluster.x[5] = kept;
    evaluate(evaluator, cluster);
    EXPECT_EQ(evaluator.bad_center(), -1);
  }
}

}    // namespace
