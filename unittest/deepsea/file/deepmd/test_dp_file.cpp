// SPDX-License-Identifier: GPL-2.0-only
// DeePMD-kit's files, .dp and .pth: what is read, and what is refused by which name.

#include "deepsea/file/deepmd/dp_file.hpp"
#include "deepsea/file/model_file.hpp"
#include "deepsea/reference_data.hpp"
#include "expect_error.hpp"
#include "scratch_folder.hpp"

#include <hdf5.h>

#include <functional>
#include <random>
#include <tuple>

using namespace lbs::deepsea;
using lbs::deepsea::testing::reference_file;
using lbs::deepsea::testing::reference_json;
using lbs::test::expect_error;
using lbs::test::ScratchFolder;
using Json = nlohmann::json;

namespace {

// A copy of two_types.dp with its description and, if asked for, one number of an array changed.
class ChangedFile {
 public:
  ChangedFile() : path_(folder_.file("changed.dp"))
  {
    std::filesystem::copy_file(reference_file("two_types.dp"), path_);
    file_ = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  }
  ~ChangedFile() { H5Fclose(file_); }
  ChangedFile(const ChangedFile &) = delete;
  ChangedFile &operator=(const ChangedFile &) = delete;

  [[nodiscard]] Json description() const
  {
    auto const attribute = H5Aopen(file_, "json", H5P_DEFAULT);
    auto const type = H5Aget_type(attribute);
    char *text = nullptr;
    H5Aread(attribute, type, static_cast<void *>(&text));
    auto json = Json::parse(text);
    H5free_memory(text);
    H5Tclose(type);
    H5Aclose(attribute);
    return json;
  }

  void describe(const std::string &text) const
  {
    H5Adelete(file_, "json");
    auto const type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, text.size());    // of a fixed length, as other writers may do it
    auto const space = H5Screate(H5S_SCALAR);
    auto const attribute = H5Acreate2(file_, "json", type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, text.data());
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
  }

  void set_last_number(const std::string &array, double value) const
  {
    auto const data = H5Dopen2(file_, array.c_str(), H5P_DEFAULT);
    auto const space = H5Dget_space(data);
    std::vector<double> numbers(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data());
    numbers.back() = value;
    H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data());
    H5Sclose(space);
    H5Dclose(data);
  }

  [[nodiscard]] const std::string &flushed() const
  {
    H5Fflush(file_, H5F_SCOPE_GLOBAL);
    return path_;
  }

 private:
  ScratchFolder folder_;
  std::string path_;
  hid_t file_ = -1;
};

void expect_refusal(const std::function<void(Json &)> &change, const std::string &words)
{
  ChangedFile const file;
  auto json = file.description();
  change(json);
  file.describe(json.dump());
  expect_error([&] { convert_dp(file.flushed()); }, words);
}

}    // namespace

TEST(DpFile, GivesTheModelThatDeepmdDefines)
{
  auto const model = convert_dp(reference_file("tanh_two.dp"));
  auto const numbers = reference_json("tanh_two.json");
  auto const &descriptor = numbers["definition"]["descriptor"];
  EXPECT_EQ(model.elements, numbers["type_map"].get<std::vector<std::string>>());
  EXPECT_EQ(model.cutoff, descriptor["rcut"]);
  EXPECT_EQ(model.smooth_from, descriptor["rcut_smth"]);
  EXPECT_EQ(model.selection, descriptor["sel"].get<std::vector<int>>());
  EXPECT_EQ(model.axis_neurons, descriptor["axis_neuron"]);
  EXPECT_FALSE(model.one_side);
  EXPECT_EQ(model.channels(), 16);
  EXPECT_EQ(model.shortest[5], numbers["min_nbor_dist"].get<double>());
  EXPECT_NEAR(model.energy_bias[1],
              numbers["bias_atom_e"][1].get<double>() + numbers["out_bias"][1].get<double>(),
              1e-15);
  EXPECT_EQ(model.sha256, checksum(model));
  EXPECT_EQ(model.provenance.software, "deepmd-kit 3.2.0");
  EXPECT_EQ(model.provenance.source.rfind("DeePMD-kit .dp file 'tanh_two.dp' of 20", 0), 0U);
}

TEST(DpFile, WhatTheFileTellsOfTheTrainingSetIsKept)
{
  auto const training = [](const std::string &path) {
    return Json::parse(convert_dp(path).provenance.training);
  };
  auto const distance = reference_json("two_types.json")["min_nbor_dist"];
  EXPECT_EQ(training(reference_file("two_types.dp")), (Json{{"min_nbor_dist", distance}}));
  EXPECT_EQ(Json::parse(convert_pth(reference_file("two_types.pth")).provenance.training),
            (Json{{"min_nbor_dist", distance}}));
  EXPECT_EQ(convert_dp(reference_file("atom_ener.dp")).provenance.training, "");

  // The keys that training by DeePMD-kit 3.2 adds to the definition of the model.
  ChangedFile const file;
  auto json = file.description();
  json["model_def_script"]["data_stat_nbatch"] = 10;
  json["model_def_script"]["data_bias_nsample"] = 12;
  json["model_def_script"]["info"] = {{"observed_type", {"O", "B"}}};
  file.describe(json.dump());
  EXPECT_EQ(training(file.flushed()), (Json{{"min_nbor_dist", distance},
                                            {"data_stat_nbatch", 10},
                                            {"data_bias_nsample", 12},
                                            {"observed_type", {"O", "B"}}}));
  json["model_def_script"] = nullptr;
  file.describe(json.dump());
  EXPECT_EQ(training(file.flushed()), (Json{{"min_nbor_dist", distance}}));
}

TEST(DpFile, SinglePrecisionAndExclusionsAreKept)
{
  EXPECT_EQ(convert_dp(reference_file("float32.dp")).precision, Precision::SINGLE);
  auto const model = convert_dp(reference_file("exclude_two.dp"));    // [0, 3] and [1, 1]
  for (int a = 0; a < 4; ++a)
    for (int b = 0; b < 4; ++b) {
      bool const excluded = (a == 0 && b == 3) || (a == 3 && b == 0) || (a == 1 && b == 1);
      EXPECT_EQ(model.excluded[model.pair(a, b)] != 0, excluded) << a << b;
    }
}

TEST(DpFile, FrozenFileOfTheSameModelGivesTheSameModel)
{
  for (const char *name : {"tanh_two", "gelu_one", "two_types"}) {
    auto const dp = convert_dp(reference_file(std::string(name) + ".dp"));
    auto const pth = convert_pth(reference_file(std::string(name) + ".pth"));
    EXPECT_EQ(checksum(dp), checksum(pth)) << name;
  }
}

// Beside its tables a compressed file holds the networks, and what else makes up the energy.
TEST(DpFile, CompressedFileGivesTheSameModel)
{
  auto dp = convert_dp(reference_file("atom_ener.dp"));
  auto const pth = convert_pth(reference_file("atom_ener_compressed.pth"));
  EXPECT_EQ(dp.shortest, std::vector<double>(4, 0.0));
  EXPECT_EQ(pth.shortest, std::vector<double>(4, 0.9));    // without it nothing is compressed
  EXPECT_NE(checksum(dp), checksum(pth));
  dp.shortest = pth.shortest;
  EXPECT_EQ(checksum(dp), checksum(pth));
  dp.embedding[0][0].weight[0] += 1.0e-12;
  EXPECT_NE(checksum(dp), checksum(pth));
}

TEST(DpFile, WhatTheModelDoesNotHaveIsRefusedByName)
{
  expect_error([] { convert_dp(reference_file("refuse_fparam.dp")); }, "numb_fparam is not supp");
  expect_error([] { convert_pth(reference_file("refuse_fparam.pth")); }, "numb_fparam is not supp");
  expect_error([] { convert_dp(reference_file("refuse_spin.dp")); }, "type 'spin_ener' is not");
  expect_error([] { convert_dp(reference_file("refuse_dpa1.dp")); }, "descriptor 'dpa1' is not");
  expect_error([] { convert_dp(reference_file("refuse_se_r.dp")); }, "descriptor 'se_r' is not");
  expect_error([] { convert_dp(reference_file("refuse_se_t.dp")); }, "descriptor 'se_e3' is not");
  expect_error([] { convert_pth(reference_file("refuse_spin.pth")); },
               "a model of class SpinEnergyModel is not supported");
  expect_error([] { convert_pth(reference_file("refuse_se_t.pth")); },
               "a descriptor with operator deepmd::tabulate_fusion_se_t is not supported");
  expect_error([] { convert_dp(reference_file("silut_one.dp")); },
               "activation function 'silut:1.5' is not supported");
  expect_error([] { convert_dp(reference_file("model_exclusions.dp")); }, "atom_exclude_types");
  expect_error([] { convert_pth(reference_file("model_exclusions.pth")); }, "atom_exclude_types");
}

TEST(DpFile, EveryKeyThatChangesEnergiesIsLookedAt)
{
  auto const fitting = [](const char *key, const Json &value) {
    return [=](Json &json) { json["model"]["fitting"][key] = value; };
  };
  expect_refusal(fitting("numb_aparam", 2), "numb_aparam is not supported");
  expect_refusal(fitting("dim_case_embd", 3), "dim_case_embd is not supported");
  expect_refusal(fitting("use_aparam_as_mask", true), "use_aparam_as_mask is not supported");
  expect_refusal(fitting("exclude_types", {1}), "exclude_types is not supported");
  expect_refusal(fitting("mixed_types", true), "mixed_types is not supported");
  expect_refusal(fitting("type", "dipole"), "fitting 'dipole' is not supported");
  expect_refusal(fitting("var_name", "dos"), "a fitting of 'dos' is not supported");
  expect_refusal(fitting("precision", "bfloat16"), "precision 'bfloat16' is not supported");
  auto const descriptor = [](const char *key, const Json &value) {
    return [=](Json &json) { json["model"]["descriptor"][key] = value; };
  };
  expect_refusal(descriptor("type", "hybrid"), "descriptor 'hybrid' is not supported");
  expect_refusal(descriptor("spin", {{"use_spin", {true}}}), "spin is not supported");
  expect_refusal(descriptor("env_mat", {{"use_exp_switch", true}}), "the exponential switch");
  expect_refusal(descriptor("sel", {10}), "sel and type_map differ in length");
  expect_refusal(descriptor("exclude_types", {{0, 5}}), "an excluded pair names type 5");
  expect_refusal([](Json &json) { json["model"]["type"] = "zbl"; }, "a model of type 'zbl'");
  expect_refusal([](Json &json) { json["model"]["atom_exclude_types"] = {0}; },
                 "atom_exclude_types is not supported");
  expect_refusal(
      [](Json &json) {
        json["model"]["pair_exclude_types"] = {{0, 1}};
      },
      "pair_exclude_types of the model is supported only where");
  expect_refusal([](Json &json) { json["model"].erase("fitting"); }, "'fitting' is missing");
  expect_refusal([](Json &json) { json["model"]["descriptor"]["rcut"] = "six"; },
                 "'rcut' is of the wrong kind");
}

// What `deepsea export` adds is looked at as closely.
TEST(DpFile, WhatExportAddsIsChecked)
{
  Json const good = {{"shortest", {1.0, 1.5, 1.5, 2.0}},
                     {"precision", "double"},
                     {"source", "s"},
                     {"software", "w"},
                     {"training", "t"},
                     {"citation", "c"}};
  ChangedFile const file;
  auto json = file.description();
  json["deepsea"] = good;
  file.describe(json.dump());
  auto const model = convert_dp(file.flushed());
  EXPECT_EQ(model.shortest, (std::vector<double>{1.0, 1.5, 1.5, 2.0}));
  EXPECT_EQ(model.hottest, 0.0);    // not told
  EXPECT_EQ(model.provenance.citation, "c");
  for (auto const &[key, value, words] :
       {std::tuple("shortest", Json{1.0}, "shortest distances has 1 entries"),
        std::tuple("shortest", Json{1.0, -1.5, 1.5, 2.0}, "shortest distance must not be negative"),
        std::tuple("shortest", Json("far"), "'shortest' is of the wrong kind"),
        std::tuple("precision", Json("half"), "precision is 'half', not single or double"),
        std::tuple("source", Json(3), "'source' is of the wrong kind")}) {
    auto bad = good;
    bad[key] = value;
    expect_refusal([&](Json &whole) { whole["deepsea"] = bad; }, words);
    bad.erase(key);
    expect_refusal([&](Json &whole) { whole["deepsea"] = bad; },
                   std::string("'") + key + "' is missing");
  }
}

TEST(DpFile, TypesWithoutSlotsAreExcluded)
{
  auto file = read_dp_file(reference_file("two_types.dp"));
  auto const slots = static_cast<std::size_t>(file.sel[0] + file.sel[1]);
  auto const kept = static_cast<std::size_t>(file.sel[0]) * 4;
  for (auto *list : {&file.davg, &file.dstd}) {    // of the second type, for both centers
    list->erase(list->begin() + static_cast<std::ptrdiff_t>(4 * slots + kept), list->end());
    list->erase(list->begin() + static_cast<std::ptrdiff_t>(kept),
                list->begin() + static_cast<std::ptrdiff_t>(4 * slots));
  }
  file.sel[1] = 0;
  EXPECT_EQ(model_of(file, "model").excluded, (std::vector<char>{0, 1, 0, 1}));
}

TEST(DpFile, ModelExclusionsCountWhereEmptySlotsAreNothing)
{
  ChangedFile const file;
  auto json = file.description();
  json["model"]["pair_exclude_types"] = {{0, 1}};
  // Zero weights make an empty slot nothing: those of the first layers of the nets of the pair.
  auto const whole = convert_dp(file.flushed());
  for (auto &net : json["model"]["descriptor"]["embeddings"]["networks"])
    for (auto &layer : net["layers"]) layer["resnet"] = false;
  auto &networks = json["model"]["descriptor"]["embeddings"]["networks"];
  for (std::size_t const k : {1, 2}) networks[k]["layers"].back()["@variables"]["idt"] = "zeros";
  hsize_t const width = static_cast<hsize_t>(whole.channels());
  auto const handle = H5Fopen(file.flushed().c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  auto const space = H5Screate_simple(1, &width, nullptr);
  H5Dclose(
      H5Dcreate2(handle, "zeros", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Sclose(space);
  H5Fclose(handle);
  file.describe(json.dump());
  auto const model = convert_dp(file.flushed());
  EXPECT_EQ(model.excluded, (std::vector<char>{0, 1, 1, 0}));
}

TEST(DpFile, StatisticsMustNotDifferBetweenSlots)
{
  ChangedFile const file;
  auto const statistics = file.description()["model"]["descriptor"]["@variables"];
  file.set_last_number(statistics["davg"], 0.25);
  expect_error([&] { convert_dp(file.flushed()); }, "davg differs between neighbor slots");
}

TEST(DpFile, ProtectionAndPairsExcludedFromTheModelAreKept)
{
  auto const model = convert_dp(reference_file("pair_exclusions.dp"));    // [0, 1] and [3, 3]
  EXPECT_EQ(model.protection, 0.1);
  for (int a = 0; a < 4; ++a)
    for (int b = 0; b < 4; ++b) {
      bool const excluded = (a == 0 && b == 1) || (a == 1 && b == 0) || (a == 3 && b == 3);
      EXPECT_EQ(model.excluded[model.pair(a, b)] != 0, excluded) << a << b;
    }
}

TEST(DpFile, EnergiesOfTheVacuumAreTakenOff)
{
  // The numbers are compared in test_reference_torch; here is what shows that they hold the effect.
  for (const char *name : {"atom_ener.dp", "atom_ener_relu6.dp"}) {
    auto file = read_dp_file(reference_file(name));
    auto const model = model_of(file, name);
    auto const wanted = file.no_vacuum;
    ASSERT_FALSE(wanted.empty());
    file.no_vacuum.clear();
    auto const plain = model_of(file, name);
    for (std::size_t type = 0; type < wanted.size(); ++type) {
      double const change = std::abs(model.energy_bias[type] - plain.energy_bias[type]);
      if (wanted[type] != 0) EXPECT_GT(change, 1e-3) << name << type;
      else EXPECT_EQ(change, 0.0) << name << type;
    }
  }
}

TEST(DpFile, DamagedFilesAreNamed)
{
  ScratchFolder const folder;
  std::ifstream stream(reference_file("two_types.dp"), std::ios::binary);
  std::string const bytes((std::istreambuf_iterator<char>(stream)), {});
  for (int part = 0; part < 10; ++part) {
    auto const path = folder.write("short.dp", bytes.substr(0, bytes.size() * part / 10));
    expect_error([&] { convert_dp(path); }, "short.dp: ");
  }
  ChangedFile const file;
  file.describe("{\"model\": ");
  expect_error([&] { convert_dp(file.flushed()); }, "the attribute 'json' holds no JSON");
}

// By this byte HDF5 1.10 ends in a segmentation fault; other versions of it may refuse the file.
TEST(DpFile, DamageThatCrashesHdf5IsTold)
{
  ScratchFolder const folder;
  std::ifstream stream(reference_file("two_types.dp"), std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  bytes[2025] ^= 1 << 4;
  auto const path = folder.write("crash.dp", bytes);
  expect_error([&] { convert_dp(path); }, "crash.dp: ");
}

TEST(DpFile, DamagedFrozenFilesGiveCleanErrors)
{
  ScratchFolder const folder;
  std::ifstream stream(reference_file("two_types.pth"), std::ios::binary);
  std::string const bytes((std::istreambuf_iterator<char>(stream)), {});
  auto const whole = convert_pth(folder.write("flip.pth", bytes)).sha256;
  auto const directory = bytes.find("PK\1\2");    // what the file's parts are called and where
  ASSERT_NE(directory, std::string::npos);
  std::mt19937 random(3);
  int errors = 0;
  for (int n = 0; n < 60; ++n) {
    auto damaged = bytes;
    auto const from = n % 3 == 0 ? directory : 0;
    damaged[from + random() % (bytes.size() - from)] ^= static_cast<char>(1U << random() % 8);
    try {
      EXPECT_EQ(convert_pth(folder.write("flip.pth", damaged)).sha256, whole);
    } catch (const lbs::InputError &e) {
      EXPECT_NE(std::string(e.what()).find("flip.pth: "), std::string::npos) << e.what();
      ++errors;
    }
  }
  EXPECT_GT(errors, 30);    // the others hit what fills the gaps between the archive's files
}
