// SPDX-License-Identifier: GPL-2.0-only
// Model files: reading, writing, converting.
#pragma once

#include "deepsea/model/model.hpp"

#include <string>

namespace lbs::deepsea {

// The model in a file, checked. Throws InputError with the file's name and the remedy: a file that
// is missing, damaged, of another kind, of a newer schema, or not whole.
Model read_model(const std::string &path);

// What happens to a file that has the name of one to be written.
enum class Existing { KEEP, REPLACE };

// Throws InputError unless a file of this name may be written: it does not exist, or is a file that
// may be replaced; and never if it is the file `from` that the model comes from, by whatever name.
void check_output(const std::string &path, Existing existing, const std::string &from);

// Writes a model file, whole or not at all.
void write_model(const Model &model, const std::string &path,
                 Existing existing = Existing::REPLACE);

// The same with bytes that are made already.
void write_output(const std::string &bytes, const std::string &path, Existing existing);

// The bytes of a model file that is whole; throws InputError as read_model() does for others.
std::string read_model_bytes(const std::string &path);

// The model in a file of DeePMD-kit; a frozen .pth.
Model convert_pth(const std::string &path);

}    // namespace lbs::deepsea
