// The list of calls follows what happens: a card that changes is a call that changed. Only its first page does, and
// not while somebody walks in it.

import { getHtml } from "./http.js";
import { replace } from "./live.js";
import { on } from "./stream.js";

const WAIT = 700; // ms: the row is written after the card is sent
let timer = 0;

for (const kind of ["pop", "pop_gone", "presence"]) on(kind, () => { timer ||= setTimeout(renew, WAIT); });

async function renew() {
  timer = 0;
  const list = document.getElementById("results");
  if (new URLSearchParams(location.search).has("page") || list.contains(document.activeElement)) return;
  const page = await getHtml(location.href).catch(() => null);
  if (page?.getElementById("results")) replace("results", page);
}
