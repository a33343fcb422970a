// SPDX-License-Identifier: GPL-2.0-only
// Entry point of lbsplugin.so. It needs no symbol of LAMMPS, so it loads into any host and can say
// why a host is the wrong one; only then does it open the library with the styles beside it.

#include "host_check.hpp"
#include "lbs_config.h"

#include "lmptype.h"

#include <dlfcn.h>
#include <mpi.h>

#include <sstream>
#include <string>

namespace {

// By the mpi.h at hand: the products of vendors keep the macros of the library they stem from.
#if defined(MPI_STUBS)
constexpr const char *MPI_FAMILY = lbs::STUBS_FAMILY;
#elif defined(OPEN_MPI) || defined(OMPI_MAJOR_VERSION)
constexpr const char *MPI_FAMILY = lbs::OPEN_MPI_FAMILY;
#elif defined(MPICH_VERSION) || defined(I_MPI_VERSION) || defined(MVAPICH2_VERSION)
constexpr const char *MPI_FAMILY = lbs::MPICH_FAMILY;
#else
constexpr const char *MPI_FAMILY = lbs::UNKNOWN_FAMILY;
#endif

lbs::HostTraits built_for()
{
  return {LBS_LAMMPS_VERSION,
          8 * static_cast<int>(sizeof(LAMMPS_NS::tagint)),
          8 * static_cast<int>(sizeof(LAMMPS_NS::imageint)),
          8 * static_cast<int>(sizeof(LAMMPS_NS::bigint)),
          MPI_FAMILY,
          lbs::LBS_KOKKOS,
          LBS_KOKKOS_VERSION,
          LBS_KOKKOS_BACKENDS,
          "double"};
}

// The words of LAMMPS' lammps_config_accelerator().
constexpr const char *PRECISIONS[] = {"double", "single", "mixed"};

// LAMMPS' C functions, which keep their form from version to version, in the very binary that
// `address` belongs to: a process may hold several.
class Host {
 public:
  explicit Host(void *address)
  {
    Dl_info info{};
    if (dladdr(address, &info) != 0) handle_ = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (handle_ == nullptr) handle_ = dlopen(nullptr, RTLD_LAZY);    // LAMMPS inside the program
  }
  ~Host() { dlclose(handle_); }
  Host(const Host &) = delete;
  Host &operator=(const Host &) = delete;

  // Calls a function by name; gives `missing` if the host does not have it.
  template <class Result, class... Args>
  Result call(const char *name, Result missing, Args... args) const
  {
    auto *function = reinterpret_cast<Result (*)(Args...)>(dlsym(handle_, name));
    return function == nullptr ? missing : function(args...);
  }

  [[nodiscard]] std::string mpi() const
  {
    if (call("lammps_config_has_mpi_support", 0) == 0) return lbs::STUBS_FAMILY;
    char text[8192] = "";    // the longest that any MPI library asks for
    int length = 0;
    call("MPI_Get_library_version", 0, static_cast<char *>(text), &length);
    return lbs::mpi_family(text);
  }

  // Looks which file holds Kokkos::is_initialized().
  [[nodiscard]] std::string kokkos() const
  {
    if (call("lammps_config_has_package", 0, static_cast<const char *>("KOKKOS")) == 0)
      return lbs::NO_KOKKOS;
    Dl_info lammps{};
    Dl_info found{};
    void *function = dlsym(handle_, "_ZN6Kokkos14is_initializedEv");
    bool const elsewhere = function != nullptr && dladdr(function, &found) != 0 &&
                           dladdr(dlsym(handle_, "lammps_version"), &lammps) != 0 &&
                           found.dli_fbase != lammps.dli_fbase;
    return elsewhere ? lbs::KOKKOS_SHARED : lbs::KOKKOS_INSIDE;
  }

  // What Kokkos says of itself, which is nothing before it has been started.
  [[nodiscard]] std::string kokkos_version() const
  {
    std::ostringstream said;
    auto *const print = dlsym(handle_, "_ZN6Kokkos19print_configurationERSob");
    if (print != nullptr && call("_ZN6Kokkos14is_initializedEv", false))
      reinterpret_cast<void (*)(std::ostream &, bool)>(print)(said, false);
    return lbs::kokkos_version(said.str());
  }

  // Those of these settings that the KOKKOS package has, with blanks between them.
  template <class Settings>
  [[nodiscard]] std::string kokkos_settings(const char *category, const Settings &settings) const
  {
    std::string found;
    for (const char *setting : settings)
      if (call("lammps_config_accelerator", 0, "KOKKOS", category, setting) != 0)
        found += (found.empty() ? "" : " ") + std::string(setting);
    return found;
  }

  [[nodiscard]] lbs::HostTraits traits(void *lmp) const
  {
    auto const bits = [&](const char *name) {
      return 8 * call("lammps_extract_setting", 0, lmp, name);
    };
    return {call("lammps_version", 0, lmp),
            bits("tagint"),
            bits("imageint"),
            bits("bigint"),
            mpi(),
            kokkos(),
            kokkos_version(),
            kokkos_settings("api", lbs::KOKKOS_BACKENDS),
            kokkos_settings("precision", PRECISIONS)};
  }

  // One line to the host's screen and log file.
  void print(void *lmp, const std::string &line) const
  {
    auto const command = "print '" + line + "'";
    call("lammps_command", static_cast<char *>(nullptr), lmp, command.c_str());
  }

 private:
  void *handle_ = nullptr;
};

// The library with the styles, open as long as this one is.
class Styles {
 public:
  ~Styles()
  {
    if (handle_ != nullptr) dlclose(handle_);
  }

  using Register = void (*)(void *, void *, void *);

  // Its registration function; null if it cannot be opened, with the reason in `reason`.
  Register open(std::string &reason)
  {
    Dl_info info{};
    dladdr(reinterpret_cast<void *>(&built_for), &info);
    std::string const self = info.dli_fname;
    auto const path = self.substr(0, self.rfind('/') + 1) + LBS_STYLES_LIBRARY;
    if (handle_ == nullptr) handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    void *function = handle_ != nullptr ? dlsym(handle_, "lbs_register_styles") : nullptr;
    if (function == nullptr) reason = dlerror();
    return reinterpret_cast<Register>(function);
  }

 private:
  void *handle_ = nullptr;
};

Styles styles;

}    // namespace

extern "C" __attribute__((visibility("default"))) void lammpsplugin_init(void *lmp, void *handle,
                                                                         void *regfunc)
{
  Host const host(regfunc);
  if (auto const mismatch = lbs::host_mismatch(built_for(), host.traits(lmp))) {
    host.print(lmp, *mismatch);
    return;
  }
  std::string reason;
  if (auto *register_styles = styles.open(reason)) register_styles(lmp, handle, regfunc);
  else host.print(lmp, "lbsplugin refused: " + reason + "; build or install the plugin again");
}
