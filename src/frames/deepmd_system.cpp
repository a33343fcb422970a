// SPDX-License-Identifier: GPL-2.0-only
#include "deepmd_system.hpp"

#include "hdf5_file.hpp"
#include "npy_file.hpp"
#include "support/files.hpp"
#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <sstream>
#include <utility>

namespace lbs {

namespace {

namespace fs = std::filesystem;

// Labels beyond these are errors of units or broken calculations.
constexpr double MOST_ENERGY = 1.0e5;    // eV an atom
constexpr double MOST_FORCE = 1.0e4;     // eV/A
constexpr double MOST_VIRIAL = 1.0e4;    // eV an atom

// Where the arrays of a system lie.
class Store {
 public:
  explicit Store(std::string path) : path_(std::move(path)) {}
  virtual ~Store() = default;
  [[nodiscard]] virtual bool has(const std::string &name) const = 0;
  [[nodiscard]] virtual NpyArray array(const std::string &name) const = 0;
  // Words of a .raw file.
  [[nodiscard]] virtual std::vector<std::string> words(const std::string &name) const = 0;
  // Names "set.000" and so on, sorted.
  [[nodiscard]] virtual std::vector<std::string> sets() const = 0;
  [[nodiscard]] std::string where(const std::string &name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string &path() const { return path_; }

 private:
  std::string path_;
};

bool names_set(const std::string &name)
{
  return name.rfind("set.", 0) == 0;
}

class FolderStore final : public Store {
 public:
  using Store::Store;
  [[nodiscard]] bool has(const std::string &name) const override { return fs::exists(where(name)); }
  [[nodiscard]] NpyArray array(const std::string &name) const override
  {
    return read_npy(where(name));
  }
  [[nodiscard]] std::vector<std::string> words(const std::string &name) const override
  {
    std::vector<std::string> all;
    std::istringstream lines(read_bytes(where(name)));
    bool first = true;
    for (std::string line; text::next_line(lines, line, first); first = false)
      for (auto &word : text::words(line)) all.push_back(std::move(word));
    return all;
  }
  [[nodiscard]] std::vector<std::string> sets() const override
  {
    std::vector<std::string> found;
    for (auto const &entry : fs::directory_iterator(path()))
      if (names_set(entry.path().filename().string()))
        found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }
};

class Hdf5Store final : public Store {
 public:
  Hdf5Store(const std::string &path, const std::string &file, std::string group)
      : Store(path), file_(file), group_(std::move(group))
  {
  }
  [[nodiscard]] bool has(const std::string &name) const override
  {
    return file_.has(group_ + "/" + name);
  }
  [[nodiscard]] NpyArray array(const std::string &name) const override
  {
    NpyArray out;
    out.values = file_.numbers(group_ + "/" + name, out.shape);
    return out;
  }
  [[nodiscard]] std::vector<std::string> words(const std::string &name) const override
  {
    return file_.words(group_ + "/" + name);
  }
  [[nodiscard]] std::vector<std::string> sets() const override
  {
    auto found = file_.names(group_);
    found.erase(std::remove_if(found.begin(), found.end(),
                               [](const std::string &name) { return !names_set(name); }),
                found.end());
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  Hdf5File file_;
  std::string group_;
};

std::unique_ptr<Store> open_store(const std::string &path)
{
  auto const hash = path.find('#');
  if (hash == std::string::npos) return std::make_unique<FolderStore>(path);
  return std::make_unique<Hdf5Store>(path, path.substr(0, hash), path.substr(hash + 1));
}

class SystemReader {
 public:
  SystemReader(const Store &store, std::vector<std::string> elements)
      : store_(store), elements_(std::move(elements))
  {
    if (store_.has("type_map.raw")) elements_ = store_.words("type_map.raw");
    for (auto const &word : store_.words("type.raw"))
      names_.push_back(
          name_of(text::to_int(word, store_.where("type.raw") + ": a type"), "type.raw"));
    periodic_ = !store_.has("nopbc");
  }

  std::vector<LabelledFrame> read() const
  {
    auto const sets = store_.sets();
    if (sets.empty()) throw InputError(store_.path() + " has no folder set.000 with coord.npy");
    std::vector<LabelledFrame> frames;
    for (auto const &set : sets) read_set(set, frames);
    return frames;
  }

 private:
  const Store &store_;
  std::vector<std::string> elements_;
  std::vector<std::string> names_;    // of each atom
  bool periodic_ = true;

  [[nodiscard]] const std::string &name_of(int type, const std::string &file) const
  {
    if (type < 0 || static_cast<std::size_t>(type) >= elements_.size())
      throw InputError(store_.where(file) + ": there is no name for type " + std::to_string(type) +
                       "; add it to type_map.raw");
    return elements_[static_cast<std::size_t>(type)];
  }

  // An array with `width` numbers for each of `count` frames; `of_atoms`: some for each atom.
  [[nodiscard]] std::vector<double> rows(const std::string &name, std::size_t count,
                                         std::size_t width, double most,
                                         bool of_atoms = false) const
  {
    auto const array = store_.array(name);
    if (array.values.size() != count * width)
      throw InputError(store_.where(name) + " holds " + std::to_string(array.values.size()) +
                       " numbers, but needs " + std::to_string(width) + " for each of " +
                       std::to_string(count) + " frames of coord.npy");
    for (std::size_t k = 0; k < array.values.size(); ++k)
      if (!(std::fabs(array.values[k]) <= most))
        throw InputError(store_.where(name) + ", frame " + std::to_string(k / width + 1) +
                         (of_atoms
                              ? ", atom " + std::to_string(k % width / (width / names_.size()) + 1)
                              : std::string()) +
                         ": a number is " + text::number(array.values[k]) +
                         "; check the units (eV, A) and take the frame out");
    return array.values;
  }

  // Types of the atoms of each frame in the mixed format, where they differ.
  [[nodiscard]] std::vector<std::vector<std::string>> mixed_names(const std::string &set,
                                                                  std::size_t count) const
  {
    std::string const file = set + "/real_atom_types.npy";
    auto const types = rows(file, count, names_.size(), 1.0e9);
    std::vector<std::vector<std::string>> all(count);
    for (std::size_t k = 0; k < types.size(); ++k)
      all[k / names_.size()].push_back(name_of(static_cast<int>(types[k]), file));
    return all;
  }

  [[nodiscard]] int copies_of(double number, const std::string &set, std::size_t frame) const
  {
    if (!(number >= 0.0) || number > 1.0e6 || number != std::floor(number))
      throw InputError(store_.where(set) + "/numb_copy.npy, frame " + std::to_string(frame + 1) +
                       ": must be a whole number from 0 to 1000000");
    return static_cast<int>(number);
  }

  [[nodiscard]] double temperature_of(double number, const std::string &set,
                                      std::size_t frame) const
  {
    if (!(number >= 0.0))
      throw InputError(store_.where(set) + "/temperature.npy, frame " + std::to_string(frame + 1) +
                       ": must be a temperature in K, not below 0");
    return number;
  }

  void check_weights(const std::vector<double> &weights, const std::string &set) const
  {
    for (std::size_t k = 0; k < weights.size(); ++k)
      if (weights[k] < 0.0)
        throw InputError(store_.where(set) + "/atom_pref.npy, frame " +
                         std::to_string(k / names_.size() + 1) + ", atom " +
                         std::to_string(k % names_.size() + 1) + ": a weight is below 0");
  }

  void read_set(const std::string &set, std::vector<LabelledFrame> &frames) const
  {
    constexpr double ANY = 1.0e300;
    auto const atoms = names_.size();
    auto const width = 3 * atoms;
    auto const coord = store_.array(set + "/coord.npy").values;
    auto const count = width == 0 ? 0 : coord.size() / width;
    if (count * width != coord.size())
      throw InputError(store_.where(set) +
                       "/coord.npy has not three numbers for each atom of type.raw");
    auto const x = rows(set + "/coord.npy", count, width, ANY, true);
    std::vector<double> box;
    if (periodic_) box = rows(set + "/box.npy", count, 9, ANY);
    std::vector<std::vector<std::string>> mixed;
    if (store_.has(set + "/real_atom_types.npy")) mixed = mixed_names(set, count);
    auto const optional_rows = [&](const char *name, std::size_t columns, double most,
                                   bool of_atoms = false) {
      std::string const file = set + "/" + name;
      return store_.has(file) ? rows(file, count, columns, most, of_atoms) : std::vector<double>();
    };
    auto const n = static_cast<double>(atoms);
    auto const energy = optional_rows("energy.npy", 1, MOST_ENERGY * n);
    auto const force = optional_rows("force.npy", width, MOST_FORCE, true);
    auto const virial = optional_rows("virial.npy", 9, MOST_VIRIAL * n);
    auto const weight = optional_rows("atom_pref.npy", atoms, ANY, true);
    check_weights(weight, set);
    auto const copies = optional_rows("numb_copy.npy", 1, ANY);
    auto const temperature = optional_rows("temperature.npy", 1, ANY);
    for (std::size_t f = 0; f < count; ++f) {
      LabelledFrame made;
      if (!copies.empty()) made.copies = copies_of(copies[f], set, f);
      if (!temperature.empty()) made.temperature = temperature_of(temperature[f], set, f);
      Frame &frame = made.frame;
      Labels &labels = made.labels;
      frame.elements = mixed.empty() ? names_ : mixed[f];
      frame.periodic.fill(periodic_);
      for (std::size_t i = 0; i < atoms; ++i) {
        const double *const place = x.data() + f * width + 3 * i;
        frame.x.push_back({place[0], place[1], place[2]});
        if (force.empty()) continue;
        const double *const at = force.data() + f * width + 3 * i;
        labels.force.push_back({at[0], at[1], at[2]});
        if (!weight.empty()) labels.force_weight.push_back(weight[f * atoms + i]);
      }
      for (std::size_t k = 0; periodic_ && k < 9; ++k) frame.cell[k / 3][k % 3] = box[9 * f + k];
      if (!energy.empty()) labels.energy = energy[f];
      if (!virial.empty()) {
        labels.virial.emplace();
        std::copy_n(virial.begin() + static_cast<std::ptrdiff_t>(9 * f), 9, labels.virial->begin());
      }
      frames.push_back(std::move(made));
    }
  }
};

}    // namespace

std::vector<LabelledFrame> read_deepmd_system(const std::string &path,
                                              const std::vector<std::string> &elements)
{
  auto const store = open_store(path);
  return SystemReader(*store, elements).read();
}

bool has_force(const Labels &labels, std::size_t atom)
{
  return atom < labels.force.size() &&
         (labels.force_weight.empty() || labels.force_weight[atom] != 0.0);
}

bool is_deepmd_system(const std::string &path)
{
  return path.find('#') != std::string::npos || fs::exists(path + "/type.raw");
}

std::vector<std::string> find_deepmd_systems(const std::string &path)
{
  if (path.find('#') != std::string::npos) return {path};
  if (!fs::exists(path)) throw InputError(path + ": there is no such file or folder");
  std::vector<std::string> found;
  if (is_deepmd_system(path)) found.push_back(path);    // there may be others in its folder
  if (!fs::is_directory(path)) {
    Hdf5File const file(path);
    for (auto const &group : file.groups_with("type.raw")) found.push_back(path + "#" + group);
  } else {
    for (auto const &entry : fs::recursive_directory_iterator(path))
      if (entry.is_directory() && is_deepmd_system(entry.path().string()))
        found.push_back(entry.path().string());
  }
  if (found.empty())
    throw InputError(path + " holds no system of DeePMD-kit: a folder or group with type.raw");
  std::sort(found.begin(), found.end());
  return found;
}

}    // namespace lbs
