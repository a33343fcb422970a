// SPDX-License-Identifier: GPL-2.0-only
#include "model_torch.hpp"

#include "forward_torch.hpp"
#include "module_reader_torch.hpp"

#include "support/text.hpp"

#include <algorithm>
#include <sstream>

namespace lbs::deepsea {

namespace {

constexpr const char *FORMAT = "lbs deepsea se_a";
constexpr const char *LENGTH_UNIT = "angstrom";
constexpr const char *ENERGY_UNIT = "eV";

// ---- writing ------------------------------------------------------------------------------------

at::Tensor tensor_of(const std::vector<double> &values, at::IntArrayRef shape)
{
  auto const tensor = torch::empty(shape, torch::kDouble);
  std::copy(values.begin(), values.end(), tensor.data_ptr<double>());
  return tensor;
}

at::Tensor tensor_of(const std::vector<std::array<double, 4>> &rows, std::int64_t types)
{
  auto const tensor = torch::empty({types, types, 4}, torch::kDouble);
  auto *out = tensor.data_ptr<double>();
  for (auto const &row : rows) out = std::copy(row.begin(), row.end(), out);
  return tensor;
}

template <class Value> c10::List<Value> list_of(const std::vector<Value> &values)
{
  c10::List<Value> list;
  for (auto const &value : values) list.push_back(value);
  return list;
}

class Writer {
 public:
  explicit Writer(torch::jit::Module &module) : module_(module) {}

  void text(const char *name, const std::string &value)
  {
    module_.register_attribute(name, c10::StringType::get(), value);
  }
  void real(const char *name, double value)
  {
    module_.register_attribute(name, c10::FloatType::get(), value);
  }
  void integer(const char *name, std::int64_t value)
  {
    module_.register_attribute(name, c10::IntType::get(), value);
  }
  void flag(const char *name, bool value)
  {
    module_.register_attribute(name, c10::BoolType::get(), value);
  }
  void tensor(const char *name, const at::Tensor &value)
  {
    module_.register_attribute(name, c10::TensorType::get(), value);
  }
  void texts(const std::string &name, const std::vector<std::string> &values)
  {
    module_.register_attribute(name, c10::ListType::ofStrings(), list_of(values));
  }
  void integers(const std::string &name, const std::vector<std::int64_t> &values)
  {
    module_.register_attribute(name, c10::ListType::ofInts(), list_of(values));
  }

  void nets(const std::string &name, const std::vector<DenseNet> &nets)
  {
    std::vector<std::int64_t> layers;
    std::vector<std::string> activation;
    std::vector<at::Tensor> weight, bias, timestep;
    c10::List<bool> skip;
    for (auto const &net : nets) {
      layers.push_back(static_cast<std::int64_t>(net.size()));
      for (auto const &layer : net) {
        activation.push_back(name_of(layer.activation));
        skip.push_back(layer.skip);
        weight.push_back(tensor_of(layer.weight, {layer.inputs, layer.outputs}));
        bias.push_back(tensor_of(layer.bias, {layer.outputs}));
        timestep.push_back(
            tensor_of(layer.timestep, {static_cast<std::int64_t>(layer.timestep.size())}));
      }
    }
    integers(name + "_layers", layers);
    texts(name + "_activation", activation);
    module_.register_attribute(name + "_skip", c10::ListType::ofBools(), skip);
    module_.register_attribute(name + "_weight", c10::ListType::ofTensors(), list_of(weight));
    module_.register_attribute(name + "_bias", c10::ListType::ofTensors(), list_of(bias));
    module_.register_attribute(name + "_timestep", c10::ListType::ofTensors(), list_of(timestep));
  }

 private:
  torch::jit::Module &module_;
};

// ---- reading ------------------------------------------------------------------------------------

// What decides whether the rest may be read at all.
void check_schema(const ModuleReader &file, const std::string &where)
{
  if (!file.has("format") || file.text("format") != FORMAT)
    throw InputError(where +
                     ": no deepsea model; 'deepsea convert' makes one of a DeePMD-kit file");
  int const version = file.integer("schema_version");
  if (version > SCHEMA_VERSION)
    throw InputError(where + ": schema " + std::to_string(version) +
                     " of the model file is newer than schema " + std::to_string(SCHEMA_VERSION) +
                     " of this program; update the package, or convert the model with this one");
  if (version < 1)
    throw InputError(where + ": there is no schema " + std::to_string(version) +
                     " of model files; convert the model again");
  for (auto const &[name, unit] :
       {std::pair{"length_unit", LENGTH_UNIT}, std::pair{"energy_unit", ENERGY_UNIT}})
    if (file.text(name) != unit)
      throw InputError(where + ": " + name + " is '" + file.text(name) + "', but must be '" + unit +
                       "'; convert the model again");
}

std::vector<std::array<double, 4>> rows_of(const std::vector<double> &numbers)
{
  std::vector<std::array<double, 4>> rows(numbers.size() / 4);
  for (std::size_t k = 0; k < 4 * rows.size(); ++k) rows[k / 4][k % 4] = numbers[k];
  return rows;
}

DenseLayer layer_of(const at::Tensor &weight, const at::Tensor &bias, const at::Tensor &timestep,
                    std::size_t limit, const std::string &where)
{
  DenseLayer layer;
  if (weight.dim() != 2 || weight.size(0) > (1 << 24) || weight.size(1) > (1 << 24))
    throw InputError(where + ": a weight is not a matrix of a reasonable size");
  layer.inputs = static_cast<int>(weight.size(0));
  layer.outputs = static_cast<int>(weight.size(1));
  layer.weight = numbers_of(weight, limit, where + ": a weight");
  auto const outputs = static_cast<std::size_t>(layer.outputs);
  layer.bias = numbers_of(bias, outputs, where + ": a bias");
  layer.timestep = numbers_of(timestep, outputs, where + ": a timestep");
  return layer;
}

// `limit`: no tensor can honestly hold more numbers than the file has room for.
std::vector<DenseNet> nets_of(const ModuleReader &file, const std::string &name, std::size_t limit,
                              const std::string &where)
{
  auto const layers = file.integers(name + "_layers");
  auto const activation = file.texts(name + "_activation");
  auto const skip = file.flags(name + "_skip");
  auto const weight = file.tensors(name + "_weight");
  auto const bias = file.tensors(name + "_bias");
  auto const timestep = file.tensors(name + "_timestep");
  std::size_t total = 0;
  for (int const count : layers) total += static_cast<std::size_t>(count);
  for (auto const size :
       {activation.size(), skip.size(), weight.size(), bias.size(), timestep.size()})
    if (size != total) throw InputError(where + ": the lists '" + name + "_...' differ in length");

  std::vector<DenseNet> nets;
  std::size_t k = 0;
  for (int const count : layers) {
    DenseNet net;
    for (int n = 0; n < count; ++n, ++k) {
      net.push_back(layer_of(weight[k], bias[k], timestep[k], limit, where));
      net.back().activation = activation_by_name(activation[k]);
      net.back().skip = skip[k];
    }
    nets.push_back(std::move(net));
  }
  return nets;
}

Model read_attributes(const ModuleReader &file, std::size_t limit, const std::string &where)
{
  Model model;
  model.elements = file.texts("elements");
  model.cutoff = file.real("cutoff");
  model.smooth_from = file.real("smooth_from");
  model.protection = file.real("protection");
  model.selection = file.integers("selection");
  model.one_side = file.flag("one_side");
  model.axis_neurons = file.integer("axis_neurons");
  auto const precision = file.text("precision");
  if (precision != "single" && precision != "double")
    throw InputError(where + ": precision is '" + precision + "', not single or double");
  model.precision = precision == "single" ? Precision::SINGLE : Precision::DOUBLE;

  auto const types = model.elements.size();
  auto const pairs = types * types;
  model.average = rows_of(file.numbers("average", 4 * pairs));
  model.deviation = rows_of(file.numbers("deviation", 4 * pairs));
  model.shortest = file.numbers("shortest", pairs);
  if (file.integer("schema_version") >= 2) model.hottest = file.real("hottest");
  for (double const value : file.numbers("excluded", pairs)) model.excluded.push_back(value != 0.0);
  model.embedding = nets_of(file, "embedding", limit, where);
  model.fitting = nets_of(file, "fitting", limit, where);
  model.energy_bias = file.numbers("energy_bias", types);

  model.provenance.source = file.text("source");
  model.provenance.software = file.text("software");
  model.provenance.training = file.text("training_statistics");
  model.provenance.citation = file.text("citation");
  model.sha256 = file.text("sha256");
  return model;
}

Model read_whole(const torch::jit::Module &module, std::size_t limit, const std::string &where)
{
  ModuleReader const file(module, where);
  check_schema(file, where);
  auto model = read_attributes(file, limit, where);
  check_model(model, where);
  if (file.integer("channels") != model.channels())
    throw InputError(where + ": 'channels' is not the width of the embedding nets");
  if (checksum(model) != model.sha256)
    throw InputError(where + ": the checksum is not that of the weights; the file was edited by "
                             "hand: convert the model again");
  return model;
}

// The first line of what libtorch says, whose messages otherwise carry stack traces.
std::string first_line(const std::exception &e)
{
  std::string const text = e.what();
  auto const begin = text.find_first_not_of(" \n");
  if (begin == std::string::npos) return "it gives no reason";
  auto const end = std::min(text.find('\n', begin), begin + 200);
  return text.substr(begin, end - begin);
}

}    // namespace

torch::jit::Module model_module(const Model &model)
{
  check_model(model, "the model to be written");
  torch::jit::Module module(SCRIPT_NAME);
  Writer file(module);
  auto const types = static_cast<std::int64_t>(model.types());
  file.text("format", FORMAT);
  file.integer("schema_version", SCHEMA_VERSION);
  file.text("length_unit", LENGTH_UNIT);
  file.text("energy_unit", ENERGY_UNIT);
  file.texts("elements", model.elements);
  file.real("cutoff", model.cutoff);
  file.real("smooth_from", model.smooth_from);
  file.real("protection", model.protection);
  file.integers("selection", {model.selection.begin(), model.selection.end()});
  file.flag("one_side", model.one_side);
  file.integer("axis_neurons", model.axis_neurons);
  file.integer("channels", model.channels());
  file.text("precision", model.precision == Precision::SINGLE ? "single" : "double");
  file.tensor("average", tensor_of(model.average, types));
  file.tensor("deviation", tensor_of(model.deviation, types));
  file.tensor("shortest", tensor_of(model.shortest, {types, types}));
  file.real("hottest", model.hottest);
  file.tensor(
      "excluded",
      tensor_of(std::vector<double>(model.excluded.begin(), model.excluded.end()), {types, types}));
  file.nets("embedding", model.embedding);
  file.nets("fitting", model.fitting);
  file.tensor("energy_bias", tensor_of(model.energy_bias, {types}));
  file.text("source", model.provenance.source);
  file.text("software", model.provenance.software);
  file.text("training_statistics", model.provenance.training);
  file.text("citation", model.provenance.citation);
  file.text("sha256", checksum(model));
  module.define(FORWARD_SCRIPT);
  return module;
}

std::string write_model_torch(const Model &model)
{
  try {
    std::ostringstream stream;
    model_module(model).save(stream);
    return stream.str();
  } catch (const c10::Error &e) {
    throw InputError("libtorch cannot write the model: " + first_line(e));
  }
}

torch::jit::Module load_module(const std::string &archive, const std::string &where)
{
  try {
    std::istringstream stream(archive);
    return torch::jit::load(stream, at::kCPU);
  } catch (const std::exception &e) {    // c10::Error, but also std::out_of_range and others
    throw InputError(where + ": libtorch cannot read the file: " + first_line(e));
  }
}

Model read_model_torch(const std::string &archive, const std::string &where)
{
  auto const module = load_module(archive, where);
  try {
    return read_whole(module, archive.size() / sizeof(double), where);
  } catch (const c10::Error &e) {
    throw InputError(where + ": libtorch cannot read the file: " + first_line(e));
  }
}

}    // namespace lbs::deepsea
