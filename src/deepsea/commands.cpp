// SPDX-License-Identifier: GPL-2.0-only
#include "commands.hpp"

#include "support/elements.hpp"
#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace lbs::deepsea {

namespace {

using Words = std::vector<std::string>;

const char *const SYNTAX =
    "; syntax: pair_style deepsea MODEL... [precision double|mixed] [tabulate off|ERROR]"
    " [out_file FILE] [out_freq N] [atomic] [relative F] [relative_v V] [short error|warn|off]"
    " [core/zbl R_IN R_OUT] [chunk_memory MB]";

[[noreturn]] void fail(const std::string &message)
{
  throw InputError("pair_style deepsea: " + message + SYNTAX);
}

// The words behind one keyword.
class Reader {
 public:
  Reader(const Words &words, std::size_t first) : words_(&words), at_(first) {}

  [[nodiscard]] bool done() const { return at_ == words_->size(); }
  std::string keyword() { return keyword_ = (*words_)[at_++]; }
  const std::string &word(const std::string &what)
  {
    if (done()) fail(keyword_ + ": " + what + " is missing");
    return (*words_)[at_++];
  }
  double positive(const std::string &what)
  {
    const std::string &given = word(what);
    double value = 0.0;
    try {
      value = text::to_double(given, keyword_ + ": " + what);
    } catch (const InputError &e) {
      fail(e.what());
    }
    if (!(value > 0.0)) fail(keyword_ + ": " + what + " must be positive, not " + given);
    return value;
  }
  template <class Choice>
  Choice choose(const std::string &what, const std::map<std::string, Choice> &choices)
  {
    const std::string &given = word(what);
    auto const found = choices.find(given);
    if (found == choices.end()) fail(keyword_ + ": '" + given + "' is none of " + what);
    return found->second;
  }

 private:
  const Words *words_;
  std::size_t at_;
  std::string keyword_;
};

void read_table(Reader &reader, StyleCommand &command)
{
  Reader const before = reader;
  if (reader.word("ERROR") == "off") {
    command.evaluator.table_error = 0.0;
    return;
  }
  reader = before;
  command.evaluator.table_error = reader.positive("ERROR");
  if (command.evaluator.table_error > LARGEST_TABLE_ERROR)
    fail("tabulate: ERROR is the relative error of the table, such as 1e-8, at most " +
         text::number(LARGEST_TABLE_ERROR));
}

void read_out_freq(Reader &reader, StyleCommand &command)
{
  const std::string &given = reader.word("N");
  try {
    command.out_freq = text::to_int(given, "out_freq");
  } catch (const InputError &e) {
    fail(e.what());
  }
  if (command.out_freq < 1) fail("out_freq must be at least 1, not " + given);
}

void read_core_zbl(Reader &reader, StyleCommand &command)
{
  command.core_inner = reader.positive("R_IN");
  command.core_outer = reader.positive("R_OUT");
  if (!(command.core_outer > command.core_inner)) fail("core/zbl: R_OUT must be above R_IN");
}

// The spelling of the first versions, which cannot be used in a hybrid style.
void read_core(Reader &reader, StyleCommand &command)
{
  if (reader.done())
    fail("core: its zbl is taken for a pair style of LAMMPS in hybrid styles; write core/zbl");
  if (reader.word("zbl") != "zbl") fail("core: the only one known is zbl");
  read_core_zbl(reader, command);
}

using Handler = std::function<void(Reader &, StyleCommand &)>;

const std::map<std::string, Handler> &handlers()
{
  static const std::map<std::string, Handler> known = {
      {"precision",
       [](Reader &reader, StyleCommand &command) {
         using Arithmetic = EvaluatorSettings::Arithmetic;
         command.evaluator.arithmetic = reader.choose<Arithmetic>(
             "double, mixed", {{"double", Arithmetic::DOUBLE}, {"mixed", Arithmetic::MIXED}});
       }},
      {"tabulate", read_table},
      {"out_file",
       [](Reader &reader, StyleCommand &command) { command.out_file = reader.word("FILE"); }},
      {"out_freq", read_out_freq},
      {"atomic", [](Reader &, StyleCommand &command) { command.atomic = true; }},
      {"relative", [](Reader &reader,
                      StyleCommand &command) { command.relative_force = reader.positive("F"); }},
      {"relative_v", [](Reader &reader,
                        StyleCommand &command) { command.relative_virial = reader.positive("V"); }},
      {"short",
       [](Reader &reader, StyleCommand &command) {
         command.short_action =
             reader.choose<ShortAction>("error, warn, off", {{"error", ShortAction::ERROR},
                                                             {"warn", ShortAction::WARN},
                                                             {"off", ShortAction::OFF}});
       }},
      {"core/zbl", read_core_zbl},
      {"chunk_memory",
       [](Reader &reader, StyleCommand &command) { command.chunk_memory = reader.positive("MB"); }},
      // as they were spelled before; hybrid styles take these words for pair styles of LAMMPS
      {"table", read_table},
      {"core", read_core},
  };
  return known;
}

// Keywords of pair_style deepmd for models that this style does not have.
const std::vector<std::string> FOREIGN = {
    "fparam", "fparam_from_compute", "aparam",   "aparam_from_compute",
    "ttm",    "virtual_len",         "spin_norm"};

bool contains(const Words &words, const std::string &word)
{
  return std::find(words.begin(), words.end(), word) != words.end();
}

}    // namespace

StyleCommand parse_style(const Words &words)
{
  StyleCommand command;
  std::size_t first = 0;
  while (first < words.size() && handlers().count(words[first]) == 0 &&
         !contains(FOREIGN, words[first]))
    command.files.push_back(words[first++]);
  if (command.files.empty()) fail("a model file is missing");
  // A word that is neither a keyword nor looks like a file is more likely a typing error.
  for (const auto &file : command.files)
    if (file.find('.') == std::string::npos && file != command.files.front())
      fail("'" + file + "' is neither a keyword nor the name of a model file, which ends in .pt");
  Reader reader(words, first);
  while (!reader.done()) {
    std::string const keyword = reader.keyword();
    if (contains(FOREIGN, keyword))
      fail("keyword " + keyword + " of pair_style deepmd is for models that deepsea does not have");
    auto const known = handlers().find(keyword);
    if (known == handlers().end()) fail("unknown keyword '" + keyword + "'");
    known->second(reader, command);
  }
  return command;
}

CoeffCommand parse_coeff(const Words &words, int types, const Words &model)
{
  if (words.size() < 2 || words[0] != "*" || words[1] != "*")
    throw InputError("pair_coeff deepsea: all atom types are set at once, as in 'pair_coeff * * " +
                     text::joined(model) + "'");
  CoeffCommand command{{words.begin() + 2, words.end()}};
  auto const given = static_cast<int>(command.elements.size());
  if (command.named() && given != types)
    throw InputError(
        "pair_coeff deepsea: " + std::to_string(given) + " element names for " +
        std::to_string(types) +
        " atom types; give one for each type, NULL where another style has it, or none at all" +
        (model.empty() ? "" : "; the model has " + text::joined(model)));
  if (command.named() && std::all_of(command.elements.begin(), command.elements.end(),
                                     [](const std::string &name) { return name == "NULL"; }))
    throw InputError("pair_coeff deepsea: every atom type is NULL");
  return command;
}

std::vector<int> model_types(const Words &names, const Words &model)
{
  std::vector<int> map;
  for (const auto &name : names) {
    auto const found = std::find(model.begin(), model.end(), name);
    if (found == model.end() && name != "NULL")
      throw InputError("pair_coeff deepsea: the model knows no element '" + name +
                       "'; the model has " + text::joined(model));
    map.push_back(found == model.end() ? -1 : static_cast<int>(found - model.begin()));
  }
  return map;
}

namespace {

const char *const NAME_THEM = "; name the element of each atom type in pair_coeff";

}    // namespace

Words elements_by_label(int types, const Words &model, const std::vector<int> &label_type)
{
  Words names(types);
  for (std::size_t e = 0; e < model.size(); ++e)
    if (label_type[e] > 0) names[label_type[e] - 1] = model[e];
  auto const missing = std::find(names.begin(), names.end(), "");
  if (missing != names.end())
    throw InputError("pair_coeff deepsea: the label of atom type " +
                     std::to_string(missing - names.begin() + 1) +
                     " is no element of the model, which has " + text::joined(model) + NAME_THEM);
  return names;
}

Words elements_by_order(int types, const Words &model)
{
  if (types > static_cast<int>(model.size()))
    throw InputError("pair_coeff deepsea: " + std::to_string(types) +
                     " atom types are more than the model has elements (" + text::joined(model) +
                     ")" + NAME_THEM);
  return {model.begin(), model.begin() + types};
}

void check_mass(int type, double mass, const std::string &element, const Words &model)
{
  // Rounded masses pass, also where neighbors in the periodic table are almost as heavy; elements
  // of the model must not be mixed up, so there the nearest one counts.
  constexpr double ROUNDED = 0.005;
  auto const off = [mass](const std::string &symbol) {
    return std::fabs(mass - atomic_mass(symbol));
  };
  if (atomic_number(element) == 0)
    throw InputError("pair_coeff deepsea: the mass of atom type " + std::to_string(type) +
                     " cannot be checked, for the model's type '" + element + "' is no element" +
                     NAME_THEM);
  std::string nearest = element;
  for (const auto &other : model)
    if (atomic_number(other) > 0 && off(other) < off(nearest)) nearest = other;
  auto const of_all = element_of_mass(mass);
  if (off(of_all) + ROUNDED * mass < off(nearest)) nearest = of_all;
  if (nearest != element)
    throw InputError("pair_coeff deepsea: atom type " + std::to_string(type) + " would be " +
                     element + ", but its mass of " + text::number(mass) + " is that of " +
                     nearest + NAME_THEM);
}

}    // namespace lbs::deepsea
