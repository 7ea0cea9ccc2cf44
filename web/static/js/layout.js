// The layout editor: fields are moved by pointer, by their buttons or by Alt+arrow; the server draws the preview.

import { request } from "./http.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

const form = document.getElementById("layout-form");
const box = document.getElementById("preview");
const speaker = document.getElementById("announce");
let dragged = null;
let asked = 0;

document.querySelector("[data-go]").addEventListener("change", ({ target }) => target.form.requestSubmit());
form.addEventListener("change", preview);
form.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-move]");
  if (button) move(button.closest("li"), Number(button.dataset.move), button);
});
form.addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const row = event.target.closest("li[data-field]");
  if (!step || !row || !event.altKey) return;
  event.preventDefault();
  move(row, step, event.target);
});

function move(row, step, focus) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  focus.focus();
  const place = [...row.parentElement.children].indexOf(row) + 1;
  speaker.textContent = word("moved", { name: row.dataset.label, place });
  preview();
}

for (const list of form.querySelectorAll(".layout-fields")) {
  list.addEventListener("dragstart", ({ target, dataTransfer }) => {
    dragged = target.closest("li");
    dragged.classList.add("is-dragged");
    dataTransfer.effectAllowed = "move";
    dataTransfer.setData("text/plain", dragged.dataset.field);
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!over || !dragged || over.parentElement !== dragged.parentElement) return;
    event.preventDefault();
    const { top, height } = over.getBoundingClientRect();
    if (over !== dragged) over[event.clientY < top + height / 2 ? "before" : "after"](dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    dragged = null;
    preview();
  });
}

async function preview() {
  const mine = ++asked;
  try {
    const answer = await request(form.dataset.previewAt, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    if (mine === asked) box.replaceChildren(template.content);
  } catch (error) {
    toast(error.message, { bad: true });
  }
}
