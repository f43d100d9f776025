#include "sensor/score/eval.h"

const struct eval evals_header[] = {
	{ NULL, 0, 0, 0, NULL },
};
