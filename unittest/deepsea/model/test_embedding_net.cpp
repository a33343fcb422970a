// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/model/embedding_net.hpp"
#include "deepsea/random_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace lbs::deepsea;
using lbs::deepsea::testing::RandomModel;

namespace {

TEST(EmbeddingNet, SlopesAreSlopes)
{
  RandomModel random(4);
  DenseNet const net = random.make({}).embedding.front();
  constexpr double H = 1e-5;
  NetSlopes at;
  evaluate_embedding(net, {0.4, 0.4 + H, 0.4 - H}, at);
  double strongest = 0.0;
  auto const channels = at.value.size() / 3;
  for (std::size_t m = 0; m < channels; ++m) {
    double const slope = (at.value[channels + m] - at.value[2 * channels + m]) / (2 * H);
    EXPECT_NEAR(at.slope[m], slope, 1e-8);
    strongest = std::max(strongest, std::fabs(slope));
  }
  EXPECT_GT(strongest, 0.1);
}

}    // namespace
