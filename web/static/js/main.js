// What every page of the panel starts.

import * as badge from "./badge.js";
import * as bar from "./bar.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as menus from "./menus.js";
import * as notices from "./notices.js";
import * as notify from "./notify.js";
import * as palette from "./palette.js";
import * as pops from "./pops.js";
import * as presence from "./presence.js";
import * as stream from "./stream.js";
import * as tabs from "./tabs.js";
import * as timers from "./timers.js";

for (const part of [menus, live, palette, keys, timers, presence, bar, badge, notices, notify, tabs, pops, stream]) part.start();
