// The home page keeps its lists fresh, and says what the browser still has to be allowed.

import { getHtml } from "./http.js";
import { replace } from "./live.js";
import { offerNotifications } from "./settings.js";
import { on } from "./stream.js";
import { tick } from "./timers.js";

const WAIT = 600; // ms: the log writes a moment after the call's event
let timer = 0;
let asked = 0; // answers may overtake each other: only the last one that was asked for is shown

for (const kind of ["calls", "pop", "presence", "fresh"]) on(kind, soon);
offerNotifications();

function soon() {
  clearTimeout(timer);
  timer = setTimeout(refresh, WAIT);
}

async function refresh() {
  const number = ++asked;
  const page = await getHtml(location.href).catch(() => null);
  if (!page || number !== asked) return;
  for (const id of ["recent", "people"]) {
    const ours = document.getElementById(id);
    if (ours && !ours.contains(document.activeElement)) replace(id, page);
  }
  tick();
}
