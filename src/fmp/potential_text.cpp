// SPDX-License-Identifier: GPL-2.0-only
#include "potential_text.hpp"

#include "support/text.hpp"

namespace lbs::fmp {

namespace {

// With as many digits as it takes to read the same number back.
std::string exact(double value)
{
  for (int digits = 10; digits < 17; ++digits) {
    auto const word = text::number(value, digits);
    if (text::to_double(word, "a number") == value) return word;
  }
  return text::number(value, 17);
}

std::string word_of(const Parameter &p)
{
  return p.model.empty() ? exact(p.number) : p.model;
}

std::string line_of(const ElementEntry &e)
{
  auto line = "element " + e.symbol + " charge " + (e.charge ? word_of(*e.charge) : "neutral");
  if (e.oxide) line += " oxide " + e.oxide->formula;
  return line + (e.modifier ? " modifier" : "");
}

std::string line_of(const std::string &name, const Model &model)
{
  auto line = "model " + name;
  if (const auto *d = std::get_if<DengDu>(&model))
    return line + " deng-du A1 " + exact(d->A1) + " A2 " + exact(d->A2) + " T1 " + exact(d->T1) +
           " T2 " + exact(d->T2);
  line += " polynomial";
  for (const auto &term : std::get<Polynomial>(model).terms)
    line += ' ' + exact(term.coefficient) + (term.factors.empty() ? "" : "*" + term_name(term));
  return line;
}

std::string line_of(const CoulombRule &rule)
{
  auto line = "coulomb " + rule.style;
  if (rule.style != "long") line += ' ' + exact(rule.alpha);
  line += ' ' + exact(rule.cut);
  return line + (rule.smooth > 0.0 ? " smooth " + exact(rule.smooth) : "");
}

std::string line_of(const std::string &a, const std::string &b, const PairEntry &p)
{
  auto line = "pair " + a + ' ' + b;
  if (p.coulomb_only) return line + " coulomb";
  line += " A " + word_of(p.A) + (p.inverse_rho ? " 1/rho " : " rho ") + word_of(p.rho) + " C " +
          word_of(p.C);
  if (p.power > 0) line += " D " + word_of(p.D) + " power " + std::to_string(p.power);
  else line += " core " + (!p.core ? "none" : p.core_r0 > 0.0 ? exact(p.core_r0) : "fit");
  if (p.cut) line += " cut " + exact(*p.cut);
  if (p.shift) line += " shift yes";
  return line + (p.smooth > 0.0 ? " smooth " + exact(p.smooth) : "");
}

}    // namespace

std::string term_name(const Polynomial::Term &term)
{
  if (term.factors.empty()) return "1";
  std::string name;
  for (const auto &[variable, power] : term.factors) {
    name += (name.empty() ? "" : "*") + variable;
    if (power != 1) name += '^' + std::to_string(power);
  }
  return name;
}

std::string potential_text(const PotentialFile &file, const std::vector<std::string> &comments)
{
  std::string out = "# UNITS: " + file.units;
  if (!file.date.empty()) out += " DATE: " + file.date;
  if (!file.citation.empty()) out += " CITATION: " + file.citation;
  out += "\n#\n";
  for (const auto &comment : comments) out += "# " + comment + '\n';
  out += "\nfmp/lbs-potential " + std::to_string(POTENTIAL_SCHEMA) + "\nname " + file.name + "\n\n";
  if (file.n4_dell_bray_xiao) out += "n4 dell-bray-xiao\n";
  if (file.coulomb) out += line_of(*file.coulomb) + '\n';
  for (const auto &[name, model] : file.models) out += line_of(name, model) + '\n';
  out += '\n';
  for (const auto &element : file.elements) out += line_of(element) + '\n';
  out += '\n';
  for (const auto &[names, pair] : file.pairs)
    out += line_of(names.first, names.second, pair) + '\n';
  return out + "\nend\n";
}

}    // namespace lbs::fmp
