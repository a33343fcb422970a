// SPDX-License-Identifier: GPL-2.0-only
#include "potential_file.hpp"

#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace lbs::fmp {

namespace {

using Words = std::vector<std::string>;

std::pair<std::string, std::string> sorted(const std::string &a, const std::string &b)
{
  return a < b ? std::make_pair(a, b) : std::make_pair(b, a);
}

// Words of one line with a cursor; keeps messages short in the statements below.
class Line {
 public:
  explicit Line(Words words) : words_(std::move(words)) {}

  [[nodiscard]] bool done() const { return pos_ >= words_.size(); }

  std::string next(const std::string &what)
  {
    if (done()) throw InputError(what + " is missing at the end of the line");
    return words_[pos_++];
  }

  double next_number(const std::string &what) { return text::to_double(next(what), what); }

  double next_positive(const std::string &what)
  {
    double const value = next_number(what);
    if (!(value > 0.0)) throw InputError(what + " must be positive, not " + text::number(value));
    return value;
  }

  void finish() const
  {
    if (!done()) throw InputError("unknown word '" + words_[pos_] + "'");
  }

 private:
  Words words_;
  std::size_t pos_ = 0;
};

// Value of a "KEY: value" tag in the first line, up to the next tag; LAMMPS writes its potential
// files so.
std::string header_tag(const std::string &line, const std::string &tag)
{
  std::istringstream stream(line);
  for (std::string word; stream >> word;)
    if (word == tag + ":" && stream >> word) return word;
  return {};
}

Polynomial parse_polynomial(Line &line)
{
  Polynomial polynomial;
  while (!line.done()) {
    std::istringstream stream(line.next("a term"));
    std::string factor;
    std::getline(stream, factor, '*');
    Polynomial::Term term;
    term.coefficient = text::to_double(factor, "the coefficient of a polynomial term");
    while (std::getline(stream, factor, '*')) {
      auto const caret = factor.find('^');
      auto const variable = factor.substr(0, caret);
      int const power =
          caret == std::string::npos ? 1 : text::to_int(factor.substr(caret + 1), "a power");
      if (variable != "K" && variable != "R" && variable != "N4" && variable.rfind("x_", 0) != 0)
        throw InputError("unknown variable '" + variable +
                         "' in a polynomial; known are K, R, N4 and x_OXIDE");
      term.factors.emplace_back(variable, power);
    }
    polynomial.terms.push_back(std::move(term));
  }
  if (polynomial.terms.empty()) throw InputError("a polynomial needs at least one term");
  return polynomial;
}

DengDu parse_deng_du(Line &line)
{
  DengDu model;
  while (!line.done()) {
    auto const key = line.next("a constant");
    double const value = line.next_number(key);
    if (key == "A1") model.A1 = value;
    else if (key == "A2") model.A2 = value;
    else if (key == "T1") model.T1 = value;
    else if (key == "T2") model.T2 = value;
    else throw InputError("unknown constant '" + key + "' of model deng-du");
  }
  return model;
}

// The statements of the file, one member function each.
class Parser {
 public:
  Parser(const std::string &content, const std::string &path) : stream_(content)
  {
    file_.path = path;
    auto const mark = content.substr(0, 2);
    if (mark == "\xFF\xFE" || mark == "\xFE\xFF")
      throw InputError("potential file " + path + " is in UTF-16; save it as plain text or UTF-8");
  }

  PotentialFile parse()
  {
    std::string raw;
    while (!ended_ && text::next_line(stream_, raw, line_number_ == 0)) {
      ++line_number_;
      if (line_number_ == 1) {
        file_.units = header_tag(raw, "UNITS");
        file_.date = header_tag(raw, "DATE");
        auto const citation = raw.find("CITATION: ");
        if (citation != std::string::npos) file_.citation = raw.substr(citation + 10);
      }
      Line line(text::words(raw));
      if (line.done()) continue;
      try {
        statement(line);
      } catch (const InputError &e) {
        throw InputError(where() + ": " + e.what());
      }
    }
    if (schema_ == 0) throw InputError(file_.path + " is no fmp/lbs potential file: it is empty");
    if (!ended_)
      throw InputError("potential file " + file_.path + " is truncated: it has no line 'end'");
    check();
    return std::move(file_);
  }

 private:
  std::istringstream stream_;
  PotentialFile file_;
  int line_number_ = 0;
  int schema_ = 0;
  bool ended_ = false;

  [[nodiscard]] std::string where() const
  {
    return "potential file " + file_.path + ", line " + std::to_string(line_number_);
  }

  void statement(Line &line)
  {
    auto const key = line.next("a keyword");
    if (schema_ == 0) read_schema(key, line);
    else if (key == "name") read_name(line);
    else if (key == "element") read_element(line);
    else if (key == "model") read_model(line);
    else if (key == "n4") read_n4(line);
    else if (key == "coulomb") read_coulomb(line);
    else if (key == "pair") read_pair(line);
    else if (key == "end") ended_ = true;
    else throw InputError("unknown keyword '" + key + "'");
    line.finish();
  }

  void read_schema(const std::string &key, Line &line)
  {
    if (key != "fmp/lbs-potential")
      throw InputError("an fmp/lbs potential file begins with 'fmp/lbs-potential 1', not '" + key +
                       "'");
    schema_ = text::to_int(line.next("the schema version"), "the schema version");
    if (schema_ < 1 || schema_ > POTENTIAL_SCHEMA)
      throw InputError("schema " + std::to_string(schema_) + " is not known; this plugin reads up" +
                       " to schema " + std::to_string(POTENTIAL_SCHEMA) + ": update the plugin");
  }

  void read_name(Line &line)
  {
    file_.name = line.next("the name");
    while (!line.done()) file_.name += ' ' + line.next("the name");
  }

  void read_element(Line &line)
  {
    ElementEntry element;
    element.symbol = line.next("the element symbol");
    if (file_.element(element.symbol) != nullptr)
      throw InputError("element " + element.symbol + " is given twice");
    bool has_charge = false;
    while (!line.done()) {
      auto const key = line.next("a keyword");
      if (key == "charge") {
        has_charge = true;
        auto const word = line.next("charge");
        if (word != "neutral") element.charge = parameter(word, "charge");
      } else if (key == "oxide") {
        element.oxide = parse_oxide(line.next("oxide"));
        if (element.oxide->cation != element.symbol)
          throw InputError(element.oxide->formula + " is no oxide of " + element.symbol);
      } else if (key == "modifier") {
        element.modifier = true;
      } else {
        throw InputError("unknown keyword '" + key + "' of an element");
      }
    }
    if (!has_charge) throw InputError("element " + element.symbol + " has no charge");
    if (!element.oxide && element.symbol != "O")
      throw InputError("element " + element.symbol + " has no oxide");
    file_.elements.push_back(std::move(element));
  }

  void read_model(Line &line)
  {
    auto const name = line.next("the model's name");
    auto const kind = line.next("the kind of model");
    Model model;
    if (kind == "deng-du") model = parse_deng_du(line);
    else if (kind == "polynomial") model = parse_polynomial(line);
    else throw InputError("unknown model '" + kind + "'; known are deng-du and polynomial");
    if (!file_.models.emplace(name, std::move(model)).second)
      throw InputError("model " + name + " is given twice");
  }

  void read_n4(Line &line)
  {
    auto const word = line.next("the N4 model");
    if (word != "dell-bray-xiao" && word != "required")
      throw InputError("n4 must be dell-bray-xiao or required, not '" + word + "'");
    file_.n4_dell_bray_xiao = word == "dell-bray-xiao";
  }

  void read_coulomb(Line &line)
  {
    CoulombRule rule;
    rule.style = line.next("the Coulomb style");
    if (rule.style == "dsf" || rule.style == "wolf") rule.alpha = line.next_number("alpha");
    else if (rule.style != "long")
      throw InputError("coulomb must be long, dsf or wolf, not '" + rule.style + "'");
    rule.cut = line.next_positive("the Coulomb cutoff");
    if (!line.done()) {
      if (line.next("smooth") != "smooth" || rule.style == "long")
        throw InputError("only 'smooth WIDTH' may follow the cutoff of coulomb dsf or wolf");
      rule.smooth = line.next_positive("smooth");
      if (rule.smooth >= rule.cut)
        throw InputError("smooth " + text::number(rule.smooth) + " is not below the cutoff of " +
                         text::number(rule.cut) + " A, and would leave nothing of the sum");
    }
    file_.coulomb = rule;
  }

  void read_pair(Line &line)
  {
    auto const a = line.next("an element");
    auto const b = line.next("an element");
    for (const auto &symbol : {a, b})
      if (file_.element(symbol) == nullptr)
        throw InputError("pair " + a + " " + b + ": no line 'element " + symbol + "' stands above");
    PairEntry pair;
    pair.line = line_number_;
    std::set<std::string> seen;
    while (!line.done()) {
      auto const key = line.next("a keyword");
      if (!seen.insert(key).second) throw InputError("'" + key + "' is given twice");
      read_pair_keyword(key, pair, line);
    }
    check_pair(a + " " + b, pair, seen);
    if (!file_.pairs.emplace(sorted(a, b), std::move(pair)).second)
      throw InputError("pair " + a + " " + b + " is given twice");
  }

  void read_pair_keyword(const std::string &key, PairEntry &pair, Line &line)
  {
    if (key == "coulomb") {
      pair.coulomb_only = true;
    } else if (key == "A" || key == "C" || key == "D") {
      auto &target = key == "A" ? pair.A : key == "C" ? pair.C : pair.D;
      target = parameter(line.next(key), key);
    } else if (key == "rho" || key == "1/rho") {
      pair.inverse_rho = key == "1/rho";
      pair.rho = parameter(line.next(key), key);
      if (pair.rho.model.empty() && !(pair.rho.number > 0.0))
        throw InputError(key + " must be positive, not " + text::number(pair.rho.number));
    } else if (key == "power") {
      pair.power = text::to_int(line.next(key), key);
    } else if (key == "core") {
      auto const word = line.next(key);
      pair.core = word != "none";
      if (word != "fit" && word != "none") {
        pair.core_r0 = text::to_double(word, "core (fit, none or a distance)");
        if (!(pair.core_r0 > 0.0))
          throw InputError("core must begin at a positive distance, not " + word);
      }
    } else if (key == "cut") {
      pair.cut = line.next_positive(key);
    } else if (key == "shift") {
      auto const word = line.next(key);
      if (word != "yes" && word != "no") throw InputError("shift must be yes or no");
      pair.shift = word == "yes";
    } else if (key == "smooth") {
      pair.smooth = line.next_positive(key);
    } else {
      throw InputError("unknown keyword '" + key + "' of a pair");
    }
  }

  static void check_pair(const std::string &name, const PairEntry &pair,
                         const std::set<std::string> &seen)
  {
    if (pair.coulomb_only) {
      if (seen.size() > 1) throw InputError("pair " + name + ": nothing may stand with 'coulomb'");
      return;
    }
    bool const has_rho = seen.count("rho") + seen.count("1/rho") == 1;
    if (seen.count("A") == 0 || seen.count("C") == 0 || !has_rho)
      throw InputError("pair " + name + " needs A, rho (or 1/rho) and C, or 'coulomb'");
    if (seen.count("D") != seen.count("power"))
      throw InputError("pair " + name + ": D and power go together");
    if (pair.power != 0 && (pair.power < 8 || pair.power > 36 || pair.power % 2 != 0))
      throw InputError("pair " + name + ": power must be even and from 8 to 36");
    if (pair.core && pair.power != 0)
      throw InputError("pair " + name + ": a core and a repulsive term D exclude each other");
    bool const collapses = pair.C.number > 0.0 || !pair.C.model.empty();
    if (collapses && pair.power == 0 && seen.count("core") == 0)
      throw InputError("pair " + name + " falls to minus infinity at short range; add 'core fit'" +
                       " or, if that is wanted, 'core none'");
  }

  Parameter parameter(const std::string &word, const std::string &what)
  {
    Parameter p;
    if (file_.models.count(word) > 0) p.model = word;
    else p.number = text::to_double(word, what + " (a number or a model named above)");
    return p;
  }

  // A polynomial may name oxides of elements further down, so this waits for the end.
  void check_models() const
  {
    auto const oxides = file_.oxides();
    for (const auto &[name, model] : file_.models) {
      if (std::holds_alternative<DengDu>(model)) {
        if (file_.units != "metal")
          throw InputError("potential file " + file_.path + ": model " + name +
                           " gives eV, so the file must be in UNITS: metal");
        continue;
      }
      for (const auto &term : std::get<Polynomial>(model).terms)
        for (const auto &factor : term.factors) {
          const auto &variable = factor.first;
          auto const same = [&](const Oxide &o) { return "x_" + o.formula == variable; };
          if (variable.rfind("x_", 0) == 0 && std::none_of(oxides.begin(), oxides.end(), same))
            throw InputError("potential file " + file_.path + ": model " + name + " uses " +
                             variable + ", but no element has that oxide");
        }
    }
  }

  void check() const
  {
    auto const &f = file_;
    if (f.units != "metal" && f.units != "real")
      throw InputError("potential file " + f.path +
                       ": the first line must hold 'UNITS: metal' or 'UNITS: real'");
    check_models();
    int neutral = 0;
    for (std::size_t i = 0; i < f.elements.size(); ++i) {
      if (!f.elements[i].charge) ++neutral;
      for (std::size_t j = i; j < f.elements.size(); ++j)
        (void) f.pair(f.elements[i].symbol, f.elements[j].symbol);
    }
    if (neutral > 1)
      throw InputError("potential file " + f.path +
                       ": only one element may have its charge fixed by neutrality");
  }
};

}    // namespace

const ElementEntry *PotentialFile::element(const std::string &symbol) const
{
  auto const same = [&](const ElementEntry &e) { return e.symbol == symbol; };
  auto const found = std::find_if(elements.begin(), elements.end(), same);
  return found == elements.end() ? nullptr : &*found;
}

const PairEntry &PotentialFile::pair(const std::string &a, const std::string &b) const
{
  auto const found = pairs.find(sorted(a, b));
  if (found == pairs.end())
    throw InputError("potential file " + path + " has no line 'pair " + a + " " + b +
                     "'; if only Coulomb acts between them, write 'pair " + a + " " + b +
                     " coulomb'");
  return found->second;
}

std::vector<Oxide> PotentialFile::oxides() const
{
  std::vector<Oxide> out;
  for (const auto &e : elements)
    if (e.oxide) out.push_back(*e.oxide);
  return out;
}

std::vector<std::string> PotentialFile::modifiers() const
{
  std::vector<std::string> out;
  for (const auto &e : elements)
    if (e.modifier && e.oxide) out.push_back(e.oxide->formula);
  return out;
}

PotentialFile parse_potential_file(const std::string &content, const std::string &path)
{
  return Parser(content, path).parse();
}

}    // namespace lbs::fmp
