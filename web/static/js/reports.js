// The pages of reports: plots.

import { draw } from "./plot.js";

draw();
