// The state of the PBX and of our own connection, in the top bar.

import { getJson } from "./http.js";
import { on } from "./stream.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

const pbx = document.getElementById("pbx");
const lost = document.getElementById("connection");
let told = null;

export function start() {
  on("pbx", show);
  on("link", ({ up }) => { lost.hidden = up; });
  on("signed_out", signedOut);
  on("fresh", () => getJson("/api/state").then((state) => show(state.pbx)).catch(() => {}));
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
  pbx.querySelector(".dot").className = `dot dot-${state === "up" ? "up" : "down"}`;
  pbx.querySelector(".pbx-words").textContent = word(`pbx${state[0].toUpperCase()}${state.slice(1)}`);
}
