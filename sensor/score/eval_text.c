#include "sensor/score/eval.h"

const struct eval evals_text[] = {
	{ NULL, 0, 0, 0, NULL },
};
