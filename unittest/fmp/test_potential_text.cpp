// SPDX-License-Identifier: GPL-2.0-only
#include "fmp/potential_text.hpp"

#include "expect_error.hpp"
#include "shipped.hpp"

using namespace lbs::fmp;
using lbs::test::expect_error;
using lbs::test::shipped;

namespace {

bool same(const Parameter &a, const Parameter &b)
{
  return a.number == b.number && a.model == b.model;
}

void expect_same(const PotentialFile &a, const PotentialFile &b)
{
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.units, b.units);
  EXPECT_EQ(a.date, b.date);
  EXPECT_EQ(a.citation, b.citation);
  EXPECT_EQ(a.n4_dell_bray_xiao, b.n4_dell_bray_xiao);
  ASSERT_EQ(a.elements.size(), b.elements.size());
  for (std::size_t k = 0; k < a.elements.size(); ++k) {
    EXPECT_EQ(a.elements[k].symbol, b.elements[k].symbol);
    EXPECT_EQ(a.elements[k].modifier, b.elements[k].modifier);
    EXPECT_EQ(a.elements[k].oxide.has_value(), b.elements[k].oxide.has_value());
    ASSERT_EQ(a.elements[k].charge.has_value(), b.elements[k].charge.has_value());
    EXPECT_TRUE(!a.elements[k].charge || same(*a.elements[k].charge, *b.elements[k].charge));
  }
  ASSERT_EQ(a.coulomb.has_value(), b.coulomb.has_value());
  if (a.coulomb) {
    EXPECT_EQ(a.coulomb->style, b.coulomb->style);
    EXPECT_EQ(a.coulomb->alpha, b.coulomb->alpha);
    EXPECT_EQ(a.coulomb->cut, b.coulomb->cut);
    EXPECT_EQ(a.coulomb->smooth, b.coulomb->smooth);
  }
  ASSERT_EQ(a.pairs.size(), b.pairs.size());
  for (auto const &[names, p] : a.pairs) {
    auto const &q = b.pairs.at(names);
    EXPECT_EQ(p.coulomb_only, q.coulomb_only);
    EXPECT_TRUE(same(p.A, q.A) && same(p.rho, q.rho) && same(p.C, q.C) && same(p.D, q.D));
    EXPECT_EQ(p.inverse_rho, q.inverse_rho);
    EXPECT_EQ(p.power, q.power);
    EXPECT_EQ(p.core, q.core);
    EXPECT_EQ(p.core_r0, q.core_r0);
    EXPECT_EQ(p.cut, q.cut);
    EXPECT_EQ(p.shift, q.shift);
    EXPECT_EQ(p.smooth, q.smooth);
  }
}

}    // namespace

TEST(PotentialText, IsReadBackTheSame)
{
  for (const char *name : {"deng-du-teter.fmp", "lbs.fmp", "shik.fmp"}) {
    auto const file = shipped(name);
    auto const text = potential_text(file, {"made by a test", "on two lines"});
    EXPECT_NE(text.find("\n# made by a test\n# on two lines\n"), std::string::npos);
    expect_same(parse_potential_file(text, name), file);
  }
}

TEST(PotentialText, KeepsEveryDigit)
{
  auto file = shipped("deng-du-teter.fmp");
  file.pairs.at({"O", "O"}).rho.number = 0.1 + 0.2;
  file.pairs.at({"O", "O"}).core_r0 = 2.0 / 3.0;
  expect_same(parse_potential_file(potential_text(file, {}), "x"), file);
}

TEST(PotentialText, WritesModels)
{
  auto file = shipped("deng-du-teter.fmp");
  std::get<DengDu>(file.models.at("A_BO")).T1 = 4321.5;
  auto const again = parse_potential_file(potential_text(file, {}), "x");
  EXPECT_EQ(std::get<DengDu>(again.models.at("A_BO")).T1, 4321.5);

  Polynomial::Term const plain{12000.0, {}};
  Polynomial::Term const product{-0.25, {{"K", 2}, {"x_Li2O", 1}}};
  EXPECT_EQ(term_name(plain), "1");
  EXPECT_EQ(term_name(product), "K^2*x_Li2O");
  file.models.at("A_BO") = Polynomial{{plain, product}};
  auto const text = potential_text(file, {});
  EXPECT_NE(text.find("model A_BO polynomial 12000 -0.25*K^2*x_Li2O\n"), std::string::npos);
  EXPECT_NO_THROW(parse_potential_file(text, "x"));
}

// A file that says where a core begins.
TEST(PotentialText, CoresFromADistance)
{
  auto const text = potential_text(shipped("deng-du-teter.fmp"), {});
  auto const with = [&](const std::string &word) {
    auto changed = text;
    auto const at = changed.find("core fit");
    return parse_potential_file(changed.replace(at, 8, "core " + word), "x");
  };
  EXPECT_EQ(with("1.25").pairs.at({"B", "O"}).core_r0, 1.25);
  expect_error([&] { with("-1.25"); }, "must begin at a positive distance");
  expect_error([&] { with("fitted"); }, "core (fit, none or a distance) must be a finite number");
}
