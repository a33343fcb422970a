// SPDX-License-Identifier: GPL-2.0-only
// deepsea export MODEL OUT.dp [--force]

#include "deepsea_commands.hpp"
#include "program.hpp"

#include "deepsea/file/deepmd/dp_writer.hpp"
#include "deepsea/file/model_file.hpp"
#include "support/input_error.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace lbs::deepsea {

void add_export(CLI::App &program)
{
  struct Options {
    std::string from;
    std::string to;
    bool force = false;
  };
  auto const options = std::make_shared<Options>();
  auto *command = program.add_subcommand("export", "make a DeePMD-kit model of a deepsea model");
  command->add_option("MODEL", options->from, "deepsea model")
      ->required()
      ->transform(potential_file, "");
  command->add_option("OUT.dp", options->to, "DeePMD-kit model to be written, ending in .dp")
      ->required();
  command->add_flag("--force", options->force, "replace OUT.dp if it exists");
  command->callback([options] {
    auto const dot = options->to.rfind('.');
    if (dot == std::string::npos || options->to.substr(dot) != ".dp")
      throw InputError(options->to + " must end in .dp, by which DeePMD-kit knows the format");
    auto const existing = options->force ? Existing::REPLACE : Existing::KEEP;
    check_output(options->to, existing, options->from);
    auto const model = read_model(options->from);
    auto const exported = exported_model(model, options->from);
    write_output(dp_bytes(exported, "deepsea", LBS_PACKAGE_VERSION), options->to, existing);
    for (auto const &note : exported.notes)
      std::printf("note: %s %s\n", options->from.c_str(), note.c_str());
    std::printf("%s: %d elements, rc %g A, sha256 %s\n", options->to.c_str(), model.types(),
                model.cutoff, model.sha256.c_str());
  });
}

}    // namespace lbs::deepsea
