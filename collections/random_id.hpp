#pragma once

// Random names for sessions and creations.

#include "hamok/actors/interfaces/random_id.hpp"
