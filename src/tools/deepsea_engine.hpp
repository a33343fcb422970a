// SPDX-License-Identifier: GPL-2.0-only
// What the subcommands that evaluate frames have in common.
#pragma once

#include "deepsea/frames/frame_energy.hpp"

#include <memory>
#include <string>

namespace CLI {
class App;
class Option;
}    // namespace CLI

namespace lbs::deepsea {

struct EngineOptions {
  std::string precision = "double";
  std::string table;
  int threads = 1;
};

// Adds --precision, --table and --threads; `reference`, if given, excludes them.
void add_engine_options(CLI::App &command, EngineOptions &options,
                        CLI::Option *reference = nullptr);

// The fast kernels with these options. Throws InputError that names the file or the option.
std::unique_ptr<FrameEngine> engine_of(const EngineOptions &options, const Model &model,
                                       const std::string &path);

}    // namespace lbs::deepsea
