// One EventSource for a whole browser profile. The tab that holds the lock reads the stream and passes each event
// on by a BroadcastChannel; when it closes, the next tab takes over. Without locks (plain http from another
// machine) every tab reads its own stream.
//
// Rule: subscribe first, then fetch the snapshot, then apply what came meanwhile. `fresh` is told to listeners
// whenever a snapshot is due: at start, after a reconnection that missed something, and on `refetch`.

import { getJson } from "./http.js";

const KINDS = ["hello", "refetch", "pop", "pop_gone", "pbx", "presence", "missed", "calls", "recording", "analysis", "notice", "prefs", "board", "beat"];
const DEAD_AFTER = 40_000; // the server beats every 15 s
const RETRY = [1000, 2000, 5000, 10_000];
const QUIET = 2500; // a break shorter than this is not worth showing

const listeners = new Map();
const user = document.body.dataset.user;
const channel = new BroadcastChannel(`ringdesk:${user}`);
let leading = false;
let source = null;
let watchdog = 0;
let tries = 0;
let lostTimer = 0;
let isUp = false;

/** Call `listener(data, id)` for each event of `kind`; `fresh` and `link` ({up}) are our own. */
export function on(kind, listener) {
  if (!listeners.has(kind)) listeners.set(kind, []);
  listeners.get(kind).push(listener);
}

/** Is this the tab that reads the stream? It is the one that makes sounds and desktop notifications. */
export const isLeader = () => leading;

/** Send a message to the other tabs; they hear it as an event of `kind`. */
export const tellTabs = (kind, data = {}) => channel.postMessage({ kind, data, id: "" });

export function start() {
  channel.addEventListener("message", ({ data }) => deliver(data));
  if (navigator.locks) navigator.locks.request(`ringdesk-stream:${user}`, lead).catch(() => lead());
  else lead();
  on("tab_came", () => leading && tellTabs("link", { up: isUp }));
  tellTabs("tab_came");
  tell("fresh", {});
  addEventListener("online", () => leading && open());
}

function lead() {
  leading = true;
  open();
  return new Promise(() => {}); // hold the lock for as long as this page lives
}

function open() {
  source?.close();
  source = new EventSource("/stream");
  source.addEventListener("error", broken);
  for (const kind of KINDS) source.addEventListener(kind, received);
  watch();
}

function received(event) {
  tries = 0;
  if (!isUp || event.type === "beat") connected(true);
  if (event.type === "hello" || event.type === "refetch") share("fresh", {}, event.lastEventId);
  else if (event.type !== "beat") share(event.type, event.data ? JSON.parse(event.data) : {}, event.lastEventId);
  watch();
}

function broken() {
  connected(false);
  if (source.readyState !== EventSource.CLOSED) return; // the browser tries again, with the last id it saw
  getJson("/api/state").catch(noteRefusal);
  setTimeout(open, RETRY[Math.min(tries++, RETRY.length - 1)]);
}

/** A request was refused because nobody is signed in any more: tell every tab, once each. */
export function noteRefusal(error) {
  if (error.status === 401) share("signed_out", {});
}

function watch() {
  clearTimeout(watchdog);
  watchdog = setTimeout(() => { connected(false); open(); }, DEAD_AFTER);
}

function connected(up) {
  isUp = up;
  if (up) {
    clearTimeout(lostTimer);
    lostTimer = 0;
    share("link", { up });
  } else if (!lostTimer) {
    lostTimer = setTimeout(() => share("link", { up }), QUIET);
  }
}

function share(kind, data, id = "") {
  tell(kind, data, id); // first what is looked at
  channel.postMessage({ kind, data, id });
}

function deliver({ kind, data, id }) {
  tell(kind, data, id);
}

function tell(kind, data, id) {
  for (const listener of listeners.get(kind) ?? []) {
    try {
      listener(data, id);
    } catch (error) {
      console.error(error);
    }
  }
}
