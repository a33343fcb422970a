// SPDX-License-Identifier: GPL-2.0-only
#include "pth_torch.hpp"

#include "model_torch.hpp"
#include "module_reader_torch.hpp"

#include "support/input_error.hpp"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <memory>

namespace lbs::deepsea {

namespace {

// The code of a .pth refers to this operator even where the model is not compressed, and libtorch
// must know an operator to load the code. Another plugin in the process may have brought it.
void declare_operators()
{
  constexpr const char *NAME = "deepmd::tabulate_fusion_se_a";
  if (c10::Dispatcher::singleton().findSchema({NAME, ""})) return;
  static std::unique_ptr<torch::Library> library;
  library = std::make_unique<torch::Library>(torch::Library::FRAGMENT, "deepmd", c10::nullopt,
                                             __FILE__, __LINE__);
  library->def("tabulate_fusion_se_a(Tensor table, Tensor info, Tensor em_x, Tensor em, "
               "int width) -> Tensor[]");
}

// "descriptor.se_a.DescrptSeA" of "__torch__.deepmd.pt.model.descriptor.se_a.DescrptSeA".
std::string class_of(const torch::jit::Module &module)
{
  auto const name = module.type()->name();
  return name ? name->name() : "?";
}

class PthFile {
 public:
  PthFile(const torch::jit::Module &root, const std::string &where) : root_(root), where_(where) {}

  DeepmdModel read()
  {
    if (class_of(root_) != "EnergyModel") unsupported("a model of class " + class_of(root_));
    ModuleReader const root(root_, where_);
    auto const atomic_module = root.submodule("atomic_model");
    ModuleReader const atomic(atomic_module, where_);
    out_.type_map = atomic.texts("type_map");
    if (is_set(atomic_module, "atom_excl")) unsupported("atom_exclude_types");
    if (is_set(atomic_module, "add_chg_spin_ebd")) unsupported("a charge and spin embedding");
    if (is_set(atomic_module, "pair_excl"))
      out_.pair_exclude_types = excluded_pairs(atomic.submodule("pair_excl"));
    out_.out_bias = atomic.numbers("out_bias", types());
    read_descriptor(atomic.submodule("descriptor"));
    read_fitting(atomic.submodule("fitting_net"));
    if (root.has("min_nbor_dist")) out_.min_nbor_dist = root.numbers("min_nbor_dist", 1).front();
    if (root.has("model_def_script")) out_.model_def_script = root.text("model_def_script");
    out_.provenance.source = "DeePMD-kit .pth file '" + where_.substr(where_.rfind('/') + 1) + "'";
    out_.provenance.software = "DeePMD-kit, PyTorch back end";
    return std::move(out_);
  }

 private:
  torch::jit::Module root_;
  std::string where_;
  DeepmdModel out_;

  [[nodiscard]] std::size_t types() const { return out_.type_map.size(); }

  [[noreturn]] void unsupported(const std::string &what) const
  {
    throw InputError(where_ + ": " + what +
                     " is not supported; only energy models of the se_e2_a descriptor are");
  }

  // Whether an attribute is there and says anything: not None, false, zero or empty.
  static bool is_set(const torch::jit::Module &module, const std::string &name)
  {
    if (!module.hasattr(name)) return false;
    auto const value = module.attr(name);
    if (value.isBool()) return value.toBool();
    if (value.isInt()) return value.toInt() != 0;
    if (value.isList()) return !value.toListRef().empty();
    return !value.isNone();
  }

  void refuse_set(const torch::jit::Module &module, std::initializer_list<const char *> names) const
  {
    for (const char *name : names)
      if (is_set(module, name)) unsupported(name);
  }

  // Pairs are kept as a matrix of one row more than types, for the empty slots: 1 means keep.
  [[nodiscard]] DeepmdModel::TypePairs excluded_pairs(const torch::jit::Module &mask) const
  {
    auto const tensor = ModuleReader(mask, where_).tensor("type_mask").to(at::kDouble);
    auto const size = types() + 1;
    auto const keep = numbers_of(tensor, size * size, where_ + ": 'type_mask'");
    DeepmdModel::TypePairs pairs;
    for (std::size_t a = 0; a < types() && keep.size() == size * size; ++a)
      for (std::size_t b = a; b < types(); ++b)
        if (keep[a * size + b] == 0.0) pairs.emplace_back(a, b);
    return pairs;
  }

  void read_descriptor(const torch::jit::Module &descriptor)
  {
    if (class_of(descriptor) != "DescrptSeA") unsupported("descriptor " + class_of(descriptor));
    ModuleReader const sea(ModuleReader(descriptor, where_).submodule("sea"), where_);
    out_.rcut = sea.real("rcut");
    out_.rcut_smth = sea.real("rcut_smth");
    if (sea.has("env_protection")) out_.env_protection = sea.real("env_protection");
    out_.sel = sea.integers("sel");
    out_.type_one_side = sea.flag("type_one_side");
    out_.axis_neuron = sea.integer("axis_neuron");
    out_.descriptor_precision = sea.text("precision");
    out_.exclude_types = excluded_pairs(sea.submodule("emask"));
    std::size_t slots = 0;
    for (int const count : out_.sel) slots += static_cast<std::size_t>(count);
    out_.davg = sea.numbers("mean", types() * slots * 4);
    out_.dstd = sea.numbers("stddev", types() * slots * 4);
    out_.embedding = nets(sea.submodule("filter_layers"));
  }

  void read_fitting(const torch::jit::Module &module)
  {
    ModuleReader const fitting(module, where_);
    if (class_of(module) != "EnergyFittingNet" && class_of(module) != "InvarFitting")
      unsupported("fitting " + class_of(module));
    if (fitting.has("var_name") && fitting.text("var_name") != "energy")
      unsupported("a fitting of '" + fitting.text("var_name") + "'");
    refuse_set(module, {"numb_fparam", "numb_aparam", "dim_case_embd", "use_aparam_as_mask",
                        "exclude_types", "mixed_types"});
    out_.fitting_precision = fitting.text("precision");
    out_.bias_atom_e = fitting.numbers("bias_atom_e", types());
    if (is_set(module, "remove_vaccum_contribution")) {
      for (bool const remove : fitting.flags("remove_vaccum_contribution"))
        out_.no_vacuum.push_back(remove ? 1 : 0);
      // DeePMD-kit does it for the types beyond the end of the list.
      out_.no_vacuum.resize(std::max(out_.no_vacuum.size(), types()), 1);
    }
    out_.fitting = nets(fitting.submodule("filter_layers"));
  }

  [[nodiscard]] std::vector<DenseNet> nets(const torch::jit::Module &collection) const
  {
    std::vector<DenseNet> out;
    for (auto const &net : ModuleReader(collection, where_).submodule("networks").named_children())
      out.push_back(this->net(net.value));
    return out;
  }

  [[nodiscard]] DenseNet net(const torch::jit::Module &module) const
  {
    DenseNet out;
    for (auto const &layer : ModuleReader(module, where_).submodule("layers").named_children())
      out.push_back(this->layer(layer.value));
    return out;
  }

  [[nodiscard]] DenseLayer layer(const torch::jit::Module &module) const
  {
    constexpr std::size_t MAX_WEIGHTS = std::size_t(1) << 28U;
    ModuleReader const file(module, where_);
    DenseLayer layer;
    layer.inputs = file.integer("num_in");
    layer.outputs = file.integer("num_out");
    auto const outputs = static_cast<std::size_t>(layer.outputs);
    auto const inputs = static_cast<std::size_t>(layer.inputs);
    if (inputs == 0 || outputs == 0 || inputs > MAX_WEIGHTS / outputs)
      throw InputError(where_ + ": a layer has a size out of range");
    layer.weight = file.numbers("matrix", inputs * outputs);
    layer.bias.assign(outputs, 0.0);
    if (is_set(module, "bias")) layer.bias = file.numbers("bias", outputs);
    if (is_set(module, "idt")) layer.timestep = file.numbers("idt", outputs);
    if (is_set(module, "activate_name"))
      layer.activation = deepmd_activation(file.text("activate_name"), where_);
    layer.skip =
        file.flag("resnet") && (layer.outputs == layer.inputs || layer.outputs == 2 * layer.inputs);
    return layer;
  }
};

}    // namespace

DeepmdModel read_pth(const std::string &archive, const std::string &where)
{
  declare_operators();
  try {
    return PthFile(load_module(archive, where), where).read();
  } catch (const c10::Error &e) {
    throw InputError(where + ": libtorch cannot read the file: " + e.what_without_backtrace());
  } catch (const InputError &e) {
    // Other descriptors come with operators of their own, so that their code cannot even be loaded.
    std::string const text = e.what();
    auto const found = text.find("deepmd::");
    if (found == std::string::npos) throw;
    auto const name = text.substr(found, text.find_first_of(" .\n", found) - found);
    throw InputError(where + ": a descriptor with operator " + name +
                     " is not supported; only energy models of the se_e2_a descriptor are");
  }
}

}    // namespace lbs::deepsea
