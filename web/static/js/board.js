// The live board: subscribe, fetch the snapshot, apply what came meanwhile. Rows come whole, and only changed ones.
// The snapshot is fetched again now and then: the server tells changes only to those who look.

import { getJson, postJson } from "./http.js";
import { drawAgent, drawCall, drawQueue, joining, joiningKey, percent } from "./boardrows.js";
import { whenReleased } from "./press.js";
import { start as startWall, fit } from "./wall.js";
import { noteRefusal, on } from "./stream.js";
import { serverTime, setClock, tick } from "./timers.js";
import { toast } from "./toast.js";

const LOOK_AGAIN = 60_000;
const RETRY = 3_000;
const SECTIONS = { calls: drawCall, queues: drawQueue, agents: drawAgent };
const ABSENT = ["offline"];

const board = document.getElementById("board");
const filter = document.getElementById("board-filter");
const stale = document.getElementById("board-stale");
const state = { calls: new Map(), queues: new Map(), agents: new Map(), totals: {}, seq: "", at: 0 };
const drawn = new WeakMap(); // row's element -> the row it shows
let pending = null; // changes that came while a snapshot is on its way
let due = false; // another snapshot is due, since the stream began after the one on its way was asked for
let linked = true;
let pbx = { up: true, since: 0 };
let again = 0;

on("board", (change) => (pending ? pending.push(change) : apply(change)));
on("fresh", () => { due = Boolean(pending); look(); });
on("link", ({ up }) => { linked = up; showStale(); });
on("pbx", (now) => { pbx = now; showStale(); });
document.addEventListener("visibilitychange", () => document.hidden || look());
filter.addEventListener("submit", (event) => event.preventDefault());
filter.addEventListener("change", () => { remember(); draw(); });
board.addEventListener("click", ({ target }) => join(target.closest("[data-how]")));
setInterval(late, 1000);
startWall(board);
look();

// ---------------------------------------------------------------- what is known

async function look() {
  clearTimeout(again);
  again = setTimeout(look, LOOK_AGAIN);
  if (pending) return;
  pending = [];
  try {
    take(await getJson("/api/board"));
  } catch (error) {
    noteRefusal(error);
    clearTimeout(again);
    again = setTimeout(look, RETRY);
  } finally {
    const came = pending;
    pending = null;
    came.forEach(apply);
    if (due) { due = false; look(); }
  }
}

function take(snapshot) {
  if (!board.dataset.page.startsWith(snapshot.page)) return location.reload(); // the server is another version now
  for (const part of Object.keys(SECTIONS)) state[part] = new Map(snapshot[part].map((row) => [row.id, row]));
  Object.assign(state, { totals: snapshot.totals, seq: snapshot.seq, at: snapshot.at, target: snapshot.target });
  pbx = snapshot.pbx;
  linked = true;
  setClock(snapshot.at);
  offer();
  board.removeAttribute("aria-busy");
  draw();
}

function apply({ seq, at, put = {}, gone = {}, totals }) {
  const [epoch, number] = state.seq.split(".");
  const [theirs, next] = seq.split(".");
  if (epoch !== theirs) return state.seq && look();
  if (Number(next) <= Number(number)) return;
  if (Number(next) > Number(number) + 1) return look(); // a change was told while we did not count as one who looks
  for (const [part, rows] of Object.entries(put)) for (const row of rows) state[part].set(row.id, row);
  for (const [part, ids] of Object.entries(gone)) for (const id of ids) state[part].delete(id);
  if (totals) state.totals = totals;
  Object.assign(state, { seq, at });
  if (put.queues || put.agents || gone.agents) offer();
  draw();
}

// ---------------------------------------------------------------- what is shown

const chosen = (name) => filter.elements[name].value;

/** The queues and teams that there are to choose from; a choice from the address stays though its queue is not known yet. */
function offer() {
  const address = new URLSearchParams(location.search);
  const names = { queue: [...state.queues.keys()], team: [...state.agents.values()].map((row) => row.team) };
  for (const [name, found] of Object.entries(names)) {
    const select = filter.elements[name];
    const value = select.value || address.get(name) || "";
    const all = [...new Set([...found, value])].filter(Boolean).sort((a, b) => a.localeCompare(b));
    const options = all.map((each) => new Option(each, each));
    if (all.join("\n") !== [...select.options].slice(1).map((each) => each.value).join("\n")) {
      select.replaceChildren(select.options[0], ...options);
    }
    select.value = value;
    select.hidden = all.length === 0;
  }
}

function remember() {
  const url = new URL(location.href);
  for (const name of ["queue", "team"]) {
    if (chosen(name)) url.searchParams.set(name, chosen(name));
    else url.searchParams.delete(name);
  }
  history.replaceState(null, "", url);
}

/** The rows that the filter lets through: a team's queues are those that its agents work in. */
function shown() {
  const [queue, team] = [chosen("queue"), chosen("team")];
  const agents = [...state.agents.values()].filter((row) => (!team || row.team === team) && (!queue || row.queues.includes(queue) || row.queue === queue));
  const works = new Set(agents.flatMap((row) => row.queues));
  const inTeam = new Set(agents.flatMap((row) => row.extensions));
  const queues = [...state.queues.values()].filter((row) => (!queue || row.id === queue) && (!team || works.has(row.id)));
  const calls = [...state.calls.values()].filter((row) => (!queue || row.queue === queue)
    && (!team || row.agents.some((each) => inTeam.has(each.extension)) || (row.state === "waiting" && works.has(row.queue))));
  agents.sort((a, b) => ABSENT.includes(a.state) - ABSENT.includes(b.state) || a.name.localeCompare(b.name));
  queues.sort((a, b) => a.id.localeCompare(b.id));
  calls.sort((a, b) => (b.state === "waiting") - (a.state === "waiting") || a.started_at - b.started_at);
  return { agents, queues, calls };
}

const draw = () => whenReleased(board, drawAll);

function drawAll() {
  const rows = shown();
  for (const part of Object.keys(SECTIONS)) drawList(part, rows[part]);
  drawTiles(rows);
  board.querySelector("[data-filter-name]").textContent = [chosen("queue"), chosen("team")].filter(Boolean).join(" · ");
  tick();
  late();
  showStale();
  fit();
}

function drawList(part, rows) {
  const list = board.querySelector(`[data-list="${part}"]`);
  const box = list.tBodies?.[0] ?? list;
  const known = new Map([...box.children].map((element) => [element.dataset.id, element]));
  const wanted = rows.map((row) => drawnRow(part, row, known.get(row.id)));
  const focused = box.contains(document.activeElement) && document.activeElement;
  const key = focused && [focused.closest("[data-id]").dataset.id, focused.dataset.key];
  if (wanted.some((element, at) => box.children[at] !== element) || box.children.length !== wanted.length) box.replaceChildren(...wanted);
  if (key && !document.activeElement.closest?.("[data-id]")) {
    wanted.find((element) => element.dataset.id === key[0])?.querySelector(`[data-key="${CSS.escape(key[1])}"]`)?.focus();
  }
  const count = board.querySelector(`[data-count="${part}"]`);
  if (count) count.textContent = rows.length || "";
  list.hidden = rows.length === 0;
  board.querySelector(`[data-empty="${part}"]`).hidden = rows.length > 0;
}

/** The row's element: the one that is there, unless the row is another by now. */
function drawnRow(part, row, element) {
  if (element && drawn.get(element) === row) return element;
  const made = SECTIONS[part](row, board);
  made.dataset.id = row.id;
  drawn.set(made, row);
  return made;
}

function drawTiles({ agents, queues }) {
  const sum = (name) => queues.reduce((total, row) => total + row[name], 0);
  const filtered = chosen("queue") || chosen("team");
  const counted = sum("counted");
  const waits = queues.map((row) => row.longest_since).filter(Boolean);
  const { taken, missed, given_up: givenUp, incoming } = state.totals;
  const of = (count) => board.dataset.of.replace("{count}", count);
  const busy = agents.filter((row) => ["talking", "held"].includes(row.state)).length;
  tile("waiting", sum("waiting"), waits.length ? since(Math.min(...waits)) : "");
  tile("level", counted ? percent(sum("within") / counted) : "–", counted ? of(counted) : "");
  tile("answered", filtered ? sum("answered") : taken, filtered ? of(sum("answered") + sum("abandoned")) : of(incoming));
  tile("lost", filtered ? sum("abandoned") : missed + givenUp, "");
  const held = agents.filter((row) => row.state === "held").length;
  tile("talking", busy, held ? board.dataset.onHold.replace("{count}", held) : "");
  const away = agents.filter((row) => ABSENT.includes(row.state)).length;
  board.querySelector("[data-offline-count]").textContent = away ? board.dataset.offline.replace("{count}", away) : "";
  tile("free", agents.filter((row) => row.state === "available" && !row.paused).length, of(agents.length));
}

function tile(name, value, below) {
  const box = board.querySelector(`[data-tile="${name}"]`);
  box.querySelector("[data-value]").textContent = value;
  const under = box.querySelector("[data-below]");
  if (below instanceof Node) under.replaceChildren(below);
  else under.textContent = below;
}

function since(moment) {
  const span = document.createElement("span");
  span.className = "board-wait";
  const time = document.createElement("time");
  time.dataset.since = moment;
  span.append(`${board.dataset.longest} `, time);
  return span;
}

/** Our own phone rings, as the row says until it is taken up or that has failed; then the call is heard. */
async function join(button) {
  if (!button) return;
  const { call, agent, how, key } = button.dataset;
  const joined = joiningKey(call, agent);
  joining.add(joined);
  drawAnew(call);
  toast(board.dataset.rings);
  try {
    await postJson(`/api/calls/${encodeURIComponent(call)}/listen`, { agent, how });
  } catch (error) {
    toast(error.message, { bad: true });
  }
  joining.delete(joined);
  drawAnew(call);
  if (document.activeElement === document.body) rowOf(call)?.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

const rowOf = (call) => board.querySelector(`[data-list="calls"] [data-id="${CSS.escape(call)}"]`);

function drawAnew(call) {
  const row = rowOf(call);
  if (!row) return;
  drawn.delete(row);
  draw();
}

// ---------------------------------------------------------------- time passes

/** Who waits longer than the service level has it is marked. */
function late() {
  const now = serverTime();
  for (const box of board.querySelectorAll(".board-wait")) {
    const begun = Number(box.querySelector("time")?.dataset.since);
    box.classList.toggle("is-late", Boolean(begun && state.target && now - begun > state.target.answer_within));
  }
  const clock = board.querySelector("[data-clock]");
  clock.textContent = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", numberingSystem: "latn" });
}

function showStale() {
  const at = (moment) => new Date(moment * 1000).toLocaleTimeString(document.documentElement.lang, { hourCycle: "h23", numberingSystem: "latn" });
  const text = !linked ? board.dataset.asOf.replace("{time}", at(state.at)) : !pbx.up ? board.dataset.pbxAway.replace("{time}", at(pbx.since)) : "";
  stale.hidden = !text;
  stale.querySelector("[data-text]").textContent = text;
  board.classList.toggle("is-stale", Boolean(text));
}
