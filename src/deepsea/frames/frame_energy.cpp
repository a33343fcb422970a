// SPDX-License-Identifier: GPL-2.0-only
#include "frame_energy.hpp"

#include "deepsea/file/model_file.hpp"
#include "deepsea/file/torch_library.hpp"
#include "frames/periodic_atoms.hpp"
#include "support/input_error.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lbs::deepsea {

namespace {

using Forces = std::vector<std::array<double, 3>>;

double (*as_rows(Forces &force))[3]
{
  return reinterpret_cast<double(*)[3]>(force.data());
}

[[noreturn]] void fail_at(int atom)
{
  throw InputError("the energy or force of atom " + std::to_string(atom + 1) +
                   " is not finite; do atoms overlap?");
}

class FastEngine final : public FrameEngine {
 public:
  FastEngine(const Model &model, const EvaluatorSettings &settings)
      : elements_(model.elements), cutoff_(model.cutoff), evaluator_(model, settings)
  {
  }

  FrameEnergy evaluate(const Frame &frame) override
  {
    PeriodicAtoms const periodic(frame, types_of(frame, elements_), cutoff_);
    Forces force(static_cast<std::size_t>(periodic.count()));
    FrameEnergy out;
    out.atom_energy.resize(force.size());
    Results results;
    results.force = as_rows(force);
    results.atom_energy = out.atom_energy.data();
    Atoms atoms;
    atoms.count = periodic.count();
    atoms.x = periodic.x();
    atoms.type = periodic.type();
    atoms.list = periodic.list();
    evaluator_.evaluate(atoms, results);
    if (evaluator_.bad_center() >= 0) fail_at(evaluator_.bad_center());
    out.energy = results.energy;
    std::copy(std::begin(results.virial), std::end(results.virial), out.virial.begin());
    out.atom_energy.resize(static_cast<std::size_t>(periodic.centers()));
    out.force = periodic.folded(force);
    out.short_pairs = evaluator_.short_pairs();
    if (out.short_pairs.count > 0)
      out.short_pairs.neighbor =
          periodic.owner()[static_cast<std::size_t>(out.short_pairs.neighbor)];
    return out;
  }

 private:
  std::vector<std::string> elements_;
  double cutoff_;
  Evaluator evaluator_;
};

class ReferenceEngine final : public FrameEngine {
 public:
  explicit ReferenceEngine(const std::string &path)
  {
    auto const bytes = read_model_bytes(path);
    Model model;    // read, so that the contract is checked before any of its code runs
    throw_if(torch_functions().read_model(bytes, path, model));
    throw_if(torch_functions().open_reference(bytes, path, reference_));
    elements_ = model.elements;
    cutoff_ = model.cutoff;
  }
  ~ReferenceEngine() override { torch_functions().close_reference(reference_); }
  ReferenceEngine(const ReferenceEngine &) = delete;
  ReferenceEngine &operator=(const ReferenceEngine &) = delete;

  FrameEnergy evaluate(const Frame &frame) override
  {
    PeriodicAtoms const periodic(frame, types_of(frame, elements_), cutoff_);
    Forces force(static_cast<std::size_t>(periodic.count()));
    FrameEnergy out;
    out.atom_energy.resize(static_cast<std::size_t>(periodic.centers()));
    ReferenceFrame input;
    input.atoms = periodic.count();
    input.centers = periodic.centers();
    input.x = periodic.x();
    input.type = periodic.type();
    input.first = periodic.first().data();
    input.neighbor = periodic.neighbor().data();
    input.energy = out.atom_energy.data();
    input.force = as_rows(force);
    throw_if(torch_functions().run_reference(reference_, input));
    out.force = periodic.folded(force);
    out.virial = periodic.virial(force);
    for (std::size_t i = 0; i < out.atom_energy.size(); ++i) {
      auto const &f = out.force[i];
      if (!std::isfinite(out.atom_energy[i] + f[0] + f[1] + f[2])) fail_at(static_cast<int>(i));
      out.energy += out.atom_energy[i];
    }
    return out;
  }

 private:
  std::vector<std::string> elements_;
  double cutoff_ = 0.0;
  void *reference_ = nullptr;
};

}    // namespace

std::vector<int> types_of(const Frame &frame, const std::vector<std::string> &elements)
{
  std::vector<int> types;
  for (auto const &name : frame.elements) {
    auto const found = std::find(elements.begin(), elements.end(), name);
    if (found == elements.end()) {
      std::string known;
      for (auto const &element : elements) known += " " + element;
      throw InputError("element '" + name + "' is not in the model, which has" + known);
    }
    types.push_back(static_cast<int>(found - elements.begin()));
  }
  return types;
}

std::unique_ptr<FrameEngine> fast_engine(const Model &model, const EvaluatorSettings &settings)
{
  return std::make_unique<FastEngine>(model, settings);
}

std::unique_ptr<FrameEngine> reference_engine(const std::string &path)
{
  return std::make_unique<ReferenceEngine>(path);
}

}    // namespace lbs::deepsea
