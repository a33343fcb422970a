// SPDX-License-Identifier: GPL-2.0-only
#include "free_parameters.hpp"

#include "support/json_section.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace lbs::fmp::fit {

namespace {

using Json = nlohmann::json;

// Charges that differ by less are those of a neutral oxide.
constexpr double CHARGE_TOLERANCE = 1.0e-6;

class Reader {
 public:
  explicit Reader(PotentialFile &file) : file_(file) {}

  std::vector<FreeParameter> read(JsonSection &section)
  {
    if (section.has("pairs")) read_pairs(section.section("pairs"));
    if (section.has("models")) read_models(section.section("models"));
    if (section.has("charges")) read_charges(section.section("charges"));
    section.finish();
    return std::move(parameters_);
  }

 private:
  PotentialFile &file_;
  std::vector<FreeParameter> parameters_;

  // Two numbers, such as bounds.
  static std::array<double, 2> two_numbers(JsonSection &values, const std::string &key)
  {
    auto const numbers = values.need<std::vector<double>>(key);
    if (numbers.size() != 2) values.fail(key, "must be two numbers in brackets [ ]");
    return {numbers[0], numbers[1]};
  }

  // Adds a parameter if the key `key` of `section` says so. `least` is the smallest value that the
  // potential file allows.
  void add(JsonSection &section, const std::string &key, const std::string &name,
           const std::string &unit, const Slot &slot, double least)
  {
    if (!section.has(key)) return;
    const Json &value = section.raw(key);
    if (value.is_boolean() && !value.get<bool>()) return;
    FreeParameter p;
    p.name = name;
    p.unit = unit;
    p.slot = slot;
    p.start = value_at(file_, slot);
    p.lower = least;
    if (!value.is_boolean()) {
      if (!value.is_object())
        section.fail(key, "must be true, false or a section with bounds, prior or start");
      JsonSection values = section.section(key);
      p.start = values.get("start", p.start);
      read_bounds(values, least, p);
      if (values.has("prior")) {
        auto const [expected, width] = two_numbers(values, "prior");
        if (!(width > 0.0)) values.fail("prior", "must be a value and a width of more than 0");
        p.prior = expected;
        p.width = width;
      }
      values.finish();
      if (slot.kind == Slot::Kind::CORE && p.start == 0.0)
        values.fail("start", "is missing: the file does not say where the core of " + slot.a +
                                 " and " + slot.b + " begins");
    } else if (slot.kind == Slot::Kind::CORE && p.start == 0.0) {
      section.fail(key, "needs a section with start, the distance (A) where the core begins");
    }
    if (p.start < p.lower || p.start > p.upper)
      section.fail(key, "starts at " + text::number(p.start) + ", outside of its bounds " +
                            text::number(p.lower) + " and " + text::number(p.upper));
    set_value(slot, p.start, file_);
    parameters_.push_back(std::move(p));
  }

  static void read_bounds(JsonSection &values, double least, FreeParameter &p)
  {
    if (!values.has("bounds")) return;
    auto const [lower, upper] = two_numbers(values, "bounds");
    if (!(lower < upper)) values.fail("bounds", "must be the lower and then the upper one");
    if (lower < least)
      values.fail("bounds", "may not go below " + text::number(least) +
                                ": pair_style fmp/lbs takes no such value");
    p.lower = lower;
    p.upper = upper;
  }

  void read_pairs(JsonSection section)
  {
    std::set<std::pair<std::string, std::string>> seen;
    for (auto const &key : section.keys()) {
      auto const words = text::words(key);
      std::vector<std::string> known;
      for (auto const &[names, pair] : file_.pairs)
        for (auto const &name :
             {names.first + " " + names.second, names.second + " " + names.first})
          known.push_back(name);
      using Names = std::pair<std::string, std::string>;
      Names const names = words.size() == 2 ? Names(std::minmax(words[0], words[1])) : Names();
      auto const found = file_.pairs.find(names);
      if (found == file_.pairs.end())
        section.fail(key, "is no pair of the potential file; do you mean '" +
                              closest_name(key, known) + "'?");
      if (found->second.coulomb_only)
        section.fail(key, "has no short-range term in the potential file: its line says 'coulomb'");
      if (!seen.insert(names).second) section.fail(key, "is given twice");
      read_pair(section.section(key), found->second, words[0], words[1]);
    }
  }

  void read_pair(JsonSection section, const PairEntry &entry, const std::string &a,
                 const std::string &b)
  {
    auto const name = " " + a + " " + b;
    auto const number = [&](const std::string &key, const Parameter &p, const std::string &unit,
                            Slot::Kind kind, double least) {
      if (section.has(key) && !p.model.empty())
        section.fail(key, "is the model " + p.model +
                              " in the potential file; free its constants "
                              "under models");
      add(section, key, key + name, unit, {kind, a, b, 0}, least);
    };
    std::string const energy = file_.units == "real" ? "kcal/mol" : "eV";
    number("A", entry.A, energy, Slot::Kind::A, 0.0);
    number("C", entry.C, energy + " A^6", Slot::Kind::C, 0.0);
    std::string const rho = entry.inverse_rho ? "1/rho" : "rho";
    std::string const other = entry.inverse_rho ? "rho" : "1/rho";
    if (section.has(other))
      section.fail(other, "is not what the potential file gives; free " + rho);
    number(rho, entry.rho, entry.inverse_rho ? "1/A" : "A", Slot::Kind::RHO, 0.01);
    if (section.has("D") && entry.power == 0)
      section.fail("D", "is not in this pair's line of the potential file");
    if (section.has("D"))
      number("D", entry.D, energy + " A^" + std::to_string(entry.power), Slot::Kind::D, 0.0);
    if (section.has("core") && !entry.core)
      section.fail("core", "is not in this pair's line of the potential file");
    add(section, "core", "core" + name, "A", {Slot::Kind::CORE, a, b, 0}, 0.1);
    section.finish();
  }

  void read_models(JsonSection section)
  {
    for (auto const &[name, model] : file_.models) {
      if (!section.has(name)) continue;
      if (section.raw(name).is_boolean()) {
        Json all = Json::object();
        for (auto const &constant : constant_names(model)) all[constant] = true;
        if (section.raw(name).get<bool>()) add_constants(section.with(name, all), name);
      } else {
        add_constants(section.section(name), name);
      }
    }
    section.finish();
  }

  void add_constants(JsonSection section, const std::string &name)
  {
    auto const &model = file_.models.at(name);
    auto const names = constant_names(model);
    std::string const unit = std::holds_alternative<DengDu>(model) ? "eV" : "";
    for (std::size_t k = 0; k < names.size(); ++k)
      add(section, names[k], name + " " + names[k], unit, {Slot::Kind::CONSTANT, name, "", k},
          -std::numeric_limits<double>::infinity());
    section.finish();
  }

  void read_charges(JsonSection section)
  {
    bool const has_neutral = std::any_of(file_.elements.begin(), file_.elements.end(),
                                         [](const ElementEntry &e) { return !e.charge; });
    for (auto const &element : file_.elements) {
      if (!section.has(element.symbol)) continue;
      if (!element.charge)
        section.fail(element.symbol, "follows from neutrality, as the potential file says; free "
                                     "the charges of the others");
      if (!element.charge->model.empty())
        section.fail(element.symbol, "is the model " + element.charge->model +
                                         " in the potential file; free its constants under models");
      if (!has_neutral) check_oxides(section, element.symbol);
      add(section, element.symbol, "charge " + element.symbol, "e",
          {has_neutral ? Slot::Kind::CHARGE : Slot::Kind::OXIDE_CHARGE, element.symbol, "", 0},
          -std::numeric_limits<double>::infinity());
    }
    section.finish();
  }

  // Without an element that takes up the rest, every mixture of oxides stays neutral only if each
  // oxide does.
  void check_oxides(JsonSection &section, const std::string &symbol) const
  {
    if (symbol != "O")
      section.fail(symbol, "cannot be free alone: no glass would stay neutral. Free that of O, and "
                           "all cations follow so that their oxides are neutral; or write 'charge "
                           "neutral' for one element of the potential file");
    double const oxygen = file_.element("O")->charge->number;
    for (auto const &element : file_.elements) {
      if (!element.oxide) continue;
      bool const is_model = !element.charge->model.empty();
      double const due = cation_charge(*element.oxide, oxygen);
      if (is_model || std::abs(element.charge->number - due) > CHARGE_TOLERANCE)
        section.fail(symbol, "cannot be free: with a charge of " + text::number(oxygen) +
                                 " for O, " + element.oxide->formula + " is neutral if " +
                                 element.symbol + " has " + text::number(due) +
                                 "; correct the potential file, or write 'charge neutral' for one "
                                 "element of it");
    }
  }
};

}    // namespace

std::vector<FreeParameter> read_free_parameters(JsonSection section, PotentialFile &file)
{
  return Reader(file).read(section);
}

}    // namespace lbs::fmp::fit
