// SPDX-License-Identifier: GPL-2.0-only
#include "input.hpp"

#include "deepsea/file/deepmd/deepmd_model.hpp"
#include "deepsea/file/model_bytes.hpp"
#include "support/input_error.hpp"
#include "support/keys.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace lbs::deepsea {

namespace {

using nlohmann::json;

// One section of the input. Each key is asked for once; finish() refuses those that nobody asked
// for, so that the code that reads a key is also the list of known ones.
class Section {
 public:
  Section(const json &values, std::string where) : where_(std::move(where))
  {
    if (!values.is_object()) throw InputError(where_ + " must be a section in braces { }");
    for (auto const &[key, value] : values.items())
      if (key.empty() || key[0] != '_') values_[key] = value;    // comments begin with _
  }

  [[nodiscard]] bool has(const std::string &key)
  {
    known_.push_back(key);
    return values_.contains(key) && !values_[key].is_null();
  }

  template <class Value> Value get(const std::string &key, const Value &otherwise)
  {
    return has(key) ? as<Value>(key) : otherwise;
  }
  template <class Value> Value need(const std::string &key)
  {
    if (!has(key)) fail(key, "is missing");
    return as<Value>(key);
  }
  // A number of at least `least`.
  template <class Number> Number number(const std::string &key, Number otherwise, Number least)
  {
    Number const value = get<Number>(key, otherwise);
    if (!(value >= least)) fail(key, "must be " + json(least).dump() + " or more");
    return value;
  }
  [[nodiscard]] const json &raw(const std::string &key) const { return values_.at(key); }
  Section section(const std::string &key)
  {
    if (!has(key)) fail(key, "is missing");
    return {values_.at(key), path(key)};
  }

  // A key of DeePMD-kit that may only have values without effect here.
  void only(const std::string &key, const std::vector<json> &allowed)
  {
    if (!has(key)) return;
    if (std::find(allowed.begin(), allowed.end(), values_.at(key)) != allowed.end()) return;
    fail(key, "is not supported with the value " + values_.at(key).dump() +
                  (allowed.empty() ? "; take it out" : "; only " + allowed.front().dump() + " is"));
  }
  // A key that changes nothing here, such as what is printed.
  void ignore(const std::string &key) { known_.push_back(key); }

  [[noreturn]] void fail(const std::string &key, const std::string &problem) const
  {
    throw InputError(path(key) + " " + problem);
  }

  void finish() const
  {
    for (auto const &[key, value] : values_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      throw InputError(path(key) + " is not known; do you mean '" + closest_name(key, known_) +
                       "'?");
    }
  }

 private:
  json values_ = json::object();
  std::string where_;
  std::vector<std::string> known_;

  [[nodiscard]] std::string path(const std::string &key) const { return where_ + "/" + key; }

  template <class Value> Value as(const std::string &key) const
  {
    try {
      const json &value = values_.at(key);
      if constexpr (std::is_same_v<Value, bool>) {
        if (!value.is_boolean()) fail(key, "must be true or false");
      } else if constexpr (std::is_integral_v<Value>) {
        // 1e6 is a common way to write a number of steps.
        if (!value.is_number() || value.get<double>() != std::floor(value.get<double>()))
          fail(key, "must be a whole number, not " + value.dump());
        return static_cast<Value>(value.get<double>());
      } else if constexpr (std::is_floating_point_v<Value>) {
        if (!value.is_number()) fail(key, "must be a number, not " + value.dump());
      }
      return value.get<Value>();
    } catch (const json::exception &) {
      fail(key, "has a value of the wrong kind: " + values_.at(key).dump());
    }
  }
};

Activation activation_of(Section &section)
{
  return deepmd_activation(section.get<std::string>("activation_function", "tanh"),
                           "activation_function");
}

void read_precision(Section &section, ModelInput &model)
{
  auto const name = section.get<std::string>("precision", "default");
  if (name == "float32") model.precision = Precision::SINGLE;
  else if (name != "float64" && name != "default" && name != "double")
    section.fail("precision", "must be float64 or float32, not " + name);
}

// "sel": numbers, or "auto" with the ratio to what the data have.
void read_selection(Section &section, ModelInput &model)
{
  if (!section.has("sel")) return;
  const json &value = section.raw("sel");
  if (value.is_string()) {
    std::string const text = value;
    if (text.rfind("auto", 0) != 0) section.fail("sel", "must be numbers, auto or auto:RATIO");
    if (text.size() > 5) model.selection_ratio = std::stod(text.substr(5));
    return;
  }
  model.selection = section.need<std::vector<int>>("sel");
  if (model.selection.size() != model.elements.size())
    section.fail("sel", "must have a number for each name in type_map");
  for (int const count : model.selection)
    if (count < 1) section.fail("sel", "must have numbers of 1 or more");
}

void read_descriptor(Section section, ModelInput &model)
{
  auto const type = section.need<std::string>("type");
  if (type != "se_e2_a" && type != "se_a")
    section.fail("type", "is " + type + "; only se_e2_a is supported");
  model.cutoff = section.get("rcut", model.cutoff);
  model.smooth_from = section.get("rcut_smth", model.smooth_from);
  if (!(model.smooth_from >= 0.0) || !(model.cutoff > model.smooth_from))
    section.fail("rcut_smth", "must be 0 or more, and less than rcut");
  model.protection = section.number("env_protection", 0.0, 0.0);
  read_selection(section, model);
  model.embedding = section.get("neuron", model.embedding);
  model.axis_neurons = section.number("axis_neuron", model.axis_neurons, 1);
  if (model.embedding.empty() || model.axis_neurons > model.embedding.back())
    section.fail("axis_neuron", "must not be more than the last number of neuron");
  model.embedding_timestep = section.get("resnet_dt", false);
  model.one_side = section.get("type_one_side", false);
  model.embedding_activation = activation_of(section);
  model.embedding_trainable = section.get("trainable", true);
  model.average_zero = section.get("set_davg_zero", false);
  model.seed = section.get("seed", model.seed);
  model.excluded = section.get("exclude_types", model.excluded);
  read_precision(section, model);
  section.only("spin", {});
  section.ignore("ntypes");
  section.finish();
}

void read_fitting(Section section, ModelInput &model)
{
  section.only("type", {"ener"});
  model.fitting = section.get("neuron", model.fitting);
  model.fitting_timestep = section.get("resnet_dt", true);
  model.fitting_activation = activation_of(section);
  if (section.has("trainable") && section.raw("trainable").is_array())
    section.fail("trainable", "must be true or false for the whole net");
  model.fitting_trainable = section.get("trainable", true);
  section.only("numb_fparam", {0});
  section.only("numb_aparam", {0});
  section.only("atom_ener", {json::array()});
  section.only("use_aparam_as_mask", {false});
  section.only("mixed_types", {false});
  section.ignore("rcond");
  section.ignore("seed");
  section.ignore("precision");
  section.finish();
}

void read_model(Section section, ModelInput &model)
{
  section.only("type", {"standard"});
  model.elements = section.need<std::vector<std::string>>("type_map");
  model.least_deviation = section.get("data_stat_protect", model.least_deviation);
  read_descriptor(section.section("descriptor"), model);
  read_fitting(section.section("fitting_net"), model);
  section.only("pair_exclude_types", {json::array()});
  section.only("atom_exclude_types", {json::array()});
  section.only("type_embedding", {});
  section.only("modifier", {});
  section.only("use_srtab", {});
  section.only("compress", {});
  section.only("spin", {});
  section.ignore("data_stat_nbatch");    // statistics are taken from all frames here
  section.ignore("data_bias_nsample");
  section.ignore("srtab_add_bias");
  section.finish();
}

LearningRate read_rate(Section section)
{
  LearningRate rate;
  auto const type = section.get<std::string>("type", "exp");
  if (type == "cosine") rate.kind = LearningRate::Kind::COSINE;
  else if (type != "exp") section.fail("type", "must be exp or cosine, not " + type);
  rate.start = section.number("start_lr", rate.start, 0.0);
  rate.stop = section.number("stop_lr", rate.stop, 0.0);
  rate.decay_steps = section.number("decay_steps", rate.decay_steps, 1L);
  rate.decay_rate = section.get("decay_rate", 0.0);
  rate.warmup_steps = section.number("warmup_steps", 0L, 0L);
  rate.warmup_start = section.number("warmup_start_factor", 0.0, 0.0);
  section.only("scale_by_worker", {"linear", "sqrt", "none"});
  section.finish();
  if (!(rate.start > 0.0)) section.fail("start_lr", "must be more than 0");
  if (!(rate.stop > 0.0) || rate.stop > rate.start)
    section.fail("stop_lr", "must be more than 0 and not more than start_lr");
  return rate;
}

Prefactors read_loss(Section section)
{
  Prefactors all;
  section.only("type", {"ener"});
  const auto read = [&](const std::string &name, Prefactor &to) {
    to.start = section.number("start_pref_" + name, to.start, 0.0);
    to.limit = section.number("limit_pref_" + name, to.limit, 0.0);
  };
  read("e", all.energy);
  read("f", all.force);
  read("v", all.virial);
  read("pf", all.weighted_force);
  for (const char *term : {"ae", "gf"})
    for (const char *end : {"start_pref_", "limit_pref_"})
      section.only(std::string(end) + term, {0, 0.0});
  section.only("relative_f", {});
  section.only("enable_atom_ener_coeff", {false});
  section.only("use_huber", {false});
  section.only("numb_generalized_coord", {0});
  section.finish();
  return all;
}

void read_batch_size(Section &section, DataInput &data)
{
  if (!section.has("batch_size")) return;
  const json &value = section.raw("batch_size");
  if (!value.is_string()) {
    data.batch_size = section.number("batch_size", 1, 1);
    return;
  }
  std::string const text = value;
  auto const colon = text.find(':');
  if (text.substr(0, colon) != "auto")
    section.fail("batch_size", "must be a number of frames, auto or auto:ATOMS");
  if (colon != std::string::npos) data.batch_atoms = std::max(1, std::stoi(text.substr(colon + 1)));
}

DataInput read_data(Section section)
{
  DataInput data;
  if (!section.has("systems")) section.fail("systems", "is missing");
  if (section.raw("systems").is_string()) data.systems = {section.get<std::string>("systems", "")};
  else data.systems = section.need<std::vector<std::string>>("systems");
  if (data.systems.empty()) section.fail("systems", "names no folder");
  read_batch_size(section, data);
  data.batches = section.number("numb_btch", 1, 1);
  section.ignore("numb_batch");
  auto const probability = section.get<std::string>("auto_prob", "prob_sys_size");
  if (probability == "prob_uniform") data.by_system = true;
  else if (probability != "prob_sys_size")
    section.fail("auto_prob", "must be prob_sys_size or prob_uniform");
  data.weights = section.get("sys_probs", data.weights);
  section.only("set_prefix", {"set"});
  section.finish();
  return data;
}

void read_training(Section section, TrainingInput &input)
{
  input.training = read_data(section.section("training_data"));
  if (section.has("validation_data"))
    input.validation = read_data(section.section("validation_data"));
  input.steps = section.has("numb_steps") ? section.number("numb_steps", 1L, 1L)
                                          : section.number("stop_batch", 0L, 1L);
  input.print_every = section.number("disp_freq", input.print_every, 1L);
  input.save_every = section.number("save_freq", input.save_every, 1L);
  input.curve = section.get("disp_file", input.curve);
  input.name = section.get("save_ckpt", std::string("model"));
  input.seed = section.get("seed", input.seed);
  if (section.has("interpolation_error"))
    input.interpolation_error = section.number("interpolation_error", 0.0, 0.0);
  section.only("opt_type", {"Adam", "AdamW"});
  input.adam.decay = section.number("weight_decay", 0.0, 0.0);
  input.adam.beta1 = section.get("adam_beta1", input.adam.beta1);
  input.adam.beta2 = section.get("adam_beta2", input.adam.beta2);
  section.only("mixed_precision", {});
  section.only("enable_ema", {false});
  for (const char *key :
       {"disp_training", "time_training", "disp_avg", "profiling", "profiling_file", "tensorboard",
        "tensorboard_log_dir", "tensorboard_freq", "max_ckpt_keep", "change_bias_after_training",
        "numb_test", "stat_file"})
    section.ignore(key);
  section.finish();
}

}    // namespace

TrainingInput parse_training_input(const std::string &text, const std::string &path)
{
  json values;
  try {
    values = json::parse(text, nullptr, true, true);    // with comments
  } catch (const json::exception &e) {
    throw InputError(path + " is no JSON: " + e.what());
  }
  TrainingInput input;
  Section section(values, path + ": ");
  read_model(section.section("model"), input.model);
  if (section.has("learning_rate")) input.rate = read_rate(section.section("learning_rate"));
  if (section.has("loss")) input.prefactors = read_loss(section.section("loss"));
  read_training(section.section("training"), input);
  section.finish();
  input.rate.steps = input.steps;
  input.text = values.dump();
  return input;
}

TrainingInput read_training_input(const std::string &path)
{
  return parse_training_input(read_bytes(path), path);
}

}    // namespace lbs::deepsea
