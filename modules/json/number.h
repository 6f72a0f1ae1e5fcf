#pragma once

// Numbers, both ways.
#include "modules/json/read_number.h"
#include "modules/json/write_number.h"
