// SPDX-License-Identifier: GPL-2.0-only
#include "commands.hpp"

#include "support/input_error.hpp"
#include "support/text.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace lbs::deepsea {

namespace {

using Words = std::vector<std::string>;

const char *const SYNTAX =
    "; syntax: pair_style deepsea MODEL... [precision double|mixed] [table off|ERROR]"
    " [out_file FILE] [out_freq N] [atomic] [relative F] [relative_v V] [short error|warn|off]"
    " [core zbl R_IN R_OUT]";

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

void read_core(Reader &reader, StyleCommand &command)
{
  if (reader.word("zbl") != "zbl") fail("core: the only one known is zbl");
  command.core_inner = reader.positive("R_IN");
  command.core_outer = reader.positive("R_OUT");
  if (!(command.core_outer > command.core_inner)) fail("core zbl: R_OUT must be above R_IN");
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
      {"table", read_table},
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

std::vector<int> parse_coeff(const Words &words, int ntypes, const Words &elements)
{
  std::string const known = "the model has " + text::joined(elements);
  if (words.size() < 2 || words[0] != "*" || words[1] != "*")
    throw InputError("pair_coeff deepsea: all atom types are set at once, as in 'pair_coeff * * " +
                     text::joined(elements) + "'");
  auto const given = static_cast<int>(words.size()) - 2;
  if (given != ntypes)
    throw InputError("pair_coeff deepsea: " + std::to_string(given) + " element names for " +
                     std::to_string(ntypes) +
                     " atom types; give one for each type, NULL where another style has it; " +
                     known);
  std::vector<int> map;
  for (auto word = words.begin() + 2; word != words.end(); ++word) {
    auto const found = std::find(elements.begin(), elements.end(), *word);
    if (found == elements.end() && *word != "NULL")
      throw InputError("pair_coeff deepsea: the model knows no element '" + *word + "'; " + known);
    map.push_back(found == elements.end() ? -1 : static_cast<int>(found - elements.begin()));
  }
  return map;
}

}    // namespace lbs::deepsea
