#pragma once

// What the code in the manual's pages is compiled behind: what an application would include.

#include "hamok/actors/plugin.hpp"
#include "hamok/collections/json_codec.hpp"
#include "hamok/collections/json_record.hpp"
#include "hamok/collections/replicated.hpp"
#include "hamok/collections/snapshot_json.hpp"
#include "hamok/io/client.hpp"
#include "hamok/io/log.hpp"
#include "hamok/tests/docs/compiled_block.hpp"

#include <caf/io/middleman.hpp>

#include <spdlog/logger.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// A page names what it is about and does no more with it.
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-value"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wshadow"

using namespace std::chrono_literals;

/// What an application carries messages with, whatever that is.
struct message_bus {
  void send(const std::string& to, const hamok::blob& bytes);
  void on_receive(std::function<void(const std::string& from, const hamok::blob& bytes)> callback);
};

/// Something that it does with a name.
void greet(const std::string& user);
