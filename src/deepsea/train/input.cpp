// SPDX-License-Identifier: GPL-2.0-only
#include "input.hpp"

#include "deepsea/file/deepmd/deepmd_model.hpp"
#include "support/files.hpp"
#include "support/json_section.hpp"

#include <algorithm>

namespace lbs::deepsea {

namespace {

using nlohmann::json;

Activation activation_of(JsonSection &section)
{
  return deepmd_activation(section.get<std::string>("activation_function", "tanh"),
                           "activation_function");
}

void read_precision(JsonSection &section, ModelInput &model)
{
  auto const name = section.get<std::string>("precision", "default");
  if (name == "float32") model.precision = Precision::SINGLE;
  else if (name != "float64" && name != "default" && name != "double")
    section.fail("precision", "must be float64 or float32, not " + name);
}

// "sel": numbers, or "auto" with the ratio to what the data have.
void read_selection(JsonSection &section, ModelInput &model)
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

void read_descriptor(JsonSection section, ModelInput &model)
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

void read_fitting(JsonSection section, ModelInput &model)
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

void read_model(JsonSection section, ModelInput &model)
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

LearningRate read_rate(JsonSection section)
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

Prefactors read_loss(JsonSection section)
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

void read_batch_size(JsonSection &section, DataInput &data)
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

DataInput read_data(JsonSection section)
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

void read_training(JsonSection section, TrainingInput &input)
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
  json const values = parse_json(text, path);
  TrainingInput input;
  JsonSection section(values, path + ": ");
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
