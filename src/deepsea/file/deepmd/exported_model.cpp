// SPDX-License-Identifier: GPL-2.0-only
#include "exported_model.hpp"

#include "support/input_error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lbs::deepsea {

namespace {

// Whether a layer has a skip that does nothing: DeePMD-kit sets it for all hidden layers.
bool skips_nothing(const DenseLayer &layer)
{
  return layer.skip && layer.skips() == 0;
}

bool is_float32(double value)
{
  return std::abs(value) <= std::numeric_limits<float>::max() &&
         static_cast<double>(static_cast<float>(value)) == value;
}

template <class Numbers> bool are_float32(const Numbers &values)
{
  return std::all_of(std::begin(values), std::end(values), is_float32);
}

bool are_float32(const std::vector<DenseNet> &nets)
{
  return std::all_of(nets.begin(), nets.end(), [](const DenseNet &net) {
    return std::all_of(net.begin(), net.end(), [](const DenseLayer &layer) {
      return are_float32(layer.weight) && are_float32(layer.bias) && are_float32(layer.timestep);
    });
  });
}

class Exporter {
 public:
  Exporter(const Model &model, const std::string &where) : model_(model), where_(where) {}

  ExportedModel build()
  {
    check_model(model_, where_);
    set_contract();
    set_exclusions();
    set_statistics();
    set_nets();
    auto &file = out_.file;
    file.bias_atom_e.assign(model_.elements.size(), 0.0);
    file.out_bias = model_.energy_bias;
    file.beside =
        ExportedBeside{model_.shortest, model_.hottest, model_.precision, model_.provenance};
    check_inverse();
    set_notes();
    return std::move(out_);
  }

 private:
  const Model &model_;
  const std::string &where_;
  ExportedModel out_;

  [[noreturn]] void refuse(const std::string &message) const
  {
    throw InputError(where_ + ": " + message);
  }

  void set_contract()
  {
    auto &file = out_.file;
    file.type_map = model_.elements;
    file.rcut = model_.cutoff;
    file.rcut_smth = model_.smooth_from;
    file.env_protection = model_.protection;
    file.sel = model_.selection;
    file.type_one_side = model_.one_side;
    file.axis_neuron = model_.axis_neurons;
    bool const single = model_.precision == Precision::SINGLE && all_float32();
    file.descriptor_precision = file.fitting_precision = single ? "float32" : "float64";
    for (double const distance : model_.shortest)
      if (distance > 0.0)
        file.min_nbor_dist =
            file.min_nbor_dist > 0.0 ? std::min(file.min_nbor_dist, distance) : distance;
  }

  [[nodiscard]] bool all_float32() const
  {
    auto const rows = [](const std::vector<std::array<double, 4>> &list) {
      return std::all_of(list.begin(), list.end(), are_float32<std::array<double, 4>>);
    };
    return rows(model_.average) && rows(model_.deviation) && are_float32(model_.embedding) &&
           are_float32(model_.fitting);
  }

  [[nodiscard]] bool excluded(int center, int neighbor) const
  {
    return model_.excluded[model_.pair(center, neighbor)] != 0;
  }

  // DeePMD-kit excludes both orders of a pair, and has no neighbors of a type whose sel is 0.
  void set_exclusions()
  {
    for (int a = 0; a < model_.types(); ++a)
      for (int b = 0; b < model_.types(); ++b) {
        auto const &center = model_.elements[static_cast<std::size_t>(a)];
        auto const &neighbor = model_.elements[static_cast<std::size_t>(b)];
        bool const no_slot = model_.selection[static_cast<std::size_t>(b)] == 0;
        if (no_slot && !excluded(a, b))
          refuse("sel is 0 for " + neighbor +
                 ", so that DeePMD-kit would leave out all neighbors " + neighbor +
                 ", but the model does not exclude them");
        if (no_slot || !excluded(a, b)) continue;
        bool const no_slot_back = model_.selection[static_cast<std::size_t>(a)] == 0;
        if (!excluded(b, a) && !no_slot_back)
          refuse("neighbors " + neighbor + " are excluded for centers " + center +
                 ", but not the reverse; DeePMD-kit excludes pairs both ways only");
        if (a <= b || no_slot_back) out_.file.exclude_types.emplace_back(a, b);
      }
  }

  void set_statistics()
  {
    for (int center = 0; center < model_.types(); ++center)
      for (int neighbor = 0; neighbor < model_.types(); ++neighbor) {
        auto const pair = model_.pair(center, neighbor);
        for (int k = 0; k < model_.selection[static_cast<std::size_t>(neighbor)]; ++k) {
          append(out_.file.davg, model_.average[pair]);
          append(out_.file.dstd, model_.deviation[pair]);
        }
      }
  }

  static void append(std::vector<double> &list, const std::array<double, 4> &row)
  {
    list.insert(list.end(), row.begin(), row.end());
  }

  void set_nets()
  {
    auto const types = model_.elements.size();
    auto &file = out_.file;
    file.embedding = model_.embedding;
    if (!model_.one_side)
      for (std::size_t center = 0; center < types; ++center)
        for (std::size_t neighbor = 0; neighbor < types; ++neighbor)
          file.embedding[center + types * neighbor] = model_.embedding[center * types + neighbor];
    file.fitting = model_.fitting;
    out_.embedding = common_form(file.embedding, 0, "embedding");
    out_.fitting = common_form(file.fitting, 1, "fitting");
    for (auto const &net : file.fitting) {
      auto const &last = net.back();
      if (last.activation != Activation::LINEAR || last.skips() > 0 || !last.timestep.empty())
        refuse("the last layer of a fitting net has an activation function, a skip or a timestep, "
               "which it never has in DeePMD-kit");
    }
    for (auto *nets : {&file.embedding, &file.fitting})
      for (auto &net : *nets)
        for (auto &layer : net)
          if (skips_nothing(layer)) layer.skip = false;
  }

  // Of all nets but their last `outputs` layers.
  [[nodiscard]] NetForm common_form(const std::vector<DenseNet> &nets, std::size_t outputs,
                                    const std::string &kind) const
  {
    auto const first = form_of(nets.front(), outputs, kind);
    for (auto const &net : nets) {
      auto const form = form_of(net, outputs, kind);
      if (form.neuron != first.neuron || form.activation != first.activation ||
          form.timestep != first.timestep)
        refuse("the " + kind +
               " nets differ in their widths, activation function or timesteps; in "
               "DeePMD-kit all are alike");
    }
    return first;
  }

  [[nodiscard]] NetForm form_of(const DenseNet &net, std::size_t outputs,
                                const std::string &kind) const
  {
    NetForm form;
    auto const hidden = net.size() - outputs;
    if (hidden == 0) refuse("a fitting net has no hidden layer, which DeePMD-kit needs");
    form.activation = net.front().activation;
    bool found = false;
    for (std::size_t k = 0; k < hidden; ++k) {
      auto const &layer = net[k];
      form.neuron.push_back(layer.outputs);
      if (layer.activation != form.activation)
        refuse("the layers of the " + kind +
               " nets differ in their activation function; in "
               "DeePMD-kit all have the same");
      bool const may_skip = layer.outputs == layer.inputs || layer.outputs == 2 * layer.inputs;
      bool const timestep = !layer.timestep.empty();
      if (may_skip && !layer.skip)
        refuse("a layer of the " + kind +
               " nets has no skip where its widths allow it; in "
               "DeePMD-kit all such layers have one");
      if (!found && may_skip) form.timestep = timestep;
      found = found || may_skip;
      if (timestep != (may_skip && form.timestep))
        refuse("some layers of the " + kind +
               " nets have a timestep and some have none; in "
               "DeePMD-kit all with a skip have one, or none has");
    }
    return form;
  }

  // Back ends of DeePMD-kit 3.2 differ in these, whoever wrote the file: found by running them.
  void set_notes()
  {
    if (model_.precision == Precision::SINGLE && out_.file.descriptor_precision == "float64")
      out_.notes.emplace_back("was trained in single precision, but has numbers that float32 "
                              "cannot hold, so that DeePMD-kit gets it in double precision");
    bool const lost_places = std::any_of(
        out_.file.exclude_types.begin(), out_.file.exclude_types.end(), [&](auto const &pair) {
          auto const average = [&](int a, int b) { return model_.average[model_.pair(a, b)][0]; };
          return average(pair.first, pair.second) != 0.0 || average(pair.second, pair.first) != 0.0;
        });
    if (lost_places)
      out_.notes.emplace_back("excludes pairs whose davg is not zero: make no .pb of it, for "
                              "DeePMD-kit's TensorFlow back end leaves out what their empty "
                              "neighbor slots add, unlike its other back ends");
    auto const &net = model_.fitting.front();
    bool const other_skips =
        net.front().skips() > 0 ||
        std::any_of(net.begin(), net.end(), [](auto &layer) { return layer.skips() > 1; });
    if (other_skips)
      out_.notes.emplace_back("has fitting nets with a skip in the first layer or to a layer of "
                              "twice the width: make no .pb of it, for DeePMD-kit's TensorFlow "
                              "back end leaves those out, unlike its other back ends");
  }

  // What is not looked at above must not be lost either.
  void check_inverse() const
  {
    auto plain = model_;
    for (auto *nets : {&plain.embedding, &plain.fitting})
      for (auto &net : *nets)
        for (auto &layer : net)
          if (skips_nothing(layer)) layer.skip = false;
    for (int a = 0; a < model_.types(); ++a)
      for (int b = 0; b < model_.types(); ++b)
        if (model_.selection[static_cast<std::size_t>(b)] == 0) {
          plain.average[model_.pair(a, b)] = {0.0, 0.0, 0.0, 0.0};
          plain.deviation[model_.pair(a, b)] = {1.0, 1.0, 1.0, 1.0};
        }
    for (double &bias : plain.energy_bias) bias += 0.0;    // no -0
    if (model_of(out_.file, where_).sha256 != checksum(plain))
      refuse("the model has something that DeePMD-kit's format cannot hold");
  }
};

}    // namespace

ExportedModel exported_model(const Model &model, const std::string &where)
{
  return Exporter(model, where).build();
}

}    // namespace lbs::deepsea
