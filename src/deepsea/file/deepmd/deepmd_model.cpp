// SPDX-License-Identifier: GPL-2.0-only
#include "deepmd_model.hpp"

#include "support/input_error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

namespace lbs::deepsea {

namespace {

// What a network makes of one row: the formula of DenseLayer, for the few values that a conversion
// needs once.
std::vector<double> output_of(const DenseNet &net, std::vector<double> x)
{
  for (auto const &layer : net) {
    auto const inputs = static_cast<std::size_t>(layer.inputs);
    auto const outputs = static_cast<std::size_t>(layer.outputs);
    std::vector<double> y = layer.bias;
    for (std::size_t o = 0; o < outputs; ++o) {
      for (std::size_t i = 0; i < inputs; ++i) y[o] += x[i] * layer.weight[i * outputs + o];
      y[o] = activate(layer.activation, y[o]).value;
      if (!layer.timestep.empty()) y[o] *= layer.timestep[o];
      if (layer.skips() > 0) y[o] += x[o % inputs];
    }
    x = std::move(y);
  }
  return x;
}

// What the file tells about the training set beyond averages, deviations and biases.
std::string training_of(const DeepmdModel &file)
{
  using Json = nlohmann::ordered_json;
  Json training;
  if (file.min_nbor_dist > 0.0) training["min_nbor_dist"] = file.min_nbor_dist;
  auto const script = Json::parse(file.model_def_script, nullptr, false);
  for (const char *key : {"data_stat_nbatch", "data_bias_nsample"})
    if (script.is_object() && script.contains(key)) training[key] = script[key];
  auto const info = script.is_object() ? script.value("info", Json()) : Json();
  if (info.is_object() && info.contains("observed_type"))
    training["observed_type"] = info["observed_type"];
  return training.empty() ? "" : training.dump();
}

class Builder {
 public:
  Builder(const DeepmdModel &file, const std::string &where)
      : file_(file), where_(where), types_(file.type_map.size())
  {
  }

  Model build()
  {
    set_contract();
    set_statistics();
    set_nets();
    set_exclusions();
    set_energy_bias();
    model_.provenance = file_.provenance;
    model_.provenance.training = training_of(file_);
    if (file_.beside) {
      model_.shortest = file_.beside->shortest;
      model_.hottest = file_.beside->hottest;
      model_.precision = file_.beside->precision;
      model_.provenance = file_.beside->provenance;
    }
    check_model(model_, where_);
    model_.sha256 = checksum(model_);
    return std::move(model_);
  }

 private:
  const DeepmdModel &file_;
  const std::string &where_;
  std::size_t types_;
  Model model_;

  [[noreturn]] void refuse(const std::string &message) const
  {
    throw InputError(where_ + ": " + message);
  }

  [[nodiscard]] Precision precision(const std::string &name) const
  {
    if (name == "float64" || name == "double" || name == "default") return Precision::DOUBLE;
    if (name == "float32" || name == "single") return Precision::SINGLE;
    refuse("precision '" + name + "' is not supported; train in float64 or float32");
  }

  void set_contract()
  {
    model_.elements = file_.type_map;
    if (file_.sel.size() != types_) refuse("sel and type_map differ in length");
    model_.cutoff = file_.rcut;
    model_.smooth_from = file_.rcut_smth;
    model_.protection = file_.env_protection;
    model_.selection = file_.sel;
    model_.one_side = file_.type_one_side;
    model_.axis_neurons = file_.axis_neuron;
    bool const single = precision(file_.descriptor_precision) == Precision::SINGLE ||
                        precision(file_.fitting_precision) == Precision::SINGLE;
    model_.precision = single ? Precision::SINGLE : Precision::DOUBLE;
    model_.shortest.assign(types_ * types_, std::max(0.0, file_.min_nbor_dist));
    model_.excluded.assign(types_ * types_, 0);
    model_.energy_bias.assign(types_, 0.0);
  }

  // Statistics stand there for each slot, but training makes them equal for all slots of a type,
  // and only then do they not depend on the order of the neighbors.
  void set_statistics()
  {
    auto const slots = static_cast<std::size_t>(
        std::accumulate(file_.sel.begin(), file_.sel.end(), std::int64_t{0}));
    for (auto const *list : {&file_.davg, &file_.dstd})
      if (list->size() != types_ * slots * 4) refuse("davg or dstd has not the size of sel");
    for (std::size_t center = 0; center < types_; ++center) {
      std::size_t slot = center * slots;
      for (int const count : file_.sel) {
        model_.average.push_back(common(file_.davg, slot, count, 0.0, "davg"));
        model_.deviation.push_back(common(file_.dstd, slot, count, 1.0, "dstd"));
        slot += static_cast<std::size_t>(count);
      }
    }
  }

  [[nodiscard]] std::array<double, 4> common(const std::vector<double> &list, std::size_t slot,
                                             int count, double none, const char *what) const
  {
    std::array<double, 4> row = {none, none, none, none};
    auto const *first = list.data() + 4 * slot;
    if (count > 0) std::copy(first, first + 4, row.begin());
    for (int k = 1; k < count; ++k)
      if (!std::equal(row.begin(), row.end(), first + std::ptrdiff_t{4} * k))
        refuse(std::string(what) + " differs between neighbor slots of the same type, which this "
                                   "package does not support; train with DeePMD-kit's own "
                                   "statistics");
    return row;
  }

  void set_nets()
  {
    auto const wanted = file_.type_one_side ? types_ : types_ * types_;
    if (file_.embedding.size() != wanted) refuse("the number of embedding nets is wrong");
    if (file_.fitting.size() != types_)
      refuse("there must be one fitting net for each type (mixed_types is not supported)");
    model_.embedding = file_.embedding;
    if (!file_.type_one_side)    // there the center's type runs fastest
      for (std::size_t center = 0; center < types_; ++center)
        for (std::size_t neighbor = 0; neighbor < types_; ++neighbor)
          model_.embedding[center * types_ + neighbor] =
              file_.embedding[center + types_ * neighbor];
    model_.fitting = file_.fitting;
  }

  // Calls for both orders of each pair.
  template <class Visit> void visit(const DeepmdModel::TypePairs &pairs, const Visit &exclude) const
  {
    for (auto const &[a, b] : pairs) {
      for (int const type : {a, b})
        if (type < 0 || static_cast<std::size_t>(type) >= types_)
          refuse("an excluded pair names type " + std::to_string(type) + ", which is not there");
      exclude(a, b);
      exclude(b, a);
    }
  }

  void set_exclusions()
  {
    if (!file_.pair_exclude_types.empty())
      check_model(model_, where_);    // so that nets can be run
    visit(file_.exclude_types, [&](int a, int b) { model_.excluded[model_.pair(a, b)] = 1; });
    visit(file_.pair_exclude_types, [&](int a, int b) {
      if (model_.excluded[model_.pair(a, b)] == 0 && !empty_slot_is_nothing(a, b))
        refuse("pair_exclude_types of the model is supported only where empty neighbor slots add "
               "nothing (davg of zero); use exclude_types of the descriptor");
      model_.excluded[model_.pair(a, b)] = 1;
    });
    // DeePMD-kit has no neighbors of a type without slots.
    for (std::size_t pair = 0; pair < types_ * types_; ++pair)
      if (file_.sel[pair % types_] == 0) model_.excluded[pair] = 1;
  }

  // Excluding a pair from the model empties its slots, excluding it from the descriptor zeros their
  // rows: the same if an empty slot adds nothing to G^T R.
  [[nodiscard]] bool empty_slot_is_nothing(int center, int neighbor) const
  {
    auto const pair = model_.pair(center, neighbor);
    auto const is_zero = [](double value) { return value == 0.0; };
    auto const &average = model_.average[pair];
    if (std::all_of(average.begin(), average.end(), is_zero)) return true;
    auto const g =
        output_of(model_.embedding_of(center, neighbor), {-average[0] / model_.deviation[pair][0]});
    return std::all_of(g.begin(), g.end(), is_zero);
  }

  void set_energy_bias()
  {
    for (auto const *list : {&file_.bias_atom_e, &file_.out_bias})
      if (list->size() != types_)
        refuse("bias_atom_e or out_bias has not one energy for each type");
    if (!file_.no_vacuum.empty() && file_.no_vacuum.size() != types_)
      refuse("atom_ener has not one entry for each type");
    bool const vacuum = std::count(file_.no_vacuum.begin(), file_.no_vacuum.end(), 0) !=
                        static_cast<std::ptrdiff_t>(file_.no_vacuum.size());
    if (vacuum) check_model(model_, where_);
    for (std::size_t type = 0; type < types_; ++type) {
      model_.energy_bias[type] = file_.bias_atom_e[type] + file_.out_bias[type];
      if (vacuum && file_.no_vacuum[type] != 0) model_.energy_bias[type] -= vacuum_energy(type);
    }
  }

  // What the fitting net gives for a descriptor of zeros, which DeePMD-kit takes for a vacuum.
  [[nodiscard]] double vacuum_energy(std::size_t type) const
  {
    auto const size = static_cast<std::size_t>(model_.descriptor_size());
    return output_of(model_.fitting[type], std::vector<double>(size, 0.0)).front();
  }
};

}    // namespace

Activation deepmd_activation(const std::string &name, const std::string &where)
{
  std::string lower;
  for (char const c : name) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  try {
    return activation_by_name(lower);
  } catch (const InputError &e) {
    throw InputError(where + ": " + e.what());
  }
}

Model model_of(const DeepmdModel &file, const std::string &where)
{
  return Builder(file, where).build();
}

}    // namespace lbs::deepsea
