// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/file/model_bytes.hpp"
#include "deepsea/file/model_file.hpp"
#include "deepsea/file/torch/model_torch.hpp"
#include "deepsea/random_model.hpp"
#include "expect_error.hpp"
#include "scratch_folder.hpp"

#include <sys/resource.h>

#include <functional>
#include <limits>
#include <sstream>

using namespace lbs::deepsea;
using lbs::deepsea::testing::RandomModel;
using lbs::test::expect_error;
using lbs::test::ScratchFolder;

namespace {

Model small_model()
{
  auto model = RandomModel(2).make({{"O", "Si"}, {3, 6}, {5, 5}, 2, false, true});
  model.excluded[1] = 1;
  model.shortest = {2.1, 1.5, 1.5, 2.9};
  model.hottest = 3500.0;
  model.protection = 0.01;
  model.precision = Precision::SINGLE;
  model.provenance = {"a test", "GoogleTest", "{\"frames\": 12}", "nobody"};
  model.sha256 = checksum(model);
  return model;
}

std::string sealed(const torch::jit::Module &module)
{
  std::ostringstream stream;
  module.save(stream);
  return seal(stream.str());
}

// Reads a module as if it were a model file.
void read(const torch::jit::Module &module)
{
  ScratchFolder const folder;
  read_model(folder.write("model.pt", sealed(module)));
}

// The same module without one attribute.
torch::jit::Module without(const torch::jit::Module &module, const std::string &name)
{
  torch::jit::Module out("__torch__.lbs.deepsea.Model");
  for (auto const &attribute : module.named_attributes(false))
    if (attribute.name != name && attribute.name != "training" &&
        attribute.name != "_is_full_backward_hook")
      out.register_attribute(attribute.name, attribute.value.type(), attribute.value);
  return out;
}

// Largest memory of the process so far, in MiB.
double peak_memory()
{
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

// Whether a damaged file gives a clean error; anything but the right model is a failure.
bool gives_error(const std::string &path, const std::string &sum)
{
  try {
    EXPECT_EQ(read_model(path).sha256, sum);
    return false;
  } catch (const lbs::InputError &e) {
    EXPECT_NE(std::string(e.what()).find(path), std::string::npos) << e.what();
    return true;
  }
}

}    // namespace

TEST(ModelTorch, FileGivesBackTheModel)
{
  ScratchFolder const folder;
  auto const model = small_model();
  write_model(model, folder.file("model.pt"));
  auto const back = read_model(folder.file("model.pt"));
  EXPECT_EQ(back.sha256, model.sha256);
  EXPECT_EQ(checksum(back), checksum(model));    // of everything that decides about energies
  EXPECT_EQ(back.provenance.source, "a test");
  EXPECT_EQ(back.provenance.software, "GoogleTest");
  EXPECT_EQ(back.provenance.training, "{\"frames\": 12}");
  EXPECT_EQ(back.provenance.citation, "nobody");
  std::filesystem::directory_iterator const files(folder.file(""));
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);    // nothing else is left
}

TEST(ModelTorch, FileIsWrittenWholeOrNotAtAll)
{
  expect_error([] { write_model(small_model(), "/no/such/folder/model.pt"); },
               "cannot write /no/such/folder/model.pt: No such file or directory");
  ScratchFolder const folder;
  auto model = small_model();
  model.fitting.pop_back();
  expect_error([&] { write_model(model, folder.file("model.pt")); }, "the model to be written");
  EXPECT_FALSE(std::filesystem::exists(folder.file("model.pt")));
}

TEST(ModelTorch, WhatExistsIsKeptUnlessItMayBeReplaced)
{
  ScratchFolder const folder;
  auto const path = folder.write("model.pt", "precious");
  expect_error([&] { write_model(small_model(), path, Existing::KEEP); }, "model.pt exists; give");
  EXPECT_EQ(std::filesystem::file_size(path), 8U);
  write_model(small_model(), path, Existing::REPLACE);
  EXPECT_EQ(read_model(path).sha256, checksum(small_model()));

  expect_error([&] { check_output(path, Existing::KEEP, folder.file("x.dp")); }, "model.pt exists");
  EXPECT_NO_THROW(check_output(path, Existing::REPLACE, folder.file("x.dp")));
  EXPECT_NO_THROW(check_output(folder.file("new.pt"), Existing::KEEP, path));
  for (auto const existing : {Existing::KEEP, Existing::REPLACE}) {
    expect_error([&] { check_output(path, existing, folder.file("./model.pt")); },
                 "is the input; give");
    expect_error([&] { check_output(folder.file(""), existing, path); }, "that is no file");
  }
}

TEST(ModelTorch, PlainLibtorchLoadsAndRunsTheFile)
{
  ScratchFolder const folder;
  write_model(small_model(), folder.file("model.pt"));
  auto module = torch::jit::load(folder.file("model.pt"));
  auto const coord = torch::tensor({{0.0, 0.0, 0.0}, {1.6, 0.0, 0.0}}, torch::kDouble);
  auto const energy =
      module
          .forward({coord, torch::tensor({0, 1}), torch::tensor({0, 1, 2}), torch::tensor({1, 0})})
          .toTensor();
  EXPECT_EQ(energy.sizes(), at::IntArrayRef({2}));
  EXPECT_GT(std::abs(energy.sum().item<double>()), 0.1);
}

TEST(ModelTorch, MissingAttributesAreNamed)
{
  auto const module = model_module(small_model());
  int count = 0;
  for (auto const &attribute : module.named_attributes(false)) {
    auto const &name = attribute.name;
    if (name == "training" || name == "_is_full_backward_hook" || name == "format") continue;
    expect_error([&] { read(without(module, name)); }, "'" + name + "' is missing");
    ++count;
  }
  EXPECT_EQ(count, 35);
  expect_error([&] { read(without(module, "format")); }, "no deepsea model");
}

TEST(ModelTorch, AttributesOfTheWrongKindAreNamed)
{
  auto const module = model_module(small_model());
  for (const char *name : {"schema_version", "cutoff", "elements", "selection", "one_side",
                           "embedding_weight", "fitting_skip", "average", "sha256"}) {
    auto changed = without(module, name);
    changed.register_attribute(name,
                               c10::DictType::create(c10::IntType::get(), c10::IntType::get()),
                               c10::Dict<std::int64_t, std::int64_t>());
    expect_error([&] { read(changed); }, std::string("'") + name + "' is not");
  }
}

TEST(ModelTorch, FilesOfSchemaOneHaveNoTemperature)
{
  auto model = small_model();
  model.hottest = 0.0;
  model.sha256 = checksum(model);
  auto module = without(model_module(model), "hottest");
  module.setattr("schema_version", 1);
  ScratchFolder const folder;
  EXPECT_EQ(read_model(folder.write("model.pt", sealed(module))).hottest, 0.0);
  module.setattr("schema_version", 2);
  expect_error([&] { read(module); }, "'hottest' is missing");
}

TEST(ModelTorch, NewerSchemaIsRefused)
{
  auto module = model_module(small_model());
  module.setattr("schema_version", 7);
  expect_error([&] { read(module); },
               "schema 7 of the model file is newer than schema 2 of this program; update");
  module.setattr("schema_version", 0);
  expect_error([&] { read(module); }, "there is no schema 0");
}

TEST(ModelTorch, OtherUnitsAreRefused)
{
  auto module = model_module(small_model());
  module.setattr("length_unit", "bohr");
  expect_error([&] { read(module); }, "length_unit is 'bohr', but must be 'angstrom'; convert");
  module.setattr("length_unit", "angstrom");
  read(module);
  module.setattr("energy_unit", "hartree");
  expect_error([&] { read(module); }, "energy_unit is 'hartree', but must be 'eV'; convert");
}

TEST(ModelTorch, WeightsThatAreNotFiniteAreRefused)
{
  auto module = model_module(small_model());
  auto const weights = module.attr("fitting_weight").toTensorVector();
  weights[1][2][3] = std::numeric_limits<double>::quiet_NaN();    // shares its storage
  expect_error([&] { read(module); },
               "weight of layer 2 of the fitting net of O holds a number that is not finite");
}

TEST(ModelTorch, EditedWeightsAreRefused)
{
  auto module = model_module(small_model());
  module.attr("energy_bias").toTensor()[0] += 1.0e-6;
  expect_error([&] { read(module); }, "the checksum is not that of the weights");
}

TEST(ModelTorch, SizesThatDoNotFitAreRefused)
{
  auto module = model_module(small_model());
  module.setattr("axis_neurons", 3);
  expect_error([&] { read(module); }, "takes 12 numbers, but gets 18");
  module.setattr("axis_neurons", 2);
  module.setattr("channels", 7);
  expect_error([&] { read(module); }, "'channels' is not the width");
}

TEST(ModelTorch, TensorsLargerThanTheFileAreRefused)
{
  // One stored number, seen as 10^12 of them.
  auto module = without(model_module(small_model()), "average");
  module.register_attribute("average", c10::TensorType::get(),
                            torch::ones({1}, torch::kDouble).expand({1000000000000}));
  expect_error([&] { read(module); }, "'average' has more numbers than it can have");
  EXPECT_LT(peak_memory(), 1000.0);
}

TEST(ModelTorch, OtherTorchScriptIsNoModel)
{
  torch::jit::Module module("__torch__.Other");
  module.define("def forward(self, x):\n    return x + 1\n");
  std::ostringstream stream;
  module.save(stream);
  ScratchFolder const folder;
  auto const path = folder.write("other.pt", stream.str());
  expect_error([&] { read_model(path); }, "is a TorchScript file, but no deepsea model");
  expect_error([&] { read_model(folder.write("other.pt", seal(stream.str()))); },
               "no deepsea model");
}

TEST(ModelTorch, TruncatedFilesAreRefused)
{
  ScratchFolder const folder;
  auto const model = small_model();
  auto const bytes = sealed(model_module(model));
  for (std::size_t part = 0; part < 40; ++part) {
    auto const path = folder.write("short.pt", bytes.substr(0, bytes.size() * part / 40));
    EXPECT_TRUE(gives_error(path, model.sha256)) << part;
  }
  expect_error([&] { read_model(folder.write("s.pt", bytes.substr(0, bytes.size() - 1))); },
               "s.pt is damaged or incomplete: its checksum is wrong");
}

TEST(ModelTorch, ThousandByteFlipsGiveCleanErrors)
{
  ScratchFolder const folder;
  auto const model = small_model();
  auto const bytes = sealed(model_module(model));
  read_model(folder.write("flip.pt", bytes));    // libtorch takes its memory now
  double const before = peak_memory();
  std::mt19937 random(20261122);
  int errors = 0;
  for (int n = 0; n < 1000; ++n) {
    auto damaged = bytes;
    damaged[random() % bytes.size()] ^= static_cast<char>(1U << random() % 8);
    if (gives_error(folder.write("flip.pt", damaged), model.sha256)) ++errors;
  }
  EXPECT_EQ(errors, 1000);
  EXPECT_LT(peak_memory() - before, 300.0);    // sanitizers keep freed memory for a while
}

// Damage that somebody covered by a new seal: now the archive's own checksums and the contract are
// what stands between it and trouble.
TEST(ModelTorch, ByteFlipsUnderANewSealGiveCleanErrors)
{
  ScratchFolder const folder;
  auto const model = small_model();
  std::ostringstream stream;
  model_module(model).save(stream);
  auto const archive = stream.str();
  read_model(folder.write("flip.pt", seal(archive)));
  double const before = peak_memory();
  std::mt19937 random(7);
  int errors = 0;
  for (int n = 0; n < 300; ++n) {
    auto damaged = archive;
    damaged[random() % (archive.size() - 22)] ^= static_cast<char>(1U << random() % 8);
    if (gives_error(folder.write("flip.pt", seal(damaged)), model.sha256)) ++errors;
  }
  EXPECT_GT(errors, 200);
  EXPECT_LT(peak_memory() - before, 300.0);
}
