// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea_engine.hpp"

#include "support/input_error.hpp"
#include "support/text.hpp"

#include <CLI/CLI.hpp>

namespace lbs::deepsea {

namespace {

EvaluatorSettings settings_of(const EngineOptions &options)
{
  EvaluatorSettings settings;
  if (options.precision == "mixed") settings.arithmetic = EvaluatorSettings::Arithmetic::MIXED;
  if (options.table == "off") settings.table_error = 0.0;
  else if (!options.table.empty()) {
    settings.table_error = text::to_double(options.table, "--table");
    if (!(settings.table_error > 0.0 && settings.table_error <= LARGEST_TABLE_ERROR))
      throw InputError("--table must be off or more than 0 and at most " +
                       text::number(LARGEST_TABLE_ERROR));
  }
  settings.threads = options.threads;
  return settings;
}

}    // namespace

void add_engine_options(CLI::App &command, EngineOptions &options, CLI::Option *reference)
{
  auto *precision =
      command.add_option("--precision", options.precision, "of the fast kernels: double or mixed");
  precision->check(CLI::IsMember({"double", "mixed"}));
  auto *table = command.add_option(
      "--table", options.table,
      "largest relative error of the embedding table, or off for the exact networks");
  auto *threads = command.add_option("--threads", options.threads, "threads of the fast kernels");
  threads->check(CLI::Range(1, 1024));
  if (reference != nullptr)
    for (auto *option : {precision, table, threads}) option->excludes(reference);
}

std::unique_ptr<FrameEngine> engine_of(const EngineOptions &options, const Model &model,
                                       const std::string &path)
{
  auto const settings = settings_of(options);
  try {
    return fast_engine(model, settings);
  } catch (const InputError &e) {
    throw InputError(path + ": " + e.what());
  }
}

}    // namespace lbs::deepsea
