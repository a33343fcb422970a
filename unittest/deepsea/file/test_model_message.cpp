// SPDX-License-Identifier: GPL-2.0-only
#include "deepsea/file/model_message.hpp"
#include "deepsea/random_model.hpp"

#include <gtest/gtest.h>

using namespace lbs::deepsea;
using lbs::deepsea::testing::RandomModel;

namespace {

TEST(ModelMessage, BringsEverythingAcross)
{
  Model model = RandomModel(9).make({});
  model.provenance = {"a", "b", "c", "d"};
  model.precision = Precision::SINGLE;
  model.protection = 0.125;
  model.sha256 = "digits";
  model.shortest[3] = 1.25;
  model.hottest = 3500.0;
  Model const back = from_message(to_message(model));
  EXPECT_EQ(checksum(back), checksum(model));
  EXPECT_EQ(back.elements, model.elements);
  EXPECT_EQ(back.shortest, model.shortest);
  EXPECT_EQ(back.hottest, 3500.0);
  EXPECT_EQ(back.precision, model.precision);
  EXPECT_EQ(back.provenance.citation, "d");
  EXPECT_EQ(back.sha256, "digits");
  EXPECT_EQ(back.fitting[2][1].weight, model.fitting[2][1].weight);
  // The checksum does see a changed weight, so that its being equal means something.
  model.fitting[2][1].weight[5] += 1e-9;
  EXPECT_NE(checksum(back), checksum(model));
}

}    // namespace
