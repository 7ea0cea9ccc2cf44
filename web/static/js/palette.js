// The command palette: pages are in the template, customers come from the server as one types.

import { getHtml } from "./http.js";
import { word } from "./words.js";

const WAIT = 100;
const box = document.getElementById("palette");
const input = box.querySelector("input");
const list = document.getElementById("palette-list");
const pages = [...list.children];
let timer = 0;
let asked = 0;

export function openPalette() {
  if (box.open) return;
  input.value = "";
  fill([]);
  box.showModal();
}

export function start() {
  document.querySelector("[data-palette]").addEventListener("click", openPalette);
  input.addEventListener("input", changed);
  input.addEventListener("keydown", moved);
}

function changed() {
  clearTimeout(timer);
  fill([]);
  if (input.value.trim().length > 1) timer = setTimeout(find, WAIT);
}

async function find() {
  const mine = ++asked;
  const page = await getHtml(`/find?${new URLSearchParams({ q: input.value })}`).catch(() => null);
  if (mine === asked && page) fill([...page.querySelectorAll("[role=option]")], true);
}

function fill(found, searched = false) {
  const text = input.value.trim().toLocaleLowerCase();
  const fitting = pages.filter((page) => page.textContent.toLocaleLowerCase().includes(text));
  list.replaceChildren(...found.map((option) => document.adoptNode(option)), ...fitting);
  if (searched && !list.children.length) list.replaceChildren(Object.assign(document.createElement("p"), { className: "menu-head", textContent: word("nothing") }));
  [...list.querySelectorAll("[role=option]")].forEach((option, index) => { option.id = `palette-${index}`; });
  select(list.querySelector("[role=option]"));
}

function select(option) {
  list.querySelector("[aria-selected=true]")?.removeAttribute("aria-selected");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option?.id ?? "");
}

function moved(event) {
  const now = list.querySelector("[aria-selected=true]");
  if (event.key === "ArrowDown") select(now?.nextElementSibling ?? list.firstElementChild);
  else if (event.key === "ArrowUp") select(now?.previousElementSibling ?? list.lastElementChild);
  else if (event.key === "Enter") now?.click();
  else return;
  event.preventDefault();
}
