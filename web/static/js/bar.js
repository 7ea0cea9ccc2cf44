// The state of the PBX and of our own connection, and whether cards pop up, in the top bar.

import { getJson } from "./http.js";
import * as presence from "./presence.js";
import { on } from "./stream.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

const pbx = document.getElementById("pbx");
const lost = document.getElementById("connection");
let told = null;
let linked = true;

export function start() {
  on("pbx", show);
  on("link", changed);
  on("prefs", ({ popups_on: popups = true }) => { document.getElementById("popups-off").hidden = popups; });
  on("signed_out", signedOut);
  on("fresh", ask);
}

async function ask() {
  const state = await getJson("/api/state").catch(() => null);
  if (!state) return;
  show(state.pbx);
  state.presence.forEach(presence.heard);
}

/** Without a connection of our own we do not know how the PBX is. */
function changed({ up }) {
  lost.hidden = up;
  if (up === linked) return;
  linked = up;
  if (up) ask();
  else show({ state: "unknown" });
}

/** Nothing is taken away from under the reader: what is typed can still be copied. */
function signedOut() {
  if (told?.isConnected) return;
  const next = encodeURIComponent(location.pathname + location.search);
  told = toast(word("signedOut"), { bad: true, link: { href: `/sign-in?next=${next}`, text: word("signIn") } });
}

function show({ state, reason, version }) {
  pbx.hidden = false;
  pbx.dataset.state = state;
  pbx.title = reason || version || "";
  pbx.querySelector(".dot").className = `dot dot-${{ up: "up", unknown: "offline" }[state] ?? "down"}`;
  pbx.querySelector(".pbx-words").textContent = word(`pbx${state[0].toUpperCase()}${state.slice(1)}`);
}
