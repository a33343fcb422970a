// SPDX-License-Identifier: GPL-2.0-only
#include "commands.hpp"

#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace lbs::fmp {

namespace {

using Words = std::vector<std::string>;

const char *const STYLE_SYNTAX =
    "; syntax: pair_style fmp/lbs CUT coul long CUTC | dsf ALPHA CUTC | wolf ALPHA CUTC | none";
const char *const COEFF_SYNTAX =
    "; syntax: pair_coeff * * FILE ELEMENT... [composition auto|OXIDE X ...] [n4 dbx|VALUE]"
    " [charges check|set] [recompute yes|no]";

const std::set<std::string> COEFF_KEYWORDS = {"composition", "n4", "charges", "recompute"};

double number(const Words &words, std::size_t i, const std::string &what)
{
  if (i >= words.size())
    throw InputError("pair_style fmp/lbs: " + what + " is missing" + STYLE_SYNTAX);
  try {
    return text::to_double(words[i], what);
  } catch (const InputError &e) {
    throw InputError(std::string("pair_style fmp/lbs: ") + e.what() + STYLE_SYNTAX);
  }
}

double positive(const Words &words, std::size_t i, const std::string &what)
{
  double const value = number(words, i, what);
  if (!(value > 0.0))
    throw InputError("pair_style fmp/lbs: " + what + " must be positive, not " + words[i]);
  return value;
}

double damping(const Words &words, std::size_t i)
{
  // zero is a meaningful choice: the undamped sum of the SHIK authors
  double const value = number(words, i, "ALPHA");
  if (!(value >= 0.0))
    throw InputError("pair_style fmp/lbs: ALPHA must not be negative, not " + words[i]);
  return value;
}

bool yes_or_no(const std::string &keyword, const std::string &word)
{
  if (word != "yes" && word != "no")
    throw InputError("pair_coeff fmp/lbs: " + keyword + " must be yes or no, not '" + word + "'");
  return word == "yes";
}

std::size_t read_composition(const Words &words, std::size_t i, CoeffCommand &command)
{
  if (words[i] == "auto") return i + 1;
  command.composition.emplace();
  for (; i < words.size() && COEFF_KEYWORDS.count(words[i]) == 0; i += 2) {
    if (i + 1 >= words.size())
      throw InputError("pair_coeff fmp/lbs: composition: no amount stands behind '" + words[i] +
                       "'");
    double const amount = text::to_double(words[i + 1], "composition: the amount of " + words[i]);
    if (!command.composition->emplace(words[i], amount).second)
      throw InputError("pair_coeff fmp/lbs: composition: " + words[i] + " is given twice");
  }
  if (command.composition->empty())
    throw InputError(std::string("pair_coeff fmp/lbs: composition is empty") + COEFF_SYNTAX);
  return i;
}

std::size_t read_keyword(const Words &words, std::size_t i, CoeffCommand &command)
{
  const auto &key = words[i];
  if (COEFF_KEYWORDS.count(key) == 0)
    throw InputError("pair_coeff fmp/lbs: unexpected word '" + key + "' behind the elements" +
                     COEFF_SYNTAX);
  if (i + 1 >= words.size())
    throw InputError("pair_coeff fmp/lbs: no value stands behind '" + key + "'" + COEFF_SYNTAX);
  if (key == "composition") return read_composition(words, i + 1, command);
  const auto &value = words[i + 1];
  if (key == "n4") {
    if (value == "dbx") command.n4 = {N4Choice::DELL_BRAY_XIAO, 0.0};
    else command.n4 = {N4Choice::GIVEN, text::to_double(value, "n4")};
  } else if (key == "charges") {
    if (value != "check" && value != "set")
      throw InputError("pair_coeff fmp/lbs: charges must be check or set, not '" + value + "'");
    command.set_charges = value == "set";
  } else {
    command.recompute = yes_or_no(key, value);
  }
  return i + 2;
}

std::string coulomb_words(const std::string &style, double alpha, double cut)
{
  std::string out = "coul " + style;
  if (style == "dsf" || style == "wolf") out += ' ' + text::number(alpha);
  if (style != "none") out += ' ' + text::number(cut);
  return out;
}

const char *name_of(CoulombStyle style)
{
  switch (style) {
    case CoulombStyle::LONG: return "long";
    case CoulombStyle::DSF: return "dsf";
    case CoulombStyle::WOLF: return "wolf";
    case CoulombStyle::NONE: break;
  }
  return "none";
}

}    // namespace

StyleCommand parse_style(const Words &words)
{
  StyleCommand command;
  command.cut = positive(words, 0, "the short-range cutoff CUT");
  if (words.size() < 3 || words[1] != "coul")
    throw InputError(std::string("pair_style fmp/lbs: 'coul' and its style must follow CUT") +
                     STYLE_SYNTAX);
  const auto &style = words[2];
  std::size_t used = 3;
  if (style == "long") {
    command.coulomb = CoulombStyle::LONG;
  } else if (style == "dsf" || style == "wolf") {
    command.coulomb = style == "dsf" ? CoulombStyle::DSF : CoulombStyle::WOLF;
    command.alpha = damping(words, used++);
  } else if (style != "none") {
    throw InputError("pair_style fmp/lbs: unknown Coulomb style '" + style + "'" + STYLE_SYNTAX);
  }
  if (command.coulomb != CoulombStyle::NONE)
    command.cut_coulomb = positive(words, used++, "the Coulomb cutoff CUTC");
  if (used < words.size())
    throw InputError("pair_style fmp/lbs: unexpected word '" + words[used] + "'" + STYLE_SYNTAX);
  return command;
}

CoeffCommand parse_coeff(const Words &words, int ntypes)
{
  if (words.size() < 3)
    throw InputError(std::string("pair_coeff fmp/lbs: the potential file is missing") +
                     COEFF_SYNTAX);
  if (words[0] != "*" || words[1] != "*")
    throw InputError("pair_coeff fmp/lbs sets all types at once: it must begin with '* *', not '" +
                     words[0] + " " + words[1] + "'");
  CoeffCommand command;
  command.file = words[2];
  std::size_t i = 3;
  while (i < words.size() && COEFF_KEYWORDS.count(words[i]) == 0 &&
         command.elements.size() < static_cast<std::size_t>(ntypes))
    command.elements.push_back(words[i++]);
  if (command.elements.size() != static_cast<std::size_t>(ntypes))
    throw InputError("pair_coeff fmp/lbs: " + std::to_string(command.elements.size()) +
                     " elements for " + std::to_string(ntypes) +
                     " atom types; give one for each type, NULL for a type of another style");
  std::set<std::string> seen;
  while (i < words.size()) {
    if (!seen.insert(words[i]).second)
      throw InputError("pair_coeff fmp/lbs: '" + words[i] + "' is given twice");
    i = read_keyword(words, i, command);
  }
  return command;
}

void check_coulomb(const PotentialFile &file, const StyleCommand &style)
{
  if (!file.coulomb) return;
  const auto &rule = *file.coulomb;
  auto const same = [](double a, double b) { return std::fabs(a - b) < 1.0e-9; };
  if (rule.style == name_of(style.coulomb) && same(rule.alpha, style.alpha) &&
      same(rule.cut, style.cut_coulomb))
    return;
  throw InputError("potential " + file.name + " is defined with '" +
                   coulomb_words(rule.style, rule.alpha, rule.cut) + "'; pair_style gives '" +
                   coulomb_words(name_of(style.coulomb), style.alpha, style.cut_coulomb) + "'");
}

}    // namespace lbs::fmp
