// SPDX-License-Identifier: GPL-2.0-only
#include "hdf5_file.hpp"

#include "hdf5_handle.hpp"

#include "support/input_error.hpp"

namespace lbs::deepsea {

namespace {

constexpr std::size_t MAX_TEXT = std::size_t(1) << 26U;

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

}    // namespace

Hdf5File::Hdf5File(const std::string &path) : path_(path)
{
  Silence const silence;
  file_ = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (file_ < 0) throw InputError(path + ": cannot be opened as an HDF5 file");
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

}    // namespace lbs::deepsea
