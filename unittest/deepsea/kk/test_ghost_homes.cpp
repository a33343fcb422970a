// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/kk/ghost_homes.hpp"
#include "device_cluster.hpp"

#include "deepsea/kk/force_shares.hpp"

using namespace lbs::deepsea;
using namespace lbs::deepsea::testing;

namespace {

using Space = Kokkos::DefaultExecutionSpace;
using Tags = Kokkos::View<const std::int64_t *, Space>;

// Images of own atoms go home; those of other ranks' atoms, and own atoms, stay.
TEST(GhostHomes, AreTheirAtoms)
{
  constexpr int OWNED = 500;
  std::vector<std::int64_t> tags;
  std::vector<int> expected;
  for (int i = 0; i < OWNED; ++i) {
    tags.push_back(std::int64_t{7'000'000'000} - 13 * i);
    expected.push_back(i);
  }
  for (int i = 0; i < 800; ++i) {
    int const of = i * 31 % 600;    // from 500 on: nobody's here
    tags.push_back(std::int64_t{7'000'000'000} - 13 * of);
    expected.push_back(of < OWNED ? of : OWNED + i);
  }
  Tags const on_device = device::to_device<Space>("tags", tags);
  auto const home = device::to_device<Space>("home", std::vector<int>(tags.size(), -1));
  device::find_homes<Tags, Space>(on_device, OWNED, static_cast<int>(tags.size()), home);
  EXPECT_EQ(device::to_host(home), expected);
}

// What images have gathered travels in rows of several arrays, and arrives once.
TEST(ForceShares, TravelHome)
{
  std::vector<double> force(3 * 7);
  std::vector<double> virial(6 * 7);
  for (std::size_t k = 0; k < force.size(); ++k) force[k] = 1.0 + double(k);
  for (std::size_t k = 0; k < virial.size(); ++k) virial[k] = 100.0 + double(k);
  auto const f = device::to_device<Space>("f", force);
  auto const v = device::to_device<Space>("v", virial);
  device::ShareColumns<Space> const columns[] = {{f, 3, 9, 0}, {v, 6, 9, 3}};
  auto const buffer = poisoned<double, Space>("buffer", 9 * 2);
  auto const list = device::to_device<Space>("list", std::vector<int>{3, 0});
  using Buffer = std::decay_t<decltype(buffer)>;
  using List = std::decay_t<decltype(list)>;
  for (const auto &of : columns) device::PackShares<Buffer, Space>{of, 5, buffer}.launch(2);
  for (const auto &of : columns)
    device::UnpackShares<Buffer, List, Space>{of, list, buffer}.launch(2);
  for (int const image : {5, 6}) {
    int const atom = image == 5 ? 3 : 0;
    for (int k = 0; k < 3; ++k) force[3 * atom + k] += std::exchange(force[3 * image + k], 0.0);
    for (int k = 0; k < 6; ++k) virial[6 * atom + k] += std::exchange(virial[6 * image + k], 0.0);
  }
  EXPECT_EQ(device::to_host(f), force);
  EXPECT_EQ(device::to_host(v), virial);
}

// Forces in either layout of LAMMPS.
TEST(AddForces, ToBothLayouts)
{
  auto const add = [](auto layout) {
    Kokkos::View<double *[3], decltype(layout), Space> const f("f", 4);
    Kokkos::deep_copy(f, 2.0);
    std::vector<double> numbers;
    for (int k = 0; k < 12; ++k) numbers.push_back(k);
    auto const force = device::to_device<Space>("force", numbers);
    device::AddForces<std::decay_t<decltype(f)>, Space>{force, f}.launch(3);
    auto const host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), f);
    for (int i = 0; i < 4; ++i)
      for (int a = 0; a < 3; ++a) EXPECT_EQ(host(i, a), i < 3 ? 2.0 + 3 * i + a : 2.0);
  };
  add(Kokkos::LayoutLeft());
  add(Kokkos::LayoutRight());
}

}    // namespace
