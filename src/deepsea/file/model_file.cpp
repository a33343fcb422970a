// SPDX-License-Identifier: GPL-2.0-only
#include "model_file.hpp"

#include "model_bytes.hpp"
#include "torch_library.hpp"

#include "support/files.hpp"
#include "support/input_error.hpp"

#include <filesystem>

namespace fs = std::filesystem;

namespace lbs::deepsea {

namespace {

std::string convert_first(const std::string &path)
{
  return path + " is a file of DeePMD-kit: convert it with 'deepsea convert " + path + " OUT.pt'";
}

std::string why_no_model(FileKind kind, const std::string &path)
{
  switch (kind) {
    case FileKind::DAMAGED_MODEL:
      return path + " is damaged or incomplete: its checksum is wrong; copy or convert it again";
    case FileKind::DEEPMD_DP:
    case FileKind::DEEPMD_PB:
    case FileKind::DEEPMD_PTH: return convert_first(path);
    case FileKind::PYTORCH_CHECKPOINT:
      return path + " is a checkpoint of PyTorch, no deepsea model; if it is one of DeePMD-kit, "
                    "freeze it with 'dp --pt freeze' and convert the result";
    case FileKind::TORCHSCRIPT:
      return path + " is a TorchScript file, but no deepsea model; 'deepsea convert' makes one of "
                    "a file of DeePMD-kit";
    default: break;
  }
  return path + " is no deepsea model; 'deepsea convert' makes one of a file of DeePMD-kit";
}

void check_existing(const std::string &path, Existing existing)
{
  std::error_code none;
  auto const status = fs::symlink_status(path, none);
  if (!fs::exists(status)) return;
  if (!fs::is_regular_file(fs::status(path, none)))
    throw InputError("cannot write " + path + ": there is something of that name that is no file");
  if (existing == Existing::KEEP)
    throw InputError(path + " exists; give the output another name, or --force to replace it");
}

}    // namespace

std::string read_model_bytes(const std::string &path)
{
  auto bytes = read_bytes(path);
  auto const kind = kind_of(bytes);
  if (kind != FileKind::MODEL) throw InputError(why_no_model(kind, path));
  check_archive(bytes, path);
  return bytes;
}

Model read_model(const std::string &path)
{
  Model model;
  throw_if(torch_functions().read_model(read_model_bytes(path), path, model));
  return model;
}

void check_output(const std::string &path, Existing existing, const std::string &from)
{
  std::error_code none;    // a file that cannot be looked at cannot be written, which tells later
  if (fs::equivalent(path, from, none))
    throw InputError(path + " is the input; give the output another name");
  check_existing(path, existing);
}

void write_model(const Model &model, const std::string &path, Existing existing)
{
  std::string archive;
  throw_if(torch_functions().write_model(model, archive));
  write_output(seal(archive), path, existing);
}

void write_output(const std::string &bytes, const std::string &path, Existing existing)
{
  check_existing(path, existing);    // again, for another program may have made it meanwhile
  write_bytes(bytes, path);
}

Model convert_pth(const std::string &path)
{
  auto const bytes = read_bytes(path);
  check_archive(bytes, path);
  DeepmdModel file;
  throw_if(torch_functions().read_pth(bytes, path, file));
  return model_of(file, path);
}

}    // namespace lbs::deepsea
