#include "sensor/score/eval.h"

const struct eval evals_mime[] = {
	{ NULL, 0, 0, 0, NULL },
};
