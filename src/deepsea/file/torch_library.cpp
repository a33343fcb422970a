// SPDX-License-Identifier: GPL-2.0-only
#include "torch_library.hpp"

#include "support/input_error.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <array>

namespace lbs::deepsea {

namespace {

// Of the library or program that this code is linked into, with the slash.
std::string own_directory()
{
  Dl_info info{};
  dladdr(reinterpret_cast<void *>(&own_directory), &info);
  std::string path = info.dli_fname == nullptr ? "" : info.dli_fname;
  // The loader knows a program by the name it was called by, which may lack the directory.
  if (path.find('/') == std::string::npos) {
    std::array<char, 4096> buffer{};
    auto const length = readlink("/proc/self/exe", buffer.data(), buffer.size());
    if (length > 0) path.assign(buffer.data(), static_cast<std::size_t>(length));
  }
  return path.substr(0, path.rfind('/') + 1);
}

// Beside the plugin; beside a program's directory in a build tree, and where that is installed.
std::string find_library(const std::string &directory)
{
  for (const char *relative : {"", "../lib/", LBS_INSTALLED_PLUGINS}) {
    auto path = directory + relative + LBS_TORCH_LIBRARY;
    if (access(path.c_str(), R_OK) == 0) return path;
  }
  throw InputError(std::string(LBS_TORCH_LIBRARY) + " is not where it belongs, beside " +
                   directory + "; build or install the package again");
}

const TorchFunctions &open_library()
{
  auto const path = find_library(own_directory());
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr)
    throw InputError(std::string("cannot load libtorch: ") + dlerror() +
                     "; is the libtorch of the build still installed?");
  auto const entry = reinterpret_cast<TorchEntry>(dlsym(handle, TORCH_ENTRY));
  auto const *functions = entry != nullptr ? entry(LBS_PACKAGE_VERSION, sizeof(Model)) : nullptr;
  if (functions == nullptr)
    throw InputError(path + " is of another version; build or install the package again");
  return *functions;
}

}    // namespace

const TorchFunctions &torch_functions()
{
  static const TorchFunctions &functions = open_library();
  return functions;
}

void throw_if(const Failure &failure)
{
  if (failure) throw InputError(*failure);
}

}    // namespace lbs::deepsea
