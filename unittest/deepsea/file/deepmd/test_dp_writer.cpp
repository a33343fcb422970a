// SPDX-License-Identifier: GPL-2.0-only
// DeePMD-kit's files as we write them: what DeePMD-kit's own say, and the same model read back.

#include "deepsea/file/deepmd/dp_file.hpp"
#include "deepsea/file/deepmd/dp_writer.hpp"
#include "deepsea/frames/frame_energy.hpp"
#include "deepsea/random_model.hpp"
#include "deepsea/reference_data.hpp"
#include "expect_error.hpp"
#include "frames/hdf5_file.hpp"
#include "scratch_folder.hpp"

#include <hdf5.h>

#include <functional>

using namespace lbs;
using namespace lbs::deepsea;
using lbs::deepsea::testing::ModelShape;
using lbs::deepsea::testing::RandomModel;
using lbs::deepsea::testing::reference_file;
using lbs::deepsea::testing::reference_frame;
using lbs::deepsea::testing::reference_json;
using lbs::test::expect_error;
using lbs::test::ScratchFolder;
using Json = nlohmann::json;

namespace {

const std::vector<std::string> MODELS = {
    "atom_ener",       "atom_ener_relu6", "exclude_one", "exclude_two", "float32", "gelu_one",
    "linear_softplus", "pair_exclusions", "tanh_two",    "two_types",   "wide_two"};

std::string exported(const Model &model)
{
  return dp_bytes(exported_model(model, "model.pt"), "deepsea", "1.2");
}

// A model that is like those of DeePMD-kit: no skip is set where it does nothing.
Model random_model(const ModelShape &shape = {})
{
  auto model = RandomModel(3).make(shape);
  for (auto *nets : {&model.embedding, &model.fitting})
    for (auto &net : *nets)
      for (auto &layer : net) layer.skip = layer.skips() > 0;
  model.sha256 = checksum(model);
  return model;
}

// An exported model as a file.
class ExportedFile {
 public:
  explicit ExportedFile(const Model &model) : path_(folder_.write("model.dp", exported(model))) {}

  [[nodiscard]] Model model() const { return convert_dp(path_); }
  [[nodiscard]] Json description() const { return described(path_); }
  [[nodiscard]] std::vector<double> numbers(const Json &name) const
  {
    std::vector<std::size_t> shape;
    return Hdf5File(path_).numbers(name.get<std::string>(), shape);
  }
  [[nodiscard]] std::size_t width_of(const Json &name) const
  {
    auto const file = H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    auto const data = H5Dopen2(file, name.get<std::string>().c_str(), H5P_DEFAULT);
    auto const type = H5Dget_type(data);
    auto const width = H5Tget_size(type);
    H5Tclose(type);
    H5Dclose(data);
    H5Fclose(file);
    return width;
  }
  static Json described(const std::string &path)
  {
    return Json::parse(Hdf5File(path).text_attribute("json"));
  }

 private:
  ScratchFolder folder_;
  std::string path_;
};

void expect_same_model(const Model &model)
{
  auto const back = ExportedFile(model).model();
  EXPECT_EQ(checksum(back), checksum(model));
  EXPECT_EQ(back.sha256, checksum(model));
  EXPECT_EQ(back.hottest, model.hottest);
  EXPECT_EQ(back.provenance.source, model.provenance.source);
  EXPECT_EQ(back.provenance.software, model.provenance.software);
  EXPECT_EQ(back.provenance.training, model.provenance.training);
  EXPECT_EQ(back.provenance.citation, model.provenance.citation);
}

void expect_refusal(const std::function<void(Model &)> &change, const std::string &words)
{
  auto model = random_model();
  change(model);
  expect_error([&] { exported(model); }, "model.pt: ");
  expect_error([&] { exported(model); }, words);
}

// The sizes of the arrays in place of their names, so that files can be compared.
void put_sizes(const Hdf5File &file, Json &json)
{
  if (json.is_object() && json.contains("@variables"))
    for (auto &name : json["@variables"]) {
      if (!name.is_string()) continue;
      std::vector<std::size_t> shape;
      (void) file.numbers(name, shape);
      name = shape;
    }
  if (json.is_structured())
    for (auto &part : json) put_sizes(file, part);
}

Json with_sizes(const std::string &path)
{
  auto json = ExportedFile::described(path);
  put_sizes(Hdf5File(path), json);
  return json;
}

}    // namespace

TEST(DpWriter, ConvertGivesTheSameModelBack)
{
  for (auto const &name : MODELS) {
    SCOPED_TRACE(name);
    expect_same_model(convert_dp(reference_file(name + ".dp")));
  }
}

TEST(DpWriter, ModelsOfAllShapesComeBack)
{
  for (auto shape : lbs::deepsea::testing::smooth_shapes())
    for (auto const activation : {Activation::RELU, Activation::RELU6, Activation::LINEAR}) {
      expect_same_model(random_model(shape));
      shape.embedding_activation = activation;
      expect_same_model(random_model(shape));
    }
  ModelShape one;
  one.elements = {"O"};
  expect_same_model(random_model(one));
}

TEST(DpWriter, ASkipThatDoesNothingIsTheSameAsNone)
{
  auto const plain = random_model();
  auto model = plain;
  auto &layer = model.fitting[0][0];    // of 80 numbers to 12
  ASSERT_EQ(layer.skip, false);
  layer.skip = true;
  ASSERT_NE(checksum(model), checksum(plain));
  EXPECT_EQ(ExportedFile(model).model().sha256, checksum(plain));
}

// DeePMD-kit's own file of the same model tells which keys there are, and arrays of what size.
TEST(DpWriter, TheDescriptionIsThatOfDeepmd)
{
  for (const char *name : {"tanh_two", "gelu_one", "exclude_one", "float32", "two_types"}) {
    SCOPED_TRACE(name);
    auto const original = reference_file(std::string(name) + ".dp");
    ScratchFolder const folder;
    auto const path = folder.write("model.dp", exported(convert_dp(original)));
    auto theirs = with_sizes(original);
    auto ours = with_sizes(path);
    EXPECT_EQ(ours["software"], "deepsea");
    EXPECT_EQ(ours["version"], "1.2");
    EXPECT_EQ(ours["deepsea"]["software"], "deepmd-kit 3.2.0");
    for (const char *key : {"software", "version", "time", "deepsea", "model_def_script"}) {
      theirs.erase(key);
      ours.erase(key);
    }
    // gelu_one was trained with averages set to zero, which a model does not tell.
    theirs["model"]["descriptor"]["set_davg_zero"] = false;
    EXPECT_GT(ours.dump().size(), 4000U);
    EXPECT_EQ(ours, theirs) << Json::diff(theirs, ours).dump(1);
  }
}

TEST(DpWriter, TheDefinitionIsEnoughToTrainFrom)
{
  auto const json = ExportedFile(convert_dp(reference_file("tanh_two.dp"))).description();
  auto const theirs = ExportedFile::described(reference_file("tanh_two.dp"));
  auto const &definition = json["model_def_script"];
  EXPECT_EQ(definition["type_map"], theirs["model_def_script"]["type_map"]);
  for (const char *part : {"descriptor", "fitting_net"})
    for (auto const &[key, value] : theirs["model_def_script"][part].items()) {
      if (key == "atom_ener") continue;
      EXPECT_EQ(definition[part][key], value) << key;
    }
}

TEST(DpWriter, EnergyShiftsAreAddedInDouble)
{
  auto const model = convert_dp(reference_file("float32.dp"));
  ExportedFile const file(model);
  auto const json = file.description()["model"];
  auto const &shift = json["@variables"]["out_bias"];
  EXPECT_EQ(file.numbers(shift), model.energy_bias);
  EXPECT_NE(model.energy_bias[0], static_cast<float>(model.energy_bias[0]));
  EXPECT_EQ(file.width_of(shift), 8U);
  EXPECT_EQ(file.numbers(json["fitting"]["@variables"]["bias_atom_e"]),
            std::vector<double>(4, 0.0));
  EXPECT_EQ(file.numbers(json["@variables"]["out_std"]), std::vector<double>(4, 1.0));
}

TEST(DpWriter, SinglePrecisionIsKeptIfNothingIsRounded)
{
  auto model = convert_dp(reference_file("float32.dp"));
  auto const precisions = [](const ExportedFile &file) {
    auto const tree = file.description()["model"];
    auto const &layer = tree["fitting"]["nets"]["networks"][0]["layers"][0];
    EXPECT_EQ(tree["descriptor"]["precision"], tree["fitting"]["precision"]);
    EXPECT_EQ(tree["descriptor"]["precision"], layer["precision"]);
    auto const width = file.width_of(layer["@variables"]["w"]);
    EXPECT_EQ(file.width_of(tree["descriptor"]["@variables"]["davg"]), width);
    return std::make_pair(layer["precision"].get<std::string>(), width);
  };
  EXPECT_EQ(precisions(ExportedFile(model)), std::make_pair(std::string("float32"), 4UL));
  EXPECT_TRUE(exported_model(model, "").notes.empty());

  for (double *number : {&model.embedding[1][0].weight[2], &model.fitting[3][1].bias[0],
                         &model.average[2][0], &model.fitting[0][1].timestep[1]}) {
    double const kept = *number;
    *number += 1.0e-12;
    EXPECT_EQ(precisions(ExportedFile(model)), std::make_pair(std::string("float64"), 8UL));
    expect_same_model(model);
    EXPECT_EQ(exported_model(model, "").notes.at(0).rfind("was trained in single", 0), 0U);
    *number = kept;
  }
  model.fitting[0][0].weight[0] = 1.0e60;    // more than float32 has
  EXPECT_EQ(precisions(ExportedFile(model)).second, 8UL);
}

TEST(DpWriter, ShortestDistancesOfAllPairsAreKept)
{
  auto model = random_model();
  for (std::size_t k = 0; k < 9; ++k) model.shortest[k] = 2.5 - 0.1 * static_cast<double>(k);
  model.shortest[8] = 0.0;    // not known
  expect_same_model(model);
  ExportedFile const file(model);
  EXPECT_EQ(file.numbers(file.description()["@variables"]["min_nbor_dist"]),
            std::vector<double>{model.shortest[7]});
  model.shortest.assign(9, 0.0);
  EXPECT_FALSE(ExportedFile(model).description()["@variables"].contains("min_nbor_dist"));
  expect_same_model(model);
}

TEST(DpWriter, ProvenanceIsKept)
{
  auto model = random_model();
  model.hottest = 3500.0;
  model.provenance = {"deepsea train \"a\\b\"", "deepsea 9", R"({"frames":3})", "doi"};
  expect_same_model(model);
}

TEST(DpWriter, PairsAreExcludedOnce)
{
  auto model = random_model();
  for (auto const &[a, b] : {std::pair(0, 2), std::pair(2, 0), std::pair(1, 1)})
    model.excluded[model.pair(a, b)] = 1;
  EXPECT_EQ(ExportedFile(model).description()["model"]["descriptor"]["exclude_types"],
            (Json{{0, 2}, {1, 1}}));
  expect_same_model(model);
}

// DeePMD-kit has no neighbors of a type without slots: excluded for the centers of all types, while
// its own centers keep their neighbors.
TEST(DpWriter, TypesWithoutSlotsAreExcludedAsNeighbors)
{
  auto model = random_model();
  model.selection[1] = 0;
  expect_error([&] { exported(model); }, "sel is 0 for B, so that DeePMD-kit would leave out");
  for (int center = 0; center < 3; ++center) {
    model.excluded[model.pair(center, 1)] = 1;
    model.average[model.pair(center, 1)] = {0.0, 0.0, 0.0, 0.0};
    model.deviation[model.pair(center, 1)] = {1.0, 1.0, 1.0, 1.0};
  }
  expect_same_model(model);
  EXPECT_EQ(ExportedFile(model).description()["model"]["descriptor"]["exclude_types"],
            Json::array());
  model.average[model.pair(0, 1)][0] = 0.5;    // of no slot, so that nothing changes
  EXPECT_NO_THROW(exported(model));
  model.excluded[model.pair(1, 0)] = 1;    // B-Li: given for both, of which one counts
  EXPECT_EQ(ExportedFile(model).model().excluded, model.excluded);
}

TEST(DpWriter, WhatDeepmdHasNoPlaceForIsRefused)
{
  expect_refusal([](Model &model) { model.excluded[model.pair(0, 2)] = 1; },
                 "neighbors O are excluded for centers Li, but not the reverse");
  expect_refusal([](Model &model) { model.embedding[4][1].activation = Activation::GELU; },
                 "the layers of the embedding nets differ in their activation function");
  expect_refusal(
      [](Model &model) {
        for (auto &layer : model.embedding[4]) layer.activation = Activation::GELU;
      },
      "the embedding nets differ in their widths, activation function or timesteps");
  expect_refusal(
      [](Model &model) {
        model.fitting[1] = RandomModel(4).make({{"O"}, {5, 10, 20}, {12}}).fitting[0];
      },
      "the fitting nets differ in their widths");
  expect_refusal([](Model &model) { model.embedding[0][1].skip = false; },
                 "a layer of the embedding nets has no skip where its widths allow it");
  expect_refusal([](Model &model) { model.fitting[2][1].timestep.clear(); },
                 "the fitting nets differ in their widths, activation function or timesteps");
  expect_refusal([](Model &model) { model.embedding[2][2].timestep.clear(); },
                 "some layers of the embedding nets have a timestep and some have none");
  expect_refusal([](Model &model) { model.fitting[0][0].timestep.assign(12, 1.0); },
                 "some layers of the fitting nets have a timestep");
  expect_refusal([](Model &model) { model.fitting[0].back().activation = Activation::TANH; },
                 "the last layer of a fitting net has an activation function");
  expect_refusal([](Model &model) { model.fitting[0].back().timestep = {1.0}; },
                 "the last layer of a fitting net has an activation function");
  expect_refusal(
      [](Model &model) {
        for (auto &net : model.fitting) {
          net.erase(net.begin(), net.end() - 1);
          net[0].inputs = 80;
          net[0].weight.assign(80, 0.1);
        }
      },
      "a fitting net has no hidden layer");
  expect_refusal([](Model &model) { model.fitting.pop_back(); }, "the list of fitting nets has 2");
}

// Found by running them; see reference/deepsea/check_export.py.
TEST(DpWriter, WhatTheTensorflowBackEndDoesOtherwiseIsNoted)
{
  auto const notes = [](const std::string &name) {
    return exported_model(convert_dp(reference_file(name + ".dp")), name).notes;
  };
  for (const char *name : {"exclude_one", "exclude_two"})
    EXPECT_NE(notes(name).at(0).find("excludes pairs whose davg is not zero: make no .pb"),
              std::string::npos);
  for (const char *name : {"linear_softplus", "pair_exclusions", "two_types"})
    EXPECT_NE(notes(name).at(0).find("twice the width: make no .pb"), std::string::npos) << name;
  for (const char *name : {"tanh_two", "gelu_one", "float32"})
    EXPECT_TRUE(notes(name).empty()) << name << notes(name).front();
}

TEST(DpWriter, TheSameModelGivesTheSameBytes)
{
  auto const model = random_model();
  auto const bytes = exported(model);
  EXPECT_EQ(exported(model), bytes);
  EXPECT_GT(bytes.size(), 10000U);
}

// export/ holds what `deepsea export` wrote of two_types.dp, and what DeePMD-kit made of that; see
// reference/deepsea/check_export.py.
TEST(DpWriter, WritesWhatDeepmdHasRun)
{
  auto const model = convert_dp(reference_file("two_types.dp"));
  ScratchFolder const folder;
  auto ours = with_sizes(folder.write("model.dp", exported(model)));
  auto run = with_sizes(reference_file("export/two_types.dp"));
  for (auto *json : {&ours, &run}) json->erase("version");
  EXPECT_EQ(ours, run) << Json::diff(run, ours).dump(1);
  EXPECT_EQ(convert_dp(reference_file("export/two_types.dp")).sha256, model.sha256);

  EvaluatorSettings settings;
  settings.table_error = 0.0;
  auto const engine = fast_engine(convert_dp(reference_file("export/two_types.dp")), settings);
  auto const frames = reference_json("frames.json");
  auto const numbers = reference_json("export/two_types.json")["frames"];
  EXPECT_EQ(numbers.size(), 3U);
  for (auto const &[name, deepmd] : numbers.items()) {
    auto const result = engine->evaluate(reference_frame(frames[name]));
    EXPECT_NEAR(result.energy, deepmd["energy"].get<double>(), 1e-9) << name;
    double largest = 0.0;
    for (std::size_t i = 0; i < result.force.size(); ++i)
      for (std::size_t k = 0; k < 3; ++k) {
        EXPECT_NEAR(result.force[i][k], deepmd["forces"][i][k].get<double>(), 1e-9) << name << i;
        largest = std::max(largest, std::abs(result.force[i][k]));
      }
    EXPECT_GT(largest, 0.1);
    for (std::size_t k = 0; k < 9; ++k)
      EXPECT_NEAR(result.virial[k], deepmd["virial"][k].get<double>(), 1e-9) << name << k;
    for (std::size_t i = 0; i < result.atom_energy.size(); ++i)
      EXPECT_NEAR(result.atom_energy[i], deepmd["atomic_energies"][i].get<double>(), 1e-9) << name;
  }
}
