// The list of missed calls follows what happens, keeps the focus with its row, and never moves under the pointer.

import { getHtml } from "./http.js";
import { replace } from "./live.js";
import { on } from "./stream.js";
import { toast } from "./toast.js";

const list = () => document.getElementById("missed");
let acting = null; // the place of the row that is dealt with, and what had the focus in it
let late = false; // something changed while the pointer was on the list
let asked = 0; // answers may overtake each other: only the last one that was asked for is shown

for (const kind of ["missed", "fresh"]) on(kind, renew);
list().parentElement.addEventListener("pointermove", ({ target }) => late && !list().contains(target) && renew());
new MutationObserver(settle).observe(list().parentElement, { childList: true });

document.addEventListener("submit", ({ target }) => {
  if (!list().contains(target)) return;
  const kind = document.activeElement.matches(".row-link") ? ".row-link" : "[data-seen]";
  acting = { place: rows().indexOf(target.closest("tr")), kind };
  if (target.dataset.says) toast(target.dataset.says);
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "s" || event.ctrlKey || event.metaKey || event.altKey) return;
  const row = list().contains(event.target) && event.target.closest("tr");
  row?.querySelector?.("[data-seen]")?.click();
});

const rows = () => [...list().querySelectorAll("tbody tr")];

async function renew() {
  late = list().matches(":hover");
  if (late) return;
  const number = ++asked;
  const page = await getHtml(location.href).catch(() => null);
  if (number !== asked || !page?.getElementById("missed")) return;
  const focused = list().contains(document.activeElement) && document.activeElement.id;
  replace("missed", page);
  if (focused) document.getElementById(focused)?.focus();
}

// After a row has gone the next one is at hand.
function settle() {
  if (acting === null || document.activeElement !== document.body) return;
  const next = rows()[Math.min(Math.max(acting.place, 0), rows().length - 1)];
  (next?.querySelector(acting.kind) ?? list().querySelector("a"))?.focus();
  acting = null;
}
