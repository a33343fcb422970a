// SPDX-License-Identifier: GPL-2.0-only
// deepsea convert MODEL OUT.pt [--force]

#include "deepsea_commands.hpp"

#include "deepsea/file/deepmd/dp_file.hpp"
#include "deepsea/file/model_bytes.hpp"
#include "deepsea/file/model_file.hpp"
#include "support/files.hpp"
#include "support/input_error.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace lbs::deepsea {

namespace {

// The same name with another ending, for messages.
std::string with_ending(const std::string &path, const std::string &ending)
{
  auto const slash = path.rfind('/');
  auto const dot = path.rfind('.');
  bool const has_ending = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  return (has_ending ? path.substr(0, dot) : path) + ending;
}

Model read_any(const std::string &path)
{
  switch (kind_of(read_bytes(path))) {
    case FileKind::DEEPMD_DP: return convert_dp(path);
    case FileKind::DEEPMD_PTH: return convert_pth(path);
    case FileKind::DEEPMD_PB:
      throw InputError(path +
                       " is a model of DeePMD-kit's TensorFlow back end; make a .dp of it "
                       "with 'dp convert-backend " +
                       path + " " + with_ending(path, ".dp") + "' and convert that");
    case FileKind::MODEL: throw InputError(path + " is a deepsea model already");
    case FileKind::TORCHSCRIPT:
    case FileKind::OTHER:
      throw InputError(path + " is no model of DeePMD-kit: neither a .dp nor a frozen .pth file");
    default: return read_model(path);    // throws with what it is instead
  }
}

}    // namespace

void add_convert(CLI::App &program)
{
  struct Options {
    std::string from;
    std::string to;
    bool force = false;
  };
  auto const options = std::make_shared<Options>();
  auto *command = program.add_subcommand("convert", "make a deepsea model of a DeePMD-kit model");
  command->add_option("MODEL", options->from, "DeePMD-kit model: .dp, or frozen .pth")->required();
  command->add_option("OUT.pt", options->to, "deepsea model to be written")->required();
  command->add_flag("--force", options->force, "replace OUT.pt if it exists");
  command->callback([options] {
    auto const existing = options->force ? Existing::REPLACE : Existing::KEEP;
    check_output(options->to, existing, options->from);
    auto const model = read_any(options->from);
    write_model(model, options->to, existing);
    std::printf("%s: %d elements, rc %g A, sha256 %s\n", options->to.c_str(), model.types(),
                model.cutoff, model.sha256.c_str());
  });
}

}    // namespace lbs::deepsea
