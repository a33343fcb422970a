// SPDX-License-Identifier: GPL-2.0-only
#include "dp_writer.hpp"

#include "frames/hdf5_file.hpp"

#include <nlohmann/json.hpp>

namespace lbs::deepsea {

namespace {

using Json = nlohmann::ordered_json;

// The description grows with the arrays that it refers to. Keys, classes and version numbers are
// those of DeePMD-kit 3, which has no other documentation of its format than its code.
class DpWriter {
 public:
  explicit DpWriter(const ExportedModel &model) : model_(model), file_(model.file) {}

  std::string bytes(const std::string &software, const std::string &version)
  {
    Json root = {{"software", software}, {"version", version}, {"backend", "dpmodel"}};
    root["model"] = model();
    root["model_def_script"] = definition();
    root["@variables"] = Json::object();
    if (file_.min_nbor_dist > 0.0)
      root["@variables"]["min_nbor_dist"] =
          array({file_.min_nbor_dist}, {}, Hdf5Image::Number::FLOAT64);
    root["deepsea"] = beside();
    image_.add_attribute("json", root.dump());
    return image_.bytes();
  }

 private:
  const ExportedModel &model_;
  const DeepmdModel &file_;
  Hdf5Image image_;
  int arrays_ = 0;

  // Writes an array; gives its name.
  std::string array(const std::vector<double> &values, const std::vector<std::size_t> &sizes,
                    Hdf5Image::Number number)
  {
    auto name = std::to_string(arrays_++);
    constexpr std::size_t DIGITS = 4;
    if (name.size() < DIGITS) name.insert(0, DIGITS - name.size(), '0');
    name.insert(0, "/variable_");
    image_.add(name, values, sizes, number);
    return name;
  }

  // In the precision of the model.
  std::string weights(const std::vector<double> &values, const std::vector<std::size_t> &sizes)
  {
    bool const single = file_.descriptor_precision == "float32";
    return array(values, sizes, single ? Hdf5Image::Number::FLOAT32 : Hdf5Image::Number::FLOAT64);
  }

  // Energies of the types, always in double.
  std::string energies(const std::vector<double> &values, const std::vector<std::size_t> &sizes)
  {
    return array(values, sizes, Hdf5Image::Number::FLOAT64);
  }

  [[nodiscard]] std::size_t types() const { return file_.type_map.size(); }

  Json model()
  {
    Json out = {{"@class", "Model"},
                {"type", "standard"},
                {"@version", 2},
                {"type_map", file_.type_map},
                {"atom_exclude_types", Json::array()},
                {"pair_exclude_types", Json::array()},
                {"rcond", nullptr},
                {"preset_out_bias", nullptr}};
    out["descriptor"] = descriptor();
    out["fitting"] = fitting();
    out["@variables"] = {{"out_bias", energies(file_.out_bias, {1, types(), 1})},
                         {"out_std", energies(std::vector<double>(types(), 1.0), {1, types(), 1})}};
    return out;
  }

  // Keys that the description of a model for training has, too.
  [[nodiscard]] Json descriptor_keys() const
  {
    Json exclude = Json::array();
    for (auto const &[a, b] : file_.exclude_types) exclude.push_back({a, b});
    return {{"type", "se_e2_a"},
            {"rcut", file_.rcut},
            {"rcut_smth", file_.rcut_smth},
            {"sel", file_.sel},
            {"neuron", model_.embedding.neuron},
            {"axis_neuron", file_.axis_neuron},
            {"resnet_dt", model_.embedding.timestep},
            {"type_one_side", file_.type_one_side},
            {"exclude_types", exclude},
            {"env_protection", file_.env_protection},
            {"set_davg_zero", false},
            {"activation_function", name_of(model_.embedding.activation)},
            {"precision", file_.descriptor_precision}};
  }

  [[nodiscard]] Json fitting_keys() const
  {
    return {{"type", "ener"},
            {"neuron", model_.fitting.neuron},
            {"resnet_dt", model_.fitting.timestep},
            {"activation_function", name_of(model_.fitting.activation)},
            {"precision", file_.fitting_precision}};
  }

  Json descriptor()
  {
    Json out = descriptor_keys();
    out["@class"] = "Descriptor";
    out["@version"] = 2;
    out["trainable"] = true;
    out["spin"] = nullptr;
    out["type_map"] = file_.type_map;
    out["env_mat"] = {{"rcut", file_.rcut},
                      {"rcut_smth", file_.rcut_smth},
                      {"protection", file_.env_protection},
                      {"use_exp_switch", false}};
    out["embeddings"] = collection("embedding_network", file_.type_one_side ? 1 : 2);
    for (auto const &net : file_.embedding)
      out["embeddings"]["networks"].push_back(embedding_net(net));
    auto const slots = file_.davg.size() / (4 * types());
    out["@variables"] = {{"davg", weights(file_.davg, {types(), slots, 4})},
                         {"dstd", weights(file_.dstd, {types(), slots, 4})}};
    return out;
  }

  Json fitting()
  {
    Json out = fitting_keys();
    out["@class"] = "Fitting";
    out["@version"] = 4;
    out["var_name"] = "energy";
    out["ntypes"] = types();
    out["dim_descrpt"] = file_.fitting.front().front().inputs;
    out["dim_out"] = 1;
    for (const char *none : {"numb_fparam", "numb_aparam", "dim_case_embd"}) out[none] = 0;
    for (const char *off : {"mixed_types", "tot_ener_zero", "use_aparam_as_mask"}) out[off] = false;
    for (const char *null : {"default_fparam", "rcond", "layer_name", "spin", "atom_ener"})
      out[null] = nullptr;
    out["exclude_types"] = Json::array();
    out["type_map"] = file_.type_map;
    out["trainable"] = std::vector<bool>(model_.fitting.neuron.size() + 1, true);
    out["nets"] = collection("fitting_network", 1);
    for (auto const &net : file_.fitting) out["nets"]["networks"].push_back(fitting_net(net));
    out["@variables"] = {{"bias_atom_e", energies(file_.bias_atom_e, {types(), 1})}};
    for (const char *null :
         {"case_embd", "fparam_avg", "fparam_inv_std", "aparam_avg", "aparam_inv_std"})
      out["@variables"][null] = nullptr;
    return out;
  }

  [[nodiscard]] Json collection(const char *kind, int indices) const
  {
    return {{"@class", "NetworkCollection"},
            {"@version", 1},
            {"ndim", indices},
            {"ntypes", types()},
            {"network_type", kind},
            {"networks", Json::array()}};
  }

  Json embedding_net(const DenseNet &net)
  {
    return {{"@class", "EmbeddingNetwork"},
            {"@version", 2},
            {"in_dim", net.front().inputs},
            {"neuron", model_.embedding.neuron},
            {"activation_function", name_of(model_.embedding.activation)},
            {"resnet_dt", model_.embedding.timestep},
            {"bias", true},
            {"precision", file_.descriptor_precision},
            {"layers", layers(net, net.size(), file_.descriptor_precision)}};
  }

  Json fitting_net(const DenseNet &net)
  {
    return {{"@class", "FittingNetwork"},
            {"@version", 1},
            {"in_dim", net.front().inputs},
            {"out_dim", 1},
            {"neuron", model_.fitting.neuron},
            {"activation_function", name_of(model_.fitting.activation)},
            {"resnet_dt", model_.fitting.timestep},
            {"precision", file_.fitting_precision},
            {"bias_out", true},
            {"layers", layers(net, net.size() - 1, file_.fitting_precision)}};
  }

  // The first `hidden` layers have skips wherever their widths allow them.
  Json layers(const DenseNet &net, std::size_t hidden, const std::string &precision)
  {
    Json out = Json::array();
    for (std::size_t k = 0; k < net.size(); ++k) {
      auto const &layer = net[k];
      auto const inputs = static_cast<std::size_t>(layer.inputs);
      auto const outputs = static_cast<std::size_t>(layer.outputs);
      bool const timestep = !layer.timestep.empty();
      Json made = {{"@class", "Layer"},
                   {"@version", 2},
                   {"bias", true},
                   {"use_timestep", timestep},
                   {"activation_function", k < hidden ? name_of(layer.activation) : "none"},
                   {"resnet", k < hidden},
                   {"precision", precision},
                   {"trainable", true}};
      made["@variables"] = {{"w", weights(layer.weight, {inputs, outputs})},
                            {"b", weights(layer.bias, {outputs})},
                            {"idt", nullptr}};
      if (timestep) made["@variables"]["idt"] = weights(layer.timestep, {outputs});
      out.push_back(std::move(made));
    }
    return out;
  }

  // What training or fine-tuning with DeePMD-kit starts from.
  [[nodiscard]] Json definition() const
  {
    return {{"type_map", file_.type_map},
            {"descriptor", descriptor_keys()},
            {"fitting_net", fitting_keys()}};
  }

  [[nodiscard]] Json beside() const
  {
    auto const &provenance = file_.beside->provenance;
    Json all = {{"shortest", file_.beside->shortest},
                {"precision", file_.beside->precision == Precision::SINGLE ? "single" : "double"},
                {"source", provenance.source},
                {"software", provenance.software},
                {"training", provenance.training},
                {"citation", provenance.citation}};
    if (file_.beside->hottest > 0.0) all["hottest"] = file_.beside->hottest;
    return all;
  }
};

}    // namespace

std::string dp_bytes(const ExportedModel &model, const std::string &software,
                     const std::string &version)
{
  return DpWriter(model).bytes(software, version);
}

}    // namespace lbs::deepsea
