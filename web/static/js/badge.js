// The number of open missed calls: at the rail's section, and in the tab of the list.

import { getJson } from "./http.js";
import { on } from "./stream.js";
import { word } from "./words.js";

const MOST = 99;
const kept = `ringdesk-missed:${document.body.dataset.user}`;
let heard = 0;

export function start() {
  show({ open: Number(sessionStorage.getItem(kept)) }); // as the last page knew it, until the server has said
  on("missed", (data) => { heard += 1; show(data); });
  on("fresh", fetchCount);
}

async function fetchCount() {
  const before = heard;
  const data = await getJson("/api/missed").catch(() => null);
  if (data && heard === before) show(data); // an event that came meanwhile knows better
}

function show({ open }) {
  sessionStorage.setItem(kept, open);
  const count = open > MOST ? `${MOST}+` : String(open);
  for (const badge of document.querySelectorAll("[data-badge=missed]")) {
    badge.hidden = !open;
    badge.textContent = count;
    badge.setAttribute("aria-label", word("missedCalls", { count }));
  }
}
