// SPDX-License-Identifier: GPL-2.0-only
#include "input.hpp"

#include "deepsea/file/deepmd/deepmd_model.hpp"
#include "support/files.hpp"
#include "support/json_section.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace lbs::deepsea {

namespace {

using nlohmann::json;

Activation activation_of(JsonSection &section)
{
  return deepmd_activation(section.get<std::string>("activation_function", "tanh"),
                           "activation_function");
}

Precision read_precision(JsonSection &section)
{
  auto const name = section.get<std::string>("precision", "default");
  if (name == "float32") return Precision::SINGLE;
  if (name != "float64" && name != "default" && name != "double")
    section.fail("precision", "must be float64 or float32, not " + name);
  return Precision::DOUBLE;
}

// "trainable": true or false for the whole net, or one for each of its layers.
std::vector<bool> read_trainable(JsonSection &section, std::size_t layers)
{
  if (!section.has("trainable") || !section.raw("trainable").is_array())
    return {section.get("trainable", true)};
  auto each = section.need<std::vector<bool>>("trainable");
  if (each.size() != layers)
    section.fail("trainable", "must have true or false for each of " + std::to_string(layers) +
                                  " layers, or be one of them");
  return each;
}

// "sel": numbers, or "auto" with the ratio to what the data have.
void read_selection(JsonSection &section, ModelInput &model)
{
  if (!section.has("sel")) return;
  const json &value = section.raw("sel");
  if (value.is_string()) {
    std::string const text = value;
    auto const colon = text.find(':');
    if (text.substr(0, colon) != "auto") section.fail("sel", "must be numbers, auto or auto:RATIO");
    if (colon == std::string::npos) return;
    model.selection_ratio = text::to_double(text.substr(colon + 1), "the ratio of sel");
    if (!(model.selection_ratio >= 1.0)) section.fail("sel", "must have a ratio of 1 or more");
    return;
  }
  model.selection = section.counts("sel", {});
  if (model.selection.size() != model.elements.size())
    section.fail("sel", "must have a number for each name in type_map");
}

void read_excluded(JsonSection &section, ModelInput &model)
{
  if (!section.has("exclude_types")) return;
  model.excluded = section.need<std::vector<std::pair<int, int>>>("exclude_types");
  auto const types = static_cast<int>(model.elements.size());
  for (auto const &[a, b] : model.excluded)
    if (std::min(a, b) < 0 || std::max(a, b) >= types)
      section.fail("exclude_types", "names a type that type_map does not have");
}

void read_descriptor(JsonSection section, ModelInput &model)
{
  auto const type = section.need<std::string>("type");
  if (type != "se_e2_a" && type != "se_a")
    section.fail("type", "is " + type + "; only se_e2_a is supported");
  model.cutoff = section.get("rcut", model.cutoff);
  model.smooth_from = section.get("rcut_smth", model.smooth_from);
  if (!(model.cutoff > 0.0)) section.fail("rcut", "must be more than 0");
  if (!(model.smooth_from >= 0.0) || !(model.cutoff > model.smooth_from))
    section.fail("rcut_smth", "must be 0 or more, and less than rcut");
  model.protection = section.number("env_protection", 0.0, 0.0);
  read_selection(section, model);
  section.alias("neuron", {"n_neuron"});
  model.embedding = section.counts("neuron", model.embedding);
  section.alias("axis_neuron", {"n_axis_neuron"});
  model.axis_neurons = section.number("axis_neuron", model.axis_neurons, 1);
  if (model.axis_neurons > model.embedding.back())
    section.fail("axis_neuron", "must not be more than the last number of neuron");
  model.embedding_timestep = section.get("resnet_dt", false);
  model.one_side = section.get("type_one_side", false);
  model.embedding_activation = activation_of(section);
  model.embedding_trainable = read_trainable(section, model.embedding.size());
  model.average_zero = section.get("set_davg_zero", false);
  model.seed = section.get_if_value("seed", model.seed);
  read_excluded(section, model);
  model.precision = read_precision(section);
  section.only("spin", {});
  section.ignore({"ntypes"});
  section.finish();
}

void read_fitting(JsonSection section, ModelInput &model)
{
  section.only("type", {"ener"});
  section.alias("neuron", {"n_neuron"});
  model.fitting = section.counts("neuron", model.fitting);
  model.fitting_timestep = section.get("resnet_dt", true);
  model.fitting_activation = activation_of(section);
  model.fitting_trainable = read_trainable(section, model.fitting.size() + 1);
  if (section.has("precision") && read_precision(section) != model.precision)
    section.fail("precision", "must be the descriptor's");
  section.only({"numb_fparam", "numb_aparam", "dim_case_embd"}, {0});
  section.only({"atom_ener", "layer_name"}, {json::array()});
  section.only("default_fparam", {});
  section.only({"use_aparam_as_mask", "mixed_types"}, {false});
  // Random numbers are drawn by the descriptor's seed; energies of atoms that compositions leave
  // open are the least ones.
  section.ignore({"seed", "rcond"});
  section.finish();
}

// Weights and biases of layers of these widths, behind so many inputs.
double net_weights(double inputs, const std::vector<int> &widths)
{
  double weights = 0.0;
  for (int const width : widths) {
    weights += (inputs + 1.0) * width;
    inputs = width;
  }
  return weights;
}

// Refuses nets that would fill the memory: a mistyped width.
void check_size(JsonSection &section, const ModelInput &model)
{
  auto const types = static_cast<double>(model.elements.size());
  double const embedding =
      (model.one_side ? types : types * types) * net_weights(1.0, model.embedding);
  double const descriptor = static_cast<double>(model.embedding.back()) * model.axis_neurons;
  double const weights =
      embedding + types * (net_weights(descriptor, model.fitting) + model.fitting.back() + 1.0);
  double constexpr MOST = 1e8;
  if (weights <= MOST) return;
  auto const widest = [](const std::vector<int> &widths) {
    return *std::max_element(widths.begin(), widths.end());
  };
  bool const by_fitting = widest(model.fitting) > widest(model.embedding);
  section.fail(by_fitting ? "fitting_net/neuron" : "descriptor/neuron",
               "is too wide: the nets would have " + text::number(weights, 2) +
                   " weights, more than " + text::number(MOST, 2));
}

void read_model(JsonSection section, ModelInput &model)
{
  section.only("type", {"standard"});
  model.elements = section.need<std::vector<std::string>>("type_map");
  if (model.elements.empty()) section.fail("type_map", "names no type");
  if (std::set<std::string>(model.elements.begin(), model.elements.end()).size() !=
      model.elements.size())
    section.fail("type_map", "names a type twice");
  model.least_deviation = section.number("data_stat_protect", model.least_deviation, 0.0);
  read_descriptor(section.section("descriptor"), model);
  read_fitting(section.section("fitting_net"), model);
  check_size(section, model);
  section.only({"pair_exclude_types", "atom_exclude_types"}, {json::array()});
  section.only({"type_embedding", "modifier", "use_srtab", "compress", "spin", "finetune_head",
                "preset_out_bias"},
               {});
  section.only("model_branch_alias", {json::array()});
  section.only("bridging_method", {"none", "None"});
  // Statistics are taken from all frames here; the rest belongs to what is refused above.
  section.ignore({"data_stat_nbatch", "data_bias_nsample", "srtab_add_bias", "smin_alpha",
                  "sw_rmin", "sw_rmax", "info", "bridging_r_inner", "bridging_r_outer"});
  section.finish();
}

void read_warmup(JsonSection &section, TrainingInput &input)
{
  input.rate.warmup_steps = section.number("warmup_steps", 0L, 0L);
  input.warmup_part = section.number("warmup_ratio", 0.0, 0.0);
  if (input.warmup_part > 0.0 && input.rate.warmup_steps > 0)
    section.fail("warmup_ratio", "contradicts warmup_steps");
  input.rate.warmup_start = section.number("warmup_start_factor", 0.0, 0.0);
}

void read_decay(JsonSection &section, LearningRate &rate)
{
  auto const type = section.get<std::string>("type", "exp");
  if (type == "cosine") rate.kind = LearningRate::Kind::COSINE;
  else if (type == "wsd") rate.kind = LearningRate::Kind::WSD;
  else if (type != "exp") section.fail("type", "must be exp, cosine or wsd, not " + type);
  rate.decay_steps = section.number("decay_steps", rate.decay_steps, 1L);
  rate.decay_rate = section.number("decay_rate", 0.0, 0.0);
  rate.smooth = section.get("smooth", false);
  rate.decay_part = section.get("decay_phase_ratio", rate.decay_part);
  if (!(rate.decay_part > 0.0) || rate.decay_part > 1.0)
    section.fail("decay_phase_ratio", "must be more than 0 and not more than 1");
  auto const decay = section.get<std::string>("decay_type", "inverse_linear");
  if (decay == "cosine") rate.decay = LearningRate::Decay::COSINE;
  else if (decay == "linear") rate.decay = LearningRate::Decay::LINEAR;
  else if (decay != "inverse_linear")
    section.fail("decay_type", "must be inverse_linear, cosine or linear, not " + decay);
}

void read_rate(JsonSection section, TrainingInput &input)
{
  LearningRate &rate = input.rate;
  read_decay(section, rate);
  rate.start = section.number("start_lr", rate.start, 0.0);
  if (!(rate.start > 0.0)) section.fail("start_lr", "must be more than 0");
  bool const given = section.has_value("stop_lr");
  rate.stop = section.get_if_value("stop_lr", std::min(rate.stop, rate.start));
  if (section.has_value("stop_lr_ratio")) {
    if (given) section.fail("stop_lr_ratio", "contradicts stop_lr");
    rate.stop = rate.start * section.number("stop_lr_ratio", 1.0, 0.0);
  }
  if (!(rate.stop > 0.0) || rate.stop > rate.start)
    section.fail(given ? "stop_lr" : "stop_lr_ratio",
                 "must be such that the rate ends above 0 and not above start_lr");
  read_warmup(section, input);
  section.ignore({"scale_by_worker"});    // there is one
  section.finish();
}

void read_loss(JsonSection section, TrainingInput &input)
{
  Prefactors &all = input.prefactors;
  section.only("type", {"ener"});
  const auto read = [&](const std::string &name, Prefactor &to) {
    to.start = section.number("start_pref_" + name, to.start, 0.0);
    to.limit = section.number("limit_pref_" + name, to.limit, 0.0);
  };
  read("e", all.energy);
  read("f", all.force);
  read("v", all.virial);
  read("pf", all.weighted_force);
  input.weights_default = section.get("use_default_pf", false);
  for (const char *term : {"ae", "gf", "h"})
    for (const char *end : {"start_pref_", "limit_pref_"})
      section.only(std::string(end) + term, {0, 0.0});
  section.only("relative_f", {});
  section.only({"enable_atom_ener_coeff", "use_huber", "f_use_norm", "intensive_ener_virial"},
               {false});
  section.only("loss_func", {"mse"});
  section.only("numb_generalized_coord", {0});
  section.ignore({"huber_delta"});
  section.finish();
}

// The optimizer; up to DeePMD-kit 3.1 its keys stood in "training".
void read_optimizer(JsonSection &section, const std::string &type_key, double decay_of_adamw,
                    TrainingInput &input)
{
  auto const type = section.get<std::string>(type_key, "Adam");
  if (type != "Adam" && type != "AdamW" && type != "SOAP")
    section.fail(type_key, "is " + type + "; only Adam, AdamW and SOAP are supported");
  if (type == "SOAP") {
    input.adam.beta2 = 0.99;
    input.soap_every = section.number("precondition_frequency", 20, 1);
  }
  input.adam.beta1 = section.number("adam_beta1", input.adam.beta1, 0.0);
  input.adam.beta2 = section.number("adam_beta2", input.adam.beta2, 0.0);
  if (!(input.adam.beta1 < 1.0)) section.fail("adam_beta1", "must be less than 1");
  if (!(input.adam.beta2 < 1.0)) section.fail("adam_beta2", "must be less than 1");
  double const decay = section.number("weight_decay", type == "AdamW" ? decay_of_adamw : 0.0, 0.0);
  (type == "Adam" ? input.adam.penalty : input.adam.decay) = decay;
}

void read_batch_size(JsonSection &section, DataInput &data)
{
  if (!section.has("batch_size")) return;
  const json &value = section.raw("batch_size");
  if (value.is_array()) {
    // Batches take frames from all systems, so there is one size.
    auto const sizes = section.counts("batch_size", {});
    for (int const size : sizes)
      if (size != sizes.front()) section.fail("batch_size", "must be the same for all systems");
    data.batch_size = sizes.front();
    return;
  }
  if (!value.is_string()) {
    data.batch_size = section.number("batch_size", 1, 1);
    return;
  }
  std::string const text = value;
  auto const colon = text.find(':');
  std::string const rule = text.substr(0, colon);
  if ((rule != "auto" && rule != "mixed") || (rule == "mixed" && colon == std::string::npos))
    section.fail("batch_size", "must be a number of frames, auto, auto:ATOMS or mixed:FRAMES");
  if (colon == std::string::npos) return;
  int const size = text::to_int(text.substr(colon + 1), "the number in batch_size");
  if (size < 1) section.fail("batch_size", "must have a number of 1 or more");
  (rule == "auto" ? data.batch_atoms : data.batch_size) = size;
}

// "auto_prob": "prob_sys_size;BEGIN:END:WEIGHT;..." gives some systems a share together.
void read_probability(JsonSection &section, DataInput &data)
{
  section.alias("auto_prob", {"auto_prob_style"});
  auto const text = section.get<std::string>("auto_prob", "prob_sys_size");
  std::istringstream parts(text);
  std::string part;
  std::getline(parts, part, ';');
  data.by_system = part == "prob_uniform";
  if (!data.by_system && part != "prob_sys_size")
    section.fail("auto_prob", "must be prob_sys_size, prob_uniform or "
                              "prob_sys_size;BEGIN:END:WEIGHT;...");
  while (std::getline(parts, part, ';')) {
    std::replace(part.begin(), part.end(), ':', ' ');
    auto const words = text::words(part);
    if (words.size() != 3) section.fail("auto_prob", "must have three numbers in a block");
    int const begin = text::to_int(words[0], "a block of auto_prob");
    int const end = text::to_int(words[1], "a block of auto_prob");
    double const weight = text::to_double(words[2], "a block of auto_prob");
    if (begin < 0 || end <= begin || !(weight >= 0.0))
      section.fail("auto_prob", "must have blocks of systems from 0 on, each with a weight");
    data.blocks.push_back({static_cast<std::size_t>(begin), static_cast<std::size_t>(end), weight});
  }
  section.alias("sys_probs", {"sys_weights"});
  data.weights = section.get_if_value("sys_probs", data.weights);
  for (double const weight : data.weights)
    if (!(weight >= 0.0)) section.fail("sys_probs", "must have numbers of 0 or more");
}

DataInput read_data(JsonSection section, bool validation)
{
  DataInput data;
  if (!section.has("systems")) section.fail("systems", "is missing");
  if (section.raw("systems").is_string()) data.systems = {section.get<std::string>("systems", "")};
  else data.systems = section.need<std::vector<std::string>>("systems");
  if (data.systems.empty() && !validation) section.fail("systems", "names no folder");
  if (validation) {
    section.alias("numb_btch", {"numb_batch"});
    section.alias("auto_prob", {"auto_prob_style"});
    section.alias("sys_probs", {"sys_weights"});
    // All frames are evaluated.
    section.ignore({"numb_btch", "batch_size", "auto_prob", "sys_probs"});
  } else {
    read_batch_size(section, data);
    read_probability(section, data);
    section.only("min_pair_dist", {0, 0.0});
  }
  section.only("set_prefix", {"set"});
  section.only("rglob_patterns", {});
  section.finish();
  return data;
}

double read_average(JsonSection &section)
{
  double const decay = section.number("ema_decay", 0.999, 0.0);
  if (decay >= 1.0) section.fail("ema_decay", "must be less than 1");
  return decay;
}

void read_training(JsonSection section, bool has_optimizer, TrainingInput &input)
{
  input.training = read_data(section.section("training_data"), false);
  if (section.has_value("validation_data"))
    input.validation = read_data(section.section("validation_data"), true);
  section.alias("numb_steps", {"stop_batch", "num_step", "num_steps", "numb_step"});
  section.alias("numb_epoch", {"num_epochs", "num_epoch", "numb_epochs"});
  if (section.has_value("numb_epoch")) input.epochs = section.number("numb_epoch", 0.0, 0.0);
  if (section.has_value("numb_steps") == (input.epochs > 0.0))
    section.fail("numb_steps", input.epochs > 0.0 ? "contradicts numb_epoch" : "is missing");
  input.steps = input.epochs > 0.0 ? 0 : section.number("numb_steps", 1L, 1L);
  input.print_every = section.number("disp_freq", input.print_every, 1L);
  input.save_every = section.number("save_freq", input.save_every, 1L);
  input.curve = section.get("disp_file", input.curve);
  input.name = section.get("save_ckpt", std::string("model"));
  if (input.curve.empty()) section.fail("disp_file", "is empty");
  if (input.name.empty()) section.fail("save_ckpt", "is empty");
  input.seed = section.get_if_value("seed", input.seed);
  if (section.has("interpolation_error"))
    input.interpolation_error = section.number("interpolation_error", 0.0, 0.0);
  for (const char *key : {"opt_type", "adam_beta1", "adam_beta2", "weight_decay"})
    if (has_optimizer && section.has(key))
      section.fail(key, "is there beside the section optimizer; give all of it there");
  read_optimizer(section, "opt_type", 0.0, input);
  input.largest_gradient = section.number("gradient_max_norm", 0.0, 0.0);
  section.only({"mixed_precision", "save_dir"}, {});
  if (section.get("enable_ema", false)) input.average_decay = read_average(section);
  else section.ignore({"ema_decay"});
  section.only("change_bias_after_training", {false});
  section.only("acc_freq", {1});
  section.ignore({"disp_training", "time_training", "disp_avg", "profiling", "profiling_file",
                  "tensorboard", "tensorboard_log_dir", "tensorboard_freq", "max_ckpt_keep",
                  "ckpt_keep_ratio", "ema_ckpt_keep", "numb_test", "stat_file", "stat_file_mode",
                  "enable_profiler", "zero_stage", "neighbor_graph_method", "enable_compile",
                  "enable_tf32"});
  section.finish();
}

// Version 1 has the keys of "training_data" in "training".
void take_version_1(json &values)
{
  if (!values.is_object() || !values.contains("training")) return;
  json &training = values["training"];
  if (!training.is_object() || !training.contains("systems") || training.contains("training_data"))
    return;
  for (const char *key : {"systems", "set_prefix", "batch_size", "sys_probs", "auto_prob"}) {
    if (!training.contains(key)) continue;
    training["training_data"][key] = training[key];
    training.erase(key);
  }
}

}    // namespace

TrainingInput parse_training_input(const std::string &text, const std::string &path)
{
  json values = parse_json(text, path);
  take_version_1(values);
  TrainingInput input;
  JsonSection section(values, path);
  read_model(section.section("model"), input.model);
  read_training(section.section("training"), section.has("optimizer"), input);
  if (section.has("learning_rate")) read_rate(section.section("learning_rate"), input);
  if (input.steps > 0) set_steps(input.steps, input);
  if (section.has("loss")) read_loss(section.section("loss"), input);
  if (section.has("optimizer")) {
    JsonSection optimizer = section.section("optimizer");
    read_optimizer(optimizer, "type", 0.001, input);
    optimizer.finish();
  }
  section.only("nvnmd", {json::object()});
  section.ignore({"validating"});    // the best model on the validation frames is kept in any case
  section.finish();
  values = without_comments(values);
  for (const char *key : {"disp_freq", "save_freq", "disp_file"}) values["training"].erase(key);
  input.text = values.dump();
  input.keys = section.log().keys;
  input.ignored = section.log().ignored;
  return input;
}

void set_steps(long steps, TrainingInput &input)
{
  input.steps = input.rate.steps = steps;
  if (input.warmup_part > 0.0)
    input.rate.warmup_steps = static_cast<long>(input.warmup_part * static_cast<double>(steps));
  if (input.rate.warmup_steps >= steps)
    throw InputError("warmup_steps or warmup_ratio of learning_rate must be less than the whole "
                     "run, which has " +
                     std::to_string(steps) + " steps");
}

std::string input_difference(const std::string &before, const std::string &now)
{
  json const a = json::parse(before);
  json const b = json::parse(now);
  for (auto const &change : json::diff(a, b)) {
    json::json_pointer const place(change.at("path").get<std::string>());
    auto const value = [&](const json &in) {
      return in.contains(place) ? in.at(place).dump() : std::string("not there");
    };
    return place.to_string().substr(1) + " was " + value(a) + " and is " + value(b);
  }
  return "";
}

TrainingInput read_training_input(const std::string &path)
{
  return parse_training_input(read_bytes(path), path);
}

}    // namespace lbs::deepsea
