// Tells of a call where the card is not seen: sound, desktop notification, tab title, favicon. It never takes the
// focus. Only the tab that reads the stream sounds and notifies, so that ten tabs are not ten bells.

import { isLeader, on, tellTabs } from "./stream.js";
import { ring } from "./sound.js";

const ASK = 80; // ms that other tabs have to say that one of them is looked at
const icon = document.getElementById("favicon");
const plainIcon = icon.href;
const plainTitle = document.title;
let seenElsewhere = false;

export function start() {
  on("who_sees", () => !document.hidden && tellTabs("i_see"));
  on("i_see", () => { seenElsewhere = true; });
  on("prefs", (prefs) => {
    for (const name of ["sound", "desktop"]) if (name in prefs) document.body.dataset[name] = prefs[name] ? "on" : "off";
    if ("volume" in prefs) document.body.dataset.volume = prefs.volume;
  });
  on("please_ring", ({ volume }) => ring(volume));
}

/** A card came: `pop` is its element. */
export function arrived(pop) {
  if (!isLeader()) return;
  const { sound, volume, desktop } = document.body.dataset;
  if (sound !== "off" && !ring(Number(volume || 60))) tellTabs("please_ring", { volume: Number(volume || 60) });
  if (desktop !== "off" && document.hidden) notifyUnlessSeen(pop);
}

function notifyUnlessSeen(pop) {
  seenElsewhere = false;
  tellTabs("who_sees");
  setTimeout(() => !seenElsewhere && notify(pop), ASK);
}

function notify(pop) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const note = new Notification(pop.dataset.title, { body: pop.dataset.body, tag: pop.dataset.pop, icon: pop.querySelector("img.card-photo")?.src });
  note.addEventListener("click", () => { window.focus(); note.close(); });
  pop.addEventListener("ringdesk:settled", () => note.close(), { once: true });
}

/** Title and favicon say how many phones ring and who calls. */
export function show(ringing) {
  document.title = ringing.length ? `(${ringing.length}) ${ringing[0].dataset.title} · ${plainTitle}` : plainTitle;
  const href = ringing.length ? icon.dataset.ringing : plainIcon;
  if (href && icon.href !== href) icon.href = href;
}
