// SPDX-License-Identifier: GPL-2.0-only
#include "model.hpp"

#include "support/input_error.hpp"
#include "support/sha256.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <set>

namespace lbs::deepsea {

namespace {

// Far above anything in use; they keep a damaged or hostile file from asking for all memory.
constexpr int MAX_TYPES = 256;
constexpr int MAX_NAME = 32;
constexpr int MAX_LAYERS = 64;
constexpr int MAX_WIDTH = 1 << 20;
constexpr int MAX_SELECTION = 1 << 20;
constexpr std::size_t MAX_WEIGHTS = std::size_t(1) << 28U;    // 2 GiB
constexpr double MAX_CUTOFF = 100.0;

// Checks with messages that begin with where the model is from and what is at fault.
class Checker {
 public:
  explicit Checker(std::string where) : where_(std::move(where)) {}

  void require(bool holds, const std::string &message) const
  {
    if (!holds) throw InputError(where_ + ": " + message);
  }

  void size(std::size_t count, std::size_t expected, const std::string &what) const
  {
    require(count == expected, what + " has " + std::to_string(count) + " entries, but must have " +
                                   std::to_string(expected));
  }

  void range(int value, int least, int most, const std::string &what) const
  {
    require(value >= least && value <= most, what + " must be " + std::to_string(least) + " to " +
                                                 std::to_string(most) + ", not " +
                                                 std::to_string(value));
  }

  template <class Numbers> void finite(const Numbers &values, const std::string &what) const
  {
    auto const bad = std::find_if(std::begin(values), std::end(values),
                                  [](double value) { return !std::isfinite(value); });
    require(bad == std::end(values), what + " holds a number that is not finite");
  }

 private:
  std::string where_;
};

bool is_name(const std::string &name)
{
  return !name.empty() && name.size() <= MAX_NAME && name != "NULL" &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 127; });
}

void check_contract(const Model &model, const Checker &check)
{
  check.range(model.types(), 1, MAX_TYPES, "the number of elements");
  for (auto const &name : model.elements)
    check.require(is_name(name), "the name '" + name.substr(0, MAX_NAME) +
                                     "' cannot be that of an element or type");
  check.require(std::set<std::string>(model.elements.begin(), model.elements.end()).size() ==
                    model.elements.size(),
                "an element is there twice");

  check.finite(std::array{model.cutoff, model.smooth_from, model.protection}, "a cutoff");
  check.require(model.cutoff > 0.0 && model.cutoff <= MAX_CUTOFF,
                "the cutoff rc must be more than 0 and at most " + text::number(MAX_CUTOFF) +
                    " A, not " + text::number(model.cutoff));
  check.require(model.smooth_from >= 0.0 && model.smooth_from < model.cutoff,
                "the switch must begin between 0 and the cutoff, not at " +
                    text::number(model.smooth_from) + " A");
  check.require(model.protection >= 0.0, "the protection of distances must not be negative");

  auto const types = model.elements.size();
  check.size(model.selection.size(), types, "sel");
  long sum = 0;
  for (int const selected : model.selection) {
    check.range(selected, 0, MAX_SELECTION, "sel");
    sum += selected;
  }
  check.require(sum >= 1 && sum <= MAX_SELECTION, "the sum of sel is out of range");
}

void check_pairs(const Model &model, const Checker &check)
{
  auto const pairs = model.elements.size() * model.elements.size();
  check.size(model.excluded.size(), pairs, "the list of excluded pairs");
  check.size(model.average.size(), pairs, "davg");
  check.size(model.deviation.size(), pairs, "dstd");
  check.size(model.shortest.size(), pairs, "the list of shortest distances");
  for (auto const &row : model.average) check.finite(row, "davg");
  for (auto const &row : model.deviation) {
    check.finite(row, "dstd");
    for (double const value : row) check.require(value > 0.0, "dstd must be positive");
  }
  check.finite(model.shortest, "the list of shortest distances");
  for (double const value : model.shortest)
    check.require(value >= 0.0, "a shortest distance must not be negative");
  check.require(std::isfinite(model.hottest) && model.hottest >= 0.0,
                "the highest temperature must not be negative");
}

void check_net(const DenseNet &net, int inputs, const std::string &what, std::size_t &weights,
               const Checker &check)
{
  check.require(!net.empty() && net.size() <= MAX_LAYERS,
                what + " must have 1 to " + std::to_string(MAX_LAYERS) + " layers");
  for (std::size_t k = 0; k < net.size(); ++k) {
    auto const &layer = net[k];
    auto const name = "layer " + std::to_string(k + 1) + " of " + what;
    check.require(layer.inputs == inputs, name + " takes " + std::to_string(layer.inputs) +
                                              " numbers, but gets " + std::to_string(inputs));
    check.range(layer.outputs, 1, MAX_WIDTH, "the width of " + name);
    auto const outputs = static_cast<std::size_t>(layer.outputs);
    auto const size = static_cast<std::size_t>(layer.inputs) * outputs;
    weights += size + outputs;
    check.require(weights <= MAX_WEIGHTS, "the model has more weights than this program takes");
    check.size(layer.weight.size(), size, "the weight of " + name);
    check.size(layer.bias.size(), outputs, "the bias of " + name);
    if (!layer.timestep.empty())
      check.size(layer.timestep.size(), outputs, "the timestep of " + name);
    check.finite(layer.weight, "the weight of " + name);
    check.finite(layer.bias, "the bias of " + name);
    check.finite(layer.timestep, "the timestep of " + name);
    (void) name_of(layer.activation);    // throws if it is none
    inputs = layer.outputs;
  }
}

void check_nets(const Model &model, const Checker &check)
{
  auto const types = model.elements.size();
  std::size_t weights = 0;
  check.size(model.embedding.size(), model.one_side ? types : types * types,
             "the list of embedding nets");
  for (std::size_t k = 0; k < model.embedding.size(); ++k)
    check_net(model.embedding[k], 1, "embedding net " + std::to_string(k), weights, check);
  for (auto const &net : model.embedding)
    check.require(net.back().outputs == model.channels(),
                  "the embedding nets must all have as many outputs as the first");
  check.range(model.axis_neurons, 1, model.channels(), "the number of axis neurons");
  auto const descriptor = static_cast<long>(model.channels()) * model.axis_neurons;
  check.require(descriptor <= MAX_WIDTH, "the descriptor is longer than this program takes");

  check.size(model.fitting.size(), types, "the list of fitting nets");
  for (std::size_t k = 0; k < types; ++k) {
    auto const what = "the fitting net of " + model.elements[k];
    check_net(model.fitting[k], static_cast<int>(descriptor), what, weights, check);
    check.require(model.fitting[k].back().outputs == 1, what + " must have one output");
  }
  check.size(model.energy_bias.size(), types, "the list of energy biases");
  check.finite(model.energy_bias, "the list of energy biases");
}

// Feeds numbers to a digest as little-endian bytes, so that every machine gets the same one.
class Digest {
 public:
  void number(std::uint64_t value)
  {
    unsigned char bytes[8];
    for (unsigned int k = 0; k < 8; ++k) bytes[k] = static_cast<unsigned char>(value >> (8 * k));
    sha_.add(bytes, sizeof bytes);
  }
  void count(std::size_t value) { number(value); }
  void real(double value)
  {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    number(bits);
  }
  void word(const std::string &value)
  {
    count(value.size());
    sha_.add(value.data(), value.size());
  }
  template <class Numbers> void reals(const Numbers &values)
  {
    count(values.size());
    for (double const value : values) real(value);
  }
  void nets(const std::vector<DenseNet> &list)
  {
    count(list.size());
    for (auto const &net : list) {
      count(net.size());
      for (auto const &layer : net) {
        count(static_cast<std::size_t>(layer.inputs));
        count(static_cast<std::size_t>(layer.outputs));
        word(name_of(layer.activation));
        count(layer.skip ? 1 : 0);
        reals(layer.weight);
        reals(layer.bias);
        reals(layer.timestep);
      }
    }
  }
  std::string digits() { return sha_.digits(); }

 private:
  Sha256 sha_;
};

}    // namespace

int Model::selected_neighbors() const
{
  int sum = 0;
  for (int const selected : selection) sum += selected;
  return sum;
}

void check_model(const Model &model, const std::string &where)
{
  Checker const check(where);
  check_contract(model, check);
  check_pairs(model, check);
  check_nets(model, check);
}

std::string checksum(const Model &model)
{
  Digest digest;
  digest.word("deepsea se_a 1");
  digest.count(model.elements.size());
  for (auto const &name : model.elements) digest.word(name);
  for (double const value : {model.cutoff, model.smooth_from, model.protection}) digest.real(value);
  digest.count(model.selection.size());
  for (int const selected : model.selection) digest.count(static_cast<std::size_t>(selected));
  digest.count(model.one_side ? 1 : 0);
  digest.count(static_cast<std::size_t>(model.axis_neurons));
  digest.word(model.precision == Precision::SINGLE ? "single" : "double");
  digest.count(model.excluded.size());
  for (char const value : model.excluded) digest.count(value != 0 ? 1 : 0);
  for (auto const *rows : {&model.average, &model.deviation}) {
    digest.count(rows->size());
    for (auto const &row : *rows) digest.reals(row);
  }
  digest.reals(model.shortest);
  if (model.hottest > 0.0) digest.real(model.hottest);    // files of schema 1 have none
  digest.nets(model.embedding);
  digest.nets(model.fitting);
  digest.reals(model.energy_bias);
  return digest.digits();
}

}    // namespace lbs::deepsea
