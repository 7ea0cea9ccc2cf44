// The call log: its sums come when they are ready, rows follow what happens where they stand, and new calls are told
// rather than pushed in.

import { getHtml } from "./http.js";
import { replace } from "./live.js";
import { on } from "./stream.js";

const WAIT = 700; // ms: the row is written after the card is sent
const results = () => document.getElementById("results");
const more = document.getElementById("more-filters");
const opener = document.getElementById("more-open");
const inBar = new Set(["q", "period", "direction", "result", "agent"]);
let timer = 0;
let asked = 0; // answers may overtake each other: only the last one that was asked for is shown
let seen = null;
let seenKept = null;

for (const kind of ["calls", "pop", "pop_gone", "presence", "fresh"]) on(kind, () => { timer ||= setTimeout(renew, WAIT); });
opener.addEventListener("click", () => unfold(more.hidden));
document.addEventListener("change", (event) => event.target.form?.dataset.auto !== undefined && choose(event.target.form));
document.addEventListener("click", (event) => event.target.closest("#new-calls") && latest());
new MutationObserver(settle).observe(document.getElementById("log"), { childList: true, subtree: true });
settle();

/** After each new list: its sums, the count of filters that are folded away, the address of what is saved; and the
 *  tabs, after what is saved was changed. */
function settle() {
  if (seen !== results()) listed();
  const kept = document.getElementById("saved-list");
  if (kept && seenKept && kept !== seenKept) retab(kept);
  seenKept = kept ?? seenKept;
}

function listed() {
  seen = results();
  sum();
  const folded = [...new FormData(document.getElementById("call-filter"))].filter(([name, value]) => value && name !== "sort" && !inBar.has(name));
  const count = new Set(folded.map(([name]) => name)).size;
  const badge = opener.querySelector("[data-more-count]");
  badge.hidden = !count;
  badge.textContent = count;
  document.getElementById("save-filter-form").action = `/calls/filters?${seen.dataset.query}`;
}

function retab(kept) {
  const tabs = document.querySelector(".tabs");
  for (const tab of tabs.querySelectorAll("a[data-own]")) tab.remove();
  const shared = [...tabs.querySelectorAll("a")].find((tab) => tab.href.includes("/calls?"));
  for (const { dataset } of kept.querySelectorAll("[data-query]")) {
    const tab = Object.assign(document.createElement("a"), { href: `/calls?${dataset.query}` });
    tab.dataset.own = "";
    if (dataset.query === results().dataset.query) tab.setAttribute("aria-current", "page");
    tab.append(Object.assign(document.createElement("bdi"), { textContent: dataset.name }));
    tabs.insertBefore(tab, shared ?? null);
  }
}

async function sum() {
  const ours = document.getElementById("totals");
  if (!ours.dataset.totals) return;
  const page = await getHtml(ours.dataset.totals).catch(() => null);
  if (page && ours.isConnected) ours.replaceChildren(...page.getElementById("totals").childNodes);
}

function unfold(open) {
  more.hidden = !open;
  opener.setAttribute("aria-expanded", open);
  if (open) more.querySelector("input, select").focus();
}

/** The columns that were chosen: remembered, and the list drawn anew. */
async function choose(form) {
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const name = document.activeElement?.value;
  const menu = page.querySelector(".columns-menu")?.closest("details");
  if (menu) menu.open = true;
  replace("results", page);
  document.querySelector(`.columns-menu input[value="${CSS.escape(name ?? "")}"]`)?.focus();
}

async function latest() {
  const page = await getHtml(location.href).catch(() => null);
  if (page?.getElementById("results")) replace("results", page);
}

/** Rows that are there change where they stand; how many are new is told. Only on the first page. */
async function renew() {
  timer = 0;
  const query = new URLSearchParams(location.search);
  if (query.has("after") || query.has("before")) return;
  const [number, address] = [++asked, location.href];
  const page = await getHtml(address).catch(() => null);
  if (number !== asked || address !== location.href) return; // another filter stands there by now
  const [ours, theirs] = [rows(document), rows(page ?? document)];
  if (!page || !theirs.size) return;
  if (!ours.size) return replace("results", page);
  for (const [id, row] of theirs) if (ours.has(id)) refresh(ours.get(id), row);
  tell([...theirs.keys()].filter((id) => !ours.has(id)).length);
}

const rows = (page) => new Map([...page.querySelectorAll("#results tr[data-call]")].map((row) => [row.dataset.call, row]));

function refresh(old, fresh) {
  if (old.innerHTML === fresh.innerHTML || old.contains(document.activeElement)) return;
  old.replaceWith(document.adoptNode(fresh));
}

function tell(count) {
  const note = document.getElementById("new-calls");
  const button = note.firstElementChild;
  note.hidden = !count;
  button.textContent = count === 1 ? button.dataset.one : button.dataset.many.replace("{count}", count);
}
