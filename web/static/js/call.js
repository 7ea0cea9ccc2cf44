// A call's page: player, waveform, transcript and keyboard put together.

import { Player } from "./callplayer.js";
import { Transcript } from "./calltext.js";
import { Wave, written } from "./callwave.js";

const STEP = 5; // s

const root = document.querySelector("[data-player]");
const text = document.querySelector("#transcript [data-lines]") && new Transcript(document.getElementById("transcript"));
let running = false;
if (root) start(root);

function start(root) {
  const speech = root.dataset.speech ? JSON.parse(root.dataset.speech) : null;
  const player = new Player(root.querySelector("audio"), Number(root.dataset.seconds), speech);
  const wave = new Wave(root);
  root.querySelector("[data-bar]").hidden = false;
  const at = Number(root.dataset.at ?? 0);
  player.addEventListener("time", () => shown(player, wave));
  player.addEventListener("state", () => stood(root, player, wave));
  player.addEventListener("problem", () => problem(root));
  wave.addEventListener("ask", ({ detail }) => player.seek(detail));
  text?.addEventListener("ask", ({ detail }) => player.seek(detail));
  text?.addEventListener("hits", ({ detail }) => wave.setHits(detail));
  root.addEventListener("click", ({ target }) => clicked(target.closest("[data-do]"), player, wave));
  root.querySelector("[data-speed]").addEventListener("change", ({ target }) => player.setSpeed(Number(target.value)));
  for (const range of root.querySelectorAll("[data-volume]")) range.addEventListener("input", () => player.setLevel(range.dataset.volume, range.value / 100));
  document.addEventListener("click", ({ target }) => sought(target.closest("[data-seek]"), player));
  document.addEventListener("keydown", (event) => pressed(event, player, wave));
  stood(root, player, wave);
  const side = document.querySelector(".call-side");
  if (side) new MutationObserver(() => { withComments(wave); comment(player); }).observe(side, { childList: true });
  withComments(wave);
  if (at) player.seek(at);
  if (text?.root.dataset.q) text.search(text.root.dataset.q);
}

// While it plays, each frame is drawn: the word that is spoken stands out when it is spoken.
function frame(player, wave) {
  player.hurry();
  shown(player, wave);
  if (player.playing) requestAnimationFrame(() => frame(player, wave));
}

function shown(player, wave) {
  root.querySelector("[data-now]").textContent = written(player.now);
  wave.setNow(player.now, player.playing);
  text?.setNow(player.now);
  comment(player);
}

function stood(root, player, wave) {
  const { playing } = player;
  root.dataset.state = playing ? "playing" : "paused";
  const button = root.querySelector('[data-do="toggle"]');
  when(button, playing ? "playing" : "paused");
  button.setAttribute("aria-label", playing ? root.dataset.saysPause : root.dataset.saysPlay);
  root.querySelector("[data-speed]").value = String(player.speed);
  root.querySelector('[data-do="skip"]').setAttribute("aria-pressed", player.skips);
  for (const side of root.querySelectorAll('[data-do="mute"]')) {
    const mute = player.muted.has(side.dataset.side);
    side.setAttribute("aria-pressed", mute);
    when(side, mute ? "mute" : "loud");
  }
  if (playing && !running) requestAnimationFrame(() => frame(player, wave));
  running = playing;
}

function when(button, state) {
  for (const each of button.querySelectorAll("[data-when]")) each.hidden = each.dataset.when !== state;
}

function problem(root) {
  const box = root.querySelector("[data-problem]");
  box.textContent = root.dataset.saysBroken;
  box.hidden = false;
}

function clicked(button, player, wave) {
  const acts = {
    toggle: () => player.toggle(),
    back: () => player.seek(player.now - STEP),
    forward: () => player.seek(player.now + STEP),
    skip: () => player.setSkips(!player.skips),
    mute: () => player.mute(button.dataset.side),
    in: () => zoom(wave, 2),
    out: () => zoom(wave, 0.5),
  };
  acts[button?.dataset.do]?.();
}

// A comment stands at the second that is heard when one begins to type it.
function comment(player) {
  const form = document.querySelector("[data-comment]");
  if (!form || form.elements.text.value) return;
  form.querySelector("[data-comment-at]").value = player.now.toFixed(2);
  form.querySelector("[data-comment-time]").textContent = written(player.now);
}

function withComments(wave) {
  const marks = wave.marks.filter(({ kind }) => kind !== "comment");
  for (const { dataset } of document.querySelectorAll(".comment")) marks.push({ kind: "comment", at: Number(dataset.at), end: Number(dataset.at), text: dataset.text });
  wave.setMarks(marks.sort((one, other) => one.at - other.at));
}

function zoom(wave, by) {
  wave.setZoom(wave.zoom * by);
  root.querySelector('[data-do="out"]').disabled = wave.zoom <= 1;
  root.querySelector('[data-do="in"]').disabled = wave.zoom >= wave.mostZoom;
}

// Any element of the page may name a second; the transcript sees to its own.
function sought(element, player) {
  if (!element || text?.root.contains(element)) return;
  text?.setFollows(true);
  player.seek(Number(element.dataset.seek));
}

function pressed(event, player, wave) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return;
  const keys = {
    " ": () => player.toggle(),
    ArrowLeft: () => player.seek(player.now - (event.shiftKey ? 30 : STEP)),
    ArrowRight: () => player.seek(player.now + (event.shiftKey ? 30 : STEP)),
    "[": () => player.faster(-1),
    "]": () => player.faster(1),
    m: () => player.mute("customer"),
    M: () => player.mute("agent"),
    s: () => player.setSkips(!player.skips),
    f: () => text?.setFollows(!text.follows, true),
    c: () => document.getElementById("f-comment")?.focus(),
    n: () => toMark(player, wave, 1),
    p: () => toMark(player, wave, -1),
    "+": () => zoom(wave, 2),
    "-": () => zoom(wave, 0.5),
  };
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** Does the key belong to what has the focus, or to a dialog? */
function isBusy({ key, target }) {
  if (document.querySelector("dialog[open]")) return true;
  if (target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return true;
  return key === " " && Boolean(target.closest?.("button, a, summary, input, label"));
}

function toMark(player, wave, step) {
  const times = [...new Set(wave.marks.map(({ at }) => at))];
  const next = step > 0 ? times.find((at) => at > player.now + 0.5) : times.findLast((at) => at < player.now - 0.5);
  if (next === undefined) return;
  player.seek(next);
  document.getElementById("announce").textContent = [written(next), ...wave.said(next)].join(" ");
}
