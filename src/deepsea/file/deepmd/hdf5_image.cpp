// SPDX-License-Identifier: GPL-2.0-only
#include "hdf5_image.hpp"

#include "hdf5_handle.hpp"

#include "support/input_error.hpp"

namespace lbs::deepsea {

namespace {

void require(bool success)
{
  if (!success) throw InputError("HDF5 cannot make the file; is there enough memory?");
}

}    // namespace

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

}    // namespace lbs::deepsea
