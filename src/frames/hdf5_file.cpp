// SPDX-License-Identifier: GPL-2.0-only
#include "hdf5_file.hpp"

#include "support/input_error.hpp"

#include <hdf5.h>

#include <filesystem>
#include <memory>

namespace lbs {

namespace {

constexpr std::size_t MAX_TEXT = std::size_t(1) << 26U;

// An HDF5 identifier with the function that closes it.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle()
  {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle &) = delete;
  Handle &operator=(const Handle &) = delete;
  [[nodiscard]] hid_t id() const { return id_; }
  [[nodiscard]] bool is_open() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

// HDF5 prints a stack of messages for every failure; ours say more.
class Silence {
 public:
  Silence()
  {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~Silence() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  Silence(const Silence &) = delete;
  Silence &operator=(const Silence &) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void *data_ = nullptr;
};

// Text of a fixed or of a variable length; false if it cannot be read.
bool read_text(hid_t attribute, hid_t type, std::string &out)
{
  if (H5Tget_class(type) != H5T_STRING) return false;
  if (H5Tis_variable_str(type) > 0) {
    char *text = nullptr;
    if (H5Aread(attribute, type, static_cast<void *>(&text)) < 0 || text == nullptr) return false;
    out = text;
    H5free_memory(text);
    return true;
  }
  auto const size = H5Tget_size(type);
  if (size == 0 || size > MAX_TEXT) return false;
  out.assign(size, '\0');
  if (H5Aread(attribute, type, out.data()) < 0) return false;
  out.resize(out.find_last_not_of('\0') + 1);
  return true;
}

// Of what makes a file in memory.
void require(bool success)
{
  if (!success) throw InputError("HDF5 cannot make the file; is there enough memory?");
}

}    // namespace

Hdf5File::Hdf5File(const std::string &path) : path_(path)
{
  Silence const silence;
  file_ = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file_ < 0)
    throw InputError(path + ": cannot be opened as an HDF5 file: " +
                     (std::filesystem::exists(path)
                          ? "it is something else or not complete; copy it again"
                          : "there is no such file"));
}

Hdf5File::~Hdf5File()
{
  H5Fclose(file_);
}

bool Hdf5File::has(const std::string &name) const
{
  Silence const silence;
  Handle const object(H5Oopen(file_, name.c_str(), H5P_DEFAULT), H5Oclose);
  return object.is_open();
}

std::vector<std::string> Hdf5File::names(const std::string &group) const
{
  Silence const silence;
  Handle const open(H5Gopen2(file_, group.c_str(), H5P_DEFAULT), H5Gclose);
  std::vector<std::string> found;
  if (!open.is_open()) throw InputError(path_ + ": there is no group '" + group + "'");
  auto const add = [](hid_t, const char *name, const H5L_info_t *, void *to) -> herr_t {
    static_cast<std::vector<std::string> *>(to)->emplace_back(name);
    return 0;
  };
  H5Literate(open.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &found);
  return found;
}

std::vector<std::string> Hdf5File::groups_with(const std::string &name) const
{
  Silence const silence;
  std::vector<std::string> paths;
  auto const add = [](hid_t, const char *path, const H5L_info_t *, void *to) -> herr_t {
    static_cast<std::vector<std::string> *>(to)->emplace_back(path);
    return 0;
  };
  H5Lvisit(file_, H5_INDEX_NAME, H5_ITER_INC, add, &paths);
  std::vector<std::string> groups;
  for (auto const &path : paths) {
    auto const slash = path.rfind('/');
    if (path.substr(slash == std::string::npos ? 0 : slash + 1) != name) continue;
    groups.push_back(slash == std::string::npos ? "/" : "/" + path.substr(0, slash));
  }
  return groups;
}

std::vector<std::string> Hdf5File::words(const std::string &name) const
{
  Silence const silence;
  Handle const data(H5Dopen2(file_, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!data.is_open()) throw InputError(path_ + ": the array '" + name + "' is missing");
  Handle const type(H5Dget_type(data.id()), H5Tclose);
  std::vector<std::string> out;
  if (H5Tget_class(type.id()) != H5T_STRING) {
    std::vector<std::size_t> shape;
    for (double const number : numbers(name, shape))
      out.push_back(std::to_string(static_cast<long>(number)));
    return out;
  }
  Handle const space(H5Dget_space(data.id()), H5Sclose);
  auto const count = H5Sget_simple_extent_npoints(space.id());
  auto const size = H5Tget_size(type.id());
  if (count < 0 || count > 1000 || size > MAX_TEXT / 1000)
    throw InputError(path_ + ": the array '" + name + "' holds no words");
  if (H5Tis_variable_str(type.id()) > 0) {
    std::vector<char *> texts(static_cast<std::size_t>(count), nullptr);
    if (H5Dread(data.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()) < 0)
      throw InputError(path_ + ": the array '" + name + "' cannot be read");
    for (char *const text : texts) {
      out.emplace_back(text ? text : "");
      H5free_memory(text);
    }
    return out;
  }
  std::string texts(static_cast<std::size_t>(count) * size, '\0');
  if (H5Dread(data.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data()) < 0)
    throw InputError(path_ + ": the array '" + name + "' cannot be read");
  for (std::size_t k = 0; k < texts.size(); k += size)
    out.emplace_back(texts.substr(k, size).c_str());
  return out;
}

std::string Hdf5File::text_attribute(const std::string &name) const
{
  Silence const silence;
  std::string out;
  Handle const attribute(H5Aopen(file_, name.c_str(), H5P_DEFAULT), H5Aclose);
  if (!attribute.is_open())
    throw InputError(path_ + ": the attribute '" + name +
                     "' is missing; the file is damaged or no DeePMD-kit model");
  Handle const type(H5Aget_type(attribute.id()), H5Tclose);
  Handle const space(H5Aget_space(attribute.id()), H5Sclose);
  if (!type.is_open() || H5Sget_simple_extent_npoints(space.id()) != 1 ||
      !read_text(attribute.id(), type.id(), out))
    throw InputError(path_ + ": the attribute '" + name + "' is no text");
  return out;
}

std::vector<double> Hdf5File::numbers(const std::string &name,
                                      std::vector<std::size_t> &shape) const
{
  Silence const silence;
  Handle const data(H5Dopen2(file_, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!data.is_open()) throw InputError(path_ + ": the array '" + name + "' is missing");
  Handle const type(H5Dget_type(data.id()), H5Tclose);
  Handle const space(H5Dget_space(data.id()), H5Sclose);
  auto const kind = H5Tget_class(type.id());
  int const rank = H5Sget_simple_extent_ndims(space.id());
  if ((kind != H5T_FLOAT && kind != H5T_INTEGER) || rank < 0 || rank > 8)
    throw InputError(path_ + ": the array '" + name + "' holds no numbers");

  // DeePMD-kit does not compress, so that no array can have more numbers than the file has bytes.
  hsize_t file_size = 0;
  H5Fget_filesize(file_, &file_size);
  hsize_t sizes[8] = {};
  H5Sget_simple_extent_dims(space.id(), sizes, nullptr);
  std::size_t count = 1;
  shape.clear();
  for (int k = 0; k < rank; ++k) {
    // Divisions, because a product of hostile sizes may overflow.
    if (sizes[k] != 0 && count > file_size / sizes[k])
      throw InputError(path_ + ": the array '" + name + "' is larger than the file");
    count *= sizes[k];
    shape.push_back(sizes[k]);
  }
  std::vector<double> out(count);
  if (count > 0 &&
      H5Dread(data.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) < 0)
    throw InputError(path_ + ": the array '" + name + "' cannot be read; the file is damaged");
  return out;
}

Hdf5Image::Hdf5Image()
{
  Silence const silence;
  constexpr std::size_t STEP = std::size_t(1) << 20U;    // bytes
  Handle const access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  require(H5Pset_fapl_core(access.id(), STEP, 0) >= 0);    // never on the disk
  file_ = H5Fcreate("image", H5F_ACC_TRUNC, H5P_DEFAULT, access.id());
  require(file_ >= 0);
}

Hdf5Image::~Hdf5Image()
{
  Silence const silence;
  H5Fclose(file_);
}

void Hdf5Image::add(const std::string &name, const std::vector<double> &values,
                    const std::vector<std::size_t> &sizes, Number number)
{
  Silence const silence;
  std::vector<hsize_t> const extent(sizes.begin(), sizes.end());
  Handle const space(
      sizes.empty() ? H5Screate(H5S_SCALAR)
                    : H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr),
      H5Sclose);
  Handle const plain(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  require(space.is_open() && H5Pset_obj_track_times(plain.id(), false) >= 0);
  auto const type = number == Number::FLOAT32 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE;
  Handle const data(
      H5Dcreate2(file_, name.c_str(), type, space.id(), H5P_DEFAULT, plain.id(), H5P_DEFAULT),
      H5Dclose);
  require(data.is_open() && H5Dwrite(data.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                                     values.data()) >= 0);
}

// Of variable length: a text of fixed length has to fit into the header of the group, which has
// room for 64 KiB.
void Hdf5Image::add_attribute(const std::string &name, const std::string &text)
{
  Silence const silence;
  Handle const type(H5Tcopy(H5T_C_S1), H5Tclose);
  require(H5Tset_size(type.id(), H5T_VARIABLE) >= 0 && H5Tset_cset(type.id(), H5T_CSET_UTF8) >= 0);
  Handle const space(H5Screate(H5S_SCALAR), H5Sclose);
  Handle const attribute(
      H5Acreate2(file_, name.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  const char *const pointer = text.c_str();
  require(attribute.is_open() && H5Awrite(attribute.id(), type.id(), &pointer) >= 0);
}

std::string Hdf5Image::bytes() const
{
  Silence const silence;
  require(H5Fflush(file_, H5F_SCOPE_GLOBAL) >= 0);
  auto const size = H5Fget_file_image(file_, nullptr, 0);
  require(size > 0);
  std::string image(static_cast<std::size_t>(size), '\0');
  require(H5Fget_file_image(file_, image.data(), image.size()) == size);
  return image;
}

}    // namespace lbs
