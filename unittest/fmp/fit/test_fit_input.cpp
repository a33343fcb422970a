// SPDX-License-Identifier: GPL-2.0-only
// Inputs of fmp fit, good ones and bad ones.
#include "fmp/fit/fit_data.hpp"
#include "fmp/fit/input.hpp"

#include "expect_error.hpp"
#include "frames/npy_bytes.hpp"
#include "scratch_folder.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <limits>

using namespace lbs::fmp;
using namespace lbs::fmp::fit;
using namespace lbs::test;
using Json = nlohmann::json;

namespace {

class FitInputs : public ::testing::Test {
 protected:
  ScratchFolder folder_;
  Json json_ = Json::parse(R"({
    "potential": "start.fmp",
    "pair_style": "fmp/lbs 6.0 coul dsf 0.25 6.0",
    "data": [{"systems": "set"}],
    "free": {"pairs": {"Si O": {"A": true}}}
  })");

  void SetUp() override
  {
    std::ifstream in(std::string(LBS_POTENTIALS_DIR) + "/deng-du-teter.fmp");
    folder_.write("start.fmp", {std::istreambuf_iterator<char>(in), {}});
    write_set("set", {"O", "Si"}, {0, 0, 1});
  }

  // One frame of SiO2.
  void write_set(const std::string &name, const std::vector<std::string> &elements,
                 const std::vector<int> &types)
  {
    std::string map;
    std::string list;
    for (auto const &element : elements) map += element + "\n";
    for (int const type : types) list += std::to_string(type) + "\n";
    folder_.write(name + "/type_map.raw", map);
    folder_.write(name + "/type.raw", list);
    numbers(name, "coord", "(1, 9)", {0, 0, 0, 1.6, 0.1, 0, 3.2, 0, 1.5});
    numbers(name, "box", "(1, 9)", {7, 0, 0, 0, 7, 0, 0, 0, 7});
    numbers(name, "energy", "(1,)", {-12.0});
    numbers(name, "force", "(1, 9)", {1, 0, 0, 0, 1, 0, 0, 0, 1});
  }

  void numbers(const std::string &set, const std::string &array, const std::string &shape,
               const std::vector<double> &values)
  {
    folder_.write(set + "/set.000/" + array + ".npy", npy("<f8", shape, bytes_of(values)));
  }

  FitInput read() { return read_fit_input(folder_.write("input.json", json_.dump())); }
  FitData data() { return read_fit_data(read(), 1); }

  // The message with one value of the input replaced; `place` as in /free/pairs.
  void refused(const std::string &place, const std::string &value, const std::string &words)
  {
    Json const before = json_;
    json_[Json::json_pointer(place)] = Json::parse(value);
    expect_error([&] { read(); }, words);
    json_ = before;
  }
};

}    // namespace

TEST_F(FitInputs, EveryKeyArrives)
{
  json_["name"] = "mine";
  json_["title"] = "Mine";
  json_["shift"] = true;
  json_["data"] = Json::parse(
      R"([{"systems": ["set", "other"], "n4": 0.25, "weight": [0.5, 2],
           "use": ["stress", "energy"]},
          {"systems": "set", "n4": "dbx", "weight": 3, "use": ["force"]}])");
  json_["errors"] = {{"energy", 0.02}, {"force", 0.3}, {"stress", 0.7}};
  json_["energy_reference"] = "element";
  json_["optimizer"] = {{"steps", 17}, {"tolerance", 1e-5}};
  json_["cross_validation"] = true;
  FitInput const input = read();
  EXPECT_EQ(input.name, folder_.file("mine"));
  EXPECT_EQ(input.title, "Mine");
  EXPECT_TRUE(input.shift);
  ASSERT_EQ(input.sets.size(), 2U);
  const SetInput &one = input.sets[0];
  const SetInput &two = input.sets[1];
  EXPECT_EQ(one.systems, (std::vector<std::string>{folder_.file("set"), folder_.file("other")}));
  EXPECT_EQ(one.n4.source, N4Choice::GIVEN);
  EXPECT_EQ(one.n4.value, 0.25);
  EXPECT_EQ(two.n4.source, N4Choice::DELL_BRAY_XIAO);
  EXPECT_EQ(one.weights, (std::vector<double>{0.5, 2.0}));
  EXPECT_EQ(two.weights, std::vector<double>{3.0});
  EXPECT_TRUE(one.energy && one.stress && !one.force);
  EXPECT_TRUE(!two.energy && !two.stress && two.force);
  EXPECT_EQ(input.scales.energy, 0.02);
  EXPECT_EQ(input.scales.force, 0.3);
  EXPECT_EQ(input.scales.stress, 0.7);
  EXPECT_EQ(input.reference, EnergyReference::ELEMENT);
  EXPECT_EQ(input.steps, 17);
  EXPECT_EQ(input.tolerance, 1e-5);
  EXPECT_TRUE(input.cross_validation);
}

TEST_F(FitInputs, Defaults)
{
  auto const input = read();
  EXPECT_EQ(input.name, folder_.file("fit"));
  EXPECT_EQ(input.style.cut_coulomb, 6.0);
  ASSERT_EQ(input.free.size(), 1U);
  EXPECT_EQ(input.free[0].name, "A Si O");
  EXPECT_EQ(input.free[0].unit, "eV");
  EXPECT_EQ(input.free[0].start, 13702.905);
  EXPECT_EQ(input.free[0].lower, 0.0);
  EXPECT_FALSE(input.free[0].width.has_value());
  EXPECT_EQ(input.reference, EnergyReference::COMPOSITION);
  auto const frames = data();
  ASSERT_EQ(frames.frames.size(), 1U);
  EXPECT_EQ(frames.conditions[0].name, "SiO2 1");
  EXPECT_EQ(frames.frames[0].volume, 343.0);
}

TEST_F(FitInputs, EverythingThatCanBeFree)
{
  json_["free"] = Json::parse(R"({
    "pairs": {"O O": {"A": {"start": 2000, "bounds": [1000, 3000], "prior": [2100, 50]},
                      "rho": true, "C": true, "core": {"start": 1.9}},
              "O Si": {"A": false}},
    "models": {"A_BO": {"T1": true, "A2": {"bounds": [0, 2e4]}}},
    "charges": {"O": {"bounds": [-1.4, -1.0]}}})");
  json_["forms"] = {{"A_BO", "deng-du T1 4000"}};
  auto const input = read();
  ASSERT_EQ(input.free.size(), 7U);
  EXPECT_EQ(input.free[0].start, 2000.0);
  EXPECT_EQ(input.file.pair("O", "O").A.number, 2000.0);
  EXPECT_EQ(input.free[0].upper, 3000.0);
  EXPECT_EQ(input.free[0].prior, 2100.0);
  EXPECT_EQ(input.free[0].width, 50.0);
  EXPECT_EQ(input.file.pair("O", "O").core_r0, 1.9);
  EXPECT_EQ(input.free[4].name, "A_BO A2");
  EXPECT_EQ(input.free[5].start, 4000.0);
  EXPECT_EQ(input.free[6].lower, -1.4);
  json_["forms"] = {{"A_BO", "polynomial 12000 80*K^2"}};
  json_["free"] = {{"models", {{"A_BO", true}}}};
  EXPECT_EQ(read().free[1].name, "A_BO K^2");
}

TEST_F(FitInputs, UnknownKeysNameTheNearestOne)
{
  refused("/pair_stile", "1", "pair_stile is not known; do you mean 'pair_style'?");
  refused("/data/0/wieght", "1", "data[1]/wieght is not known; do you mean 'weight'?");
  refused("/free/pairs/Si O/roh", "true", "roh is not known; do you mean 'rho'?");
  refused("/free/pairs/Sii O", "{}", "is no pair of the potential file; do you mean 'Si O'?");
  refused("/free/models", R"({"A_B": true})", "A_B is not known; do you mean 'A_BO'?");
  refused("/free/models", R"({"A_BO": {"T4": true}})", "T4 is not known; do you mean 'T1'?");
  refused("/free/charges", R"({"Xx": true})", "Xx is not known; do you mean");
  refused("/free/pairs/Si O/A", R"({"bound": [1, 2]})", "do you mean 'bounds'?");
  refused("/errors", R"({"forces": 1})", "do you mean 'force'?");
}

TEST_F(FitInputs, ValuesThatMakeNoSense)
{
  refused("/free/pairs/Si O/A", R"({"bounds": [20000, 10000]})", "must be the lower and then");
  refused("/free/pairs/Si O/A", R"({"bounds": [10000]})", "must be two numbers in brackets");
  refused("/free/pairs/Si O/A", R"({"bounds": [-1, 2e4]})", "may not go below 0");
  refused("/free/pairs/Si O/A", R"({"bounds": [0, 1e4]})", "starts at 13702.905, outside of its");
  refused("/free/pairs/Si O/A", R"({"prior": [1e4, 0]})", "a value and a width of more than 0");
  refused("/free/pairs/Si O/A", R"({"start": "x"})", "must be a number");
  refused("/free/pairs/Si O/A", "3", "must be true, false or a section with bounds");
  refused("/free/pairs/Si O", R"({"D": true})", "is not in this pair's line");
  refused("/free/pairs/Si O", R"({"1/rho": true})",
          "is not what the potential file gives; free rho");
  refused("/free/pairs/Si O", R"({"core": true})", "needs a section with start");
  refused("/free/pairs/Si O", R"({"core": {"bounds": [1, 2]}})", "the file does not say where");
  refused("/free/pairs", R"({"Li O": {"core": true}})", "is not in this pair's line");
  refused("/free/pairs", R"({"B O": {"A": true}})", "is the model A_BO in the potential file");
  refused("/free/pairs", R"({"B B": {"A": true}})", "has no short-range term");
  refused("/free/pairs", R"({"O Si": {"A": true}, "Si O": {"C": true}})", "is given twice");
  refused("/free", R"({})", "names nothing, so there is nothing to fit");
  refused("/free/pairs/Si O/A", "false", "names nothing, so there is nothing to fit");
  refused("/errors", R"({"force": 0})", "must be more than 0");
  refused("/energy_reference", "\"atom\"", "must be composition, element or none, not atom");
  refused("/pair_style", "\"6.0 coul dfs 0.25 6.0\"", "unknown Coulomb style 'dfs'");
  refused("/data", "[]", "must be a list of sets");
  refused("/data/0/n4", "\"experiment\"", "must be a number or dbx");
  refused("/data/0/weight", "-1", "must be 0 or more");
  refused("/data/0/use", "[\"virial\"]", "may hold energy, force and stress, not virial");
  refused("/forms", R"({"B_O": "polynomial 1"})", "B_O is no model of the potential file");
  refused("/optimizer", R"({"steps": 0})", "must be 1 or more");
}

TEST_F(FitInputs, ChargesThatCannotBeNeutral)
{
  refused("/free/charges", R"({"Si": true})", "cannot be free alone: no glass would stay neutral");
  auto const file = [&](const std::string &from, const std::string &to) {
    std::ifstream in(std::string(LBS_POTENTIALS_DIR) + "/deng-du-teter.fmp");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    folder_.write("start.fmp", text.replace(text.find(from), from.size(), to));
  };
  file("charge  2.4", "charge  2.3");
  refused("/free/charges", R"({"O": true})", "SiO2 is neutral if Si has 2.4");
  file("charge -1.2", "charge neutral");
  refused("/free/charges", R"({"O": true})", "follows from neutrality");
  json_["free"]["charges"] = {{"Si", true}};
  EXPECT_EQ(read().free.back().slot.kind, Slot::Kind::CHARGE);
}

TEST_F(FitInputs, FramesThatCannotBeUsed)
{
  numbers("set", "force", "(1, 9)",
          {1, 0, 0, 0, std::numeric_limits<double>::quiet_NaN(), 0, 0, 0, 1});
  expect_error([&] { data(); }, "force.npy, frame 1, atom 2: a number is nan");
  write_set("set", {"O", "Ge"}, {0, 0, 1});
  expect_error([&] { data(); }, "set, frame 1: the potential file has no element Ge");
  write_set("set", {"O", "Si"}, {0, 1, 1});
  expect_error([&] { data(); }, "set, frame 1: the atoms are no mixture of oxides");
  write_set("set", {"O", "Si"}, {0, 0, 1});
  numbers("set", "coord", "(1, 9)", {0, 0, 0, 7, 0.0, 0.0, 3.2, 0, 1.5});
  expect_error([&] { data(); }, "set, frame 1: atoms 1 and 2 lie on one spot");
  write_set("set", {"O", "Si"}, {0, 0, 1});
  numbers("set", "virial", "(1, 9)", {1, 2, 3, 2, 4, 5, 3, 6, 6});
  expect_error([&] { data(); }, "the virial is not symmetric");
  folder_.write("set/nopbc", "");
  numbers("set", "virial", "(1, 9)", {1, 2, 3, 2, 4, 5, 3, 5, 6});
  expect_error([&] { data(); }, "not periodic in all directions");
  json_["data"][0]["use"] = {"stress"};
  std::filesystem::remove(folder_.file("set/set.000/virial.npy"));
  expect_error([&] { data(); }, "neither energy.npy nor force.npy nor virial.npy");
  json_["data"][0] = {{"systems", "set"}, {"weight", {1, 2}}};
  expect_error([&] { data(); }, "set 1 has 1 frames, but 2 weights");
  json_["data"][0]["weight"] = 0;
  expect_error([&] { data(); }, "hold no frame with a weight of more than 0");
  json_["data"][0] = {{"systems", "nowhere"}};
  expect_error([&] { data(); }, "there is no such file or folder");
}
