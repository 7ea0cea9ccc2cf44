// The number of follow-ups that are due, in the tab of their list: it grows as time goes by.

import { getJson } from "./http.js";
import { on } from "./stream.js";

const MOST = 99;
const EVERY = 60_000;

on("fresh", refresh);
setInterval(() => document.hidden || refresh(), EVERY);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
for (const list of document.querySelectorAll("#follow-ups")) new MutationObserver(refresh).observe(list.parentElement, { childList: true });
refresh();

async function refresh() {
  const data = await getJson("/api/follow-ups").catch(() => null);
  if (data) show(data.due);
}

function show(due) {
  const count = due > MOST ? `${MOST}+` : String(due);
  for (const badge of document.querySelectorAll("[data-badge=follow-ups]")) {
    badge.hidden = !due;
    badge.textContent = count;
    badge.setAttribute("aria-label", badge.dataset.words.replace("{count}", count));
  }
}
