// SPDX-License-Identifier: GPL-2.0-only
// deepsea eval FILE FRAMES

#include "deepsea_commands.hpp"
#include "deepsea_engine.hpp"
#include "program.hpp"

#include "deepsea/file/model_file.hpp"
#include "deepsea/frames/frame_energy.hpp"
#include "support/input_error.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace lbs::deepsea {

namespace {

struct EvalOptions {
  std::string model;
  std::string frames;
  bool reference = false;
  EngineOptions engine;
  bool json = false;
};

std::string numbers(const double *values, int count, const char *format)
{
  std::string text;
  for (int k = 0; k < count; ++k) {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, format, values[k]);
    text += buffer;
  }
  return text;
}

void print(std::size_t number, const Frame &frame, const FrameEnergy &result)
{
  std::printf("frame %zu: %zu atoms\n", number, frame.x.size());
  std::printf("energy %.12f eV\n", result.energy);
  std::printf("virial (eV) xx xy xz yx yy yz zx zy zz:%s\n",
              numbers(result.virial.data(), 9, " %.12f").c_str());
  auto const &close = result.short_pairs;
  if (close.count > 0)
    std::printf("closer than in training: %ld neighbors, worst atoms %d and %d at %g A (%g A)\n",
                close.count, close.center + 1, close.neighbor + 1, close.distance, close.bound);
  std::printf("%6s %-3s %17s %17s %17s %19s\n", "atom", "", "fx (eV/A)", "fy", "fz", "energy (eV)");
  for (std::size_t i = 0; i < result.force.size(); ++i)
    std::printf("%6zu %-3s%s %19.12f\n", i + 1, frame.elements[i].c_str(),
                numbers(result.force[i].data(), 3, " %17.12f").c_str(), result.atom_energy[i]);
}

nlohmann::json as_json(const Frame &frame, const FrameEnergy &result)
{
  nlohmann::json out = {{"elements", frame.elements},
                        {"energy", result.energy},
                        {"virial", result.virial},
                        {"forces", result.force},
                        {"atomic_energies", result.atom_energy},
                        {"short_pairs", result.short_pairs.count}};
  return out;
}

void evaluate(const EvalOptions &options)
{
  auto const model = read_model(options.model);
  auto const frames = read_frames(options.frames, model.elements);
  auto const engine = options.reference ? reference_engine(options.model)
                                        : engine_of(options.engine, model, options.model);
  nlohmann::json all = {{"model", options.model},
                        {"sha256", model.sha256},
                        {"units", {{"energy", "eV"}, {"length", "A"}}},
                        {"frames", nlohmann::json::array()}};
  for (std::size_t n = 0; n < frames.size(); ++n) {
    try {
      auto const result = engine->evaluate(frames[n]);
      if (options.json) all["frames"].push_back(as_json(frames[n], result));
      else print(n + 1, frames[n], result);
    } catch (const InputError &e) {
      throw InputError(options.frames + ", frame " + std::to_string(n + 1) + ": " + e.what());
    }
  }
  if (options.json) std::printf("%s\n", all.dump().c_str());
}

}    // namespace

void add_eval(CLI::App &program)
{
  auto const options = std::make_shared<EvalOptions>();
  auto *command =
      program.add_subcommand("eval", "print energies, virials and forces of atomic structures");
  command->add_option("FILE", options->model, "deepsea model")
      ->required()
      ->transform(potential_file, "");
  command
      ->add_option("FRAMES", options->frames,
                   "extended XYZ file, or DeePMD-kit folder with type.raw and set.*/coord.npy")
      ->required();
  auto *reference = command->add_flag("--reference", options->reference,
                                      "by the file's own code and libtorch's autograd");
  add_engine_options(*command, options->engine, reference);
  command->add_flag("--json", options->json, "print JSON, with all digits");
  command->callback([options] { evaluate(*options); });
}

}    // namespace lbs::deepsea
