// SPDX-License-Identifier: GPL-2.0-only
#include "dp_file.hpp"

#include "deepsea/file/model_message.hpp"
#include "frames/hdf5_file.hpp"
#include "support/child_process.hpp"
#include "support/input_error.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace lbs::deepsea {

namespace {

using Json = nlohmann::json;

// The description and the arrays it refers to, with messages that name the key.
class DpFile {
 public:
  explicit DpFile(const std::string &path) : path_(path), file_(path)
  {
    try {
      root_ = Json::parse(file_.text_attribute("json"));
    } catch (const Json::exception &) {
      fail("the attribute 'json' holds no JSON");
    }
  }

  DeepmdModel read()
  {
    auto const &model = at(root_, "model");
    check_model_kind(model);
    read_descriptor(at(model, "descriptor"));
    read_fitting(at(model, "fitting"));
    out_.type_map = get<std::vector<std::string>>(model, "type_map");
    out_.pair_exclude_types = pairs(model, "pair_exclude_types");
    out_.out_bias = array(model, "out_bias");
    read_shortest();
    if (root_.contains("model_def_script"))
      out_.model_def_script = root_["model_def_script"].dump();
    describe();
    read_beside();
    return std::move(out_);
  }

 private:
  std::string path_;
  Hdf5File file_;
  Json root_;
  DeepmdModel out_;

  [[noreturn]] void fail(const std::string &message) const
  {
    throw InputError(path_ + ": " + message);
  }

  [[noreturn]] void unsupported(const std::string &what) const
  {
    fail(what + " is not supported; only energy models of the se_e2_a descriptor are");
  }

  [[nodiscard]] const Json &at(const Json &object, const char *key) const
  {
    if (!object.is_object() || !object.contains(key))
      fail(std::string("'") + key + "' is missing; the file is damaged or no DeePMD-kit model");
    return object[key];
  }

  template <class Value> [[nodiscard]] Value get(const Json &object, const char *key) const
  {
    try {
      return at(object, key).get<Value>();
    } catch (const Json::exception &) {
      fail(std::string("'") + key + "' is of the wrong kind");
    }
  }

  template <class Value>
  [[nodiscard]] Value get(const Json &object, const char *key, Value missing) const
  {
    bool const there = object.is_object() && object.contains(key) && !object[key].is_null();
    return there ? get<Value>(object, key) : missing;
  }

  // Whether a key is there and says anything: not null, false, zero or empty.
  [[nodiscard]] static bool is_used(const Json &object, const char *key)
  {
    if (!object.contains(key)) return false;
    auto const &value = object[key];
    if (value.is_null() || ((value.is_array() || value.is_object()) && value.empty())) return false;
    if (value.is_boolean()) return value.get<bool>();
    return !value.is_number() || value.get<double>() != 0.0;
  }

  void refuse_used(const Json &object, std::initializer_list<const char *> keys) const
  {
    for (const char *key : keys)
      if (is_used(object, key)) unsupported(key);
  }

  // An array of "@variables", flattened; empty if it is null.
  [[nodiscard]] std::vector<double> array(const Json &object, const char *key) const
  {
    std::vector<std::size_t> shape;
    return array(object, key, shape);
  }

  [[nodiscard]] std::vector<double> array(const Json &object, const char *key,
                                          std::vector<std::size_t> &shape) const
  {
    auto const &variables = at(object, "@variables");
    if (!variables.contains(key) || variables[key].is_null()) return {};
    return file_.numbers(get<std::string>(variables, key), shape);
  }

  [[nodiscard]] DeepmdModel::TypePairs pairs(const Json &object, const char *key) const
  {
    return get<DeepmdModel::TypePairs>(object, key, {});
  }

  void check_model_kind(const Json &model) const
  {
    auto const type = get<std::string>(model, "type", "standard");
    if (type != "standard" && type != "ener") unsupported("a model of type '" + type + "'");
    refuse_used(model, {"atom_exclude_types", "spin", "add_chg_spin_ebd"});
  }

  void read_descriptor(const Json &descriptor)
  {
    auto const type = get<std::string>(descriptor, "type", "");
    if (type != "se_e2_a" && type != "se_a") unsupported("descriptor '" + type + "'");
    refuse_used(descriptor, {"spin", "use_tebd", "stripped_type_embedding"});
    if (descriptor.contains("env_mat") && is_used(descriptor["env_mat"], "use_exp_switch"))
      unsupported("the exponential switch (use_exp_switch)");
    out_.rcut = get<double>(descriptor, "rcut");
    out_.rcut_smth = get<double>(descriptor, "rcut_smth");
    out_.env_protection = get<double>(descriptor, "env_protection", 0.0);
    out_.sel = get<std::vector<int>>(descriptor, "sel");
    out_.axis_neuron = get<int>(descriptor, "axis_neuron");
    out_.type_one_side = get<bool>(descriptor, "type_one_side");
    out_.descriptor_precision = get<std::string>(descriptor, "precision", "default");
    out_.exclude_types = pairs(descriptor, "exclude_types");
    out_.davg = array(descriptor, "davg");
    out_.dstd = array(descriptor, "dstd");
    out_.embedding = nets(at(descriptor, "embeddings"));
  }

  void read_fitting(const Json &fitting)
  {
    auto const type = get<std::string>(fitting, "type", "ener");
    if ((type != "ener" && type != "invar") || get<int>(fitting, "dim_out", 1) != 1)
      unsupported("fitting '" + type + "'");
    if (get<std::string>(fitting, "var_name", "energy") != "energy")
      unsupported("a fitting of '" + get<std::string>(fitting, "var_name") + "'");
    refuse_used(fitting, {"numb_fparam", "numb_aparam", "dim_case_embd", "use_aparam_as_mask",
                          "exclude_types", "spin", "tot_ener_zero", "layer_name"});
    if (get<bool>(fitting, "mixed_types", false)) unsupported("mixed_types");
    out_.fitting_precision = get<std::string>(fitting, "precision", "default");
    out_.bias_atom_e = array(fitting, "bias_atom_e");
    out_.fitting = nets(at(fitting, "nets"));
    if (fitting.contains("atom_ener") && fitting["atom_ener"].is_array()) {
      for (auto const &value : fitting["atom_ener"])
        out_.no_vacuum.push_back(value.is_null() ? 0 : 1);
      // DeePMD-kit treats types beyond the end of the list as those with an energy.
      out_.no_vacuum.resize(std::max(out_.no_vacuum.size(), out_.bias_atom_e.size()), 1);
      if (std::count(out_.no_vacuum.begin(), out_.no_vacuum.end(), 1) == 0 ||
          fitting["atom_ener"].empty())
        out_.no_vacuum.clear();
    }
  }

  [[nodiscard]] std::vector<DenseNet> nets(const Json &collection) const
  {
    std::vector<DenseNet> out;
    for (auto const &net : at(collection, "networks")) {
      if (net.is_null()) fail("a network is missing");
      DenseNet layers;
      for (auto const &layer : at(net, "layers")) layers.push_back(this->layer(layer));
      out.push_back(std::move(layers));
    }
    return out;
  }

  [[nodiscard]] DenseLayer layer(const Json &json) const
  {
    DenseLayer layer;
    std::vector<std::size_t> shape;
    layer.weight = array(json, "w", shape);
    if (shape.size() != 2) fail("the weight of a layer is no matrix");
    layer.inputs = static_cast<int>(shape[0]);
    layer.outputs = static_cast<int>(shape[1]);
    layer.bias = array(json, "b");
    if (layer.bias.empty()) layer.bias.assign(shape[1], 0.0);
    layer.timestep = array(json, "idt");
    layer.activation =
        deepmd_activation(get<std::string>(json, "activation_function", "none"), path_);
    layer.skip = get<bool>(json, "resnet", false) &&
                 (layer.outputs == layer.inputs || layer.outputs == 2 * layer.inputs);
    return layer;
  }

  void read_shortest()
  {
    if (!root_.contains("@variables")) return;
    auto const distance = array(root_, "min_nbor_dist");
    if (distance.size() == 1) out_.min_nbor_dist = distance[0];
  }

  // See dp_writer.cpp.
  void read_beside()
  {
    if (!root_.contains("deepsea")) return;
    auto const &json = root_["deepsea"];
    auto &beside = out_.beside.emplace();
    beside.shortest = get<std::vector<double>>(json, "shortest");
    beside.hottest = get<double>(json, "hottest", 0.0);
    auto const precision = get<std::string>(json, "precision");
    if (precision != "single" && precision != "double")
      fail("precision is '" + precision + "', not single or double");
    beside.precision = precision == "single" ? Precision::SINGLE : Precision::DOUBLE;
    beside.provenance.source = get<std::string>(json, "source");
    beside.provenance.software = get<std::string>(json, "software");
    beside.provenance.training = get<std::string>(json, "training");
    beside.provenance.citation = get<std::string>(json, "citation");
  }

  void describe()
  {
    auto const version = get<std::string>(root_, "version", "");
    out_.provenance.source =
        "DeePMD-kit .dp file '" + path_.substr(path_.rfind('/') + 1) + "'" +
        (root_.contains("time") ? " of " + get<std::string>(root_, "time") : "");
    out_.provenance.software =
        get<std::string>(root_, "software", "DeePMD-kit") + (version.empty() ? "" : " " + version);
  }
};

}    // namespace

DeepmdModel read_dp_file(const std::string &path)
{
  return DpFile(path).read();
}

Model convert_dp(const std::string &path)
{
  constexpr char MODEL = 'm';
  constexpr char ERROR = 'e';
  auto const answer = made_by_child([&] {
    try {
      return MODEL + to_message(model_of(read_dp_file(path), path));
    } catch (const InputError &e) {
      return ERROR + std::string(e.what());
    }
  });
  if (!answer || answer->empty()) throw InputError(path + ": the file is damaged; copy it again");
  auto const text = answer->substr(1);
  if (answer->front() == ERROR) throw InputError(text);
  auto model = from_message(text);
  check_model(model, path);
  return model;
}

}    // namespace lbs::deepsea
