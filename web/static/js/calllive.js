// A call's page follows what becomes of its recording: progress as a figure, and what is new in its place once it is
// there. What plays and what is typed stay.

import { getHtml } from "./http.js";
import { replace } from "./live.js";
import { on } from "./stream.js";

const call = document.getElementById("call");
const heardOf = new Map(); // recording -> how far its analysis is, as it was told last
let due = 0;

for (const kind of ["analysis", "recording"]) on(kind, heard);
on("fresh", () => call.dataset.stand.match(/recording|waiting|running/) && soon());

function heard({ call_id: id, recording_id: part, state, progress = 0 }) {
  if (id !== call.dataset.call) return;
  const shown = document.querySelector(`[data-progress="${CSS.escape(part)}"]`);
  if (state === "running") heardOf.set(part, progress);
  else heardOf.delete(part);
  const again = document.querySelector("[data-lines]"); // what is there stays readable while it is made anew
  if (state === "running" && shown) show(shown, Math.floor(progress * 100));
  else if (!again || !["waiting", "running"].includes(state)) soon();
}

function show(box, percent) {
  box.hidden = false;
  box.querySelector("[data-percent]").textContent = `${percent} %`;
  const bar = box.querySelector("progress");
  if (bar) bar.value = percent;
}

function soon() {
  due ||= setTimeout(renew, 300);
}

// What is still as it was stays; with a new transcript or sound the page is loaded again.
async function renew() {
  due = 0;
  const page = await getHtml(location.href).catch(() => null);
  const stand = page?.getElementById("call")?.dataset.stand;
  if (stand === undefined || stand === call.dataset.stand) return;
  const [was, is] = [document, page].map((each) => Boolean(each.querySelector("[data-player]")));
  if (was !== is || page.querySelector("[data-lines]")) return reload();
  call.dataset.stand = stand;
  for (const id of ["transcript", "figures"]) if (document.getElementById(id) && page.getElementById(id)) replace(id, page);
  for (const box of document.querySelectorAll("[data-progress]")) { // what was told meanwhile is newer than the page
    if (heardOf.has(box.dataset.progress)) show(box, Math.floor(heardOf.get(box.dataset.progress) * 100));
  }
}

const unsaved = (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked;

function reload() {
  const typing = [...document.querySelectorAll(":is(#work, #comments) :is(input, textarea)")].some(unsaved);
  const playing = document.querySelector("[data-player]")?.dataset.state === "playing";
  if (typing || playing) due = setTimeout(() => { due = 0; reload(); }, 2000);
  else location.reload();
}
