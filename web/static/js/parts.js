// Forms that replace a part of the page, undo, photo preview, arrows in lists: pages that need them load this file.
// Everything works without this file too: each form has its address, and errors are drawn by the server.
//
//   form[data-part="ID"]        is sent by fetch; #ID is replaced from the answer, errors included
//   data-done="TEXT"            is said when it went well
//   data-undo="ADDRESS"         the toast has "Undo", which posts data-undo-body (url-encoded) there
//   data-undo-photo="ADDRESS"   the picture there is kept in memory before, and posted to data-undo by "Undo"
//   input[data-walk="ID"]       arrow down goes into the links (.row-link) of #ID; arrows walk them, Escape leaves

import { replace } from "./live.js";
import { toast } from "./toast.js";

document.addEventListener("submit", (event) => {
  if (event.target.dataset.part === undefined) return;
  event.preventDefault();
  act(event.target, event.submitter);
});
document.addEventListener("change", (event) => event.target.matches("input[type=file]") && preview(event.target));
document.addEventListener("keydown", walk);
showTarget();

async function act(form, submitter) {
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  try {
    const picture = form.dataset.undoPhoto && (await (await fetch(form.dataset.undoPhoto)).blob());
    const { part, done, undo, undoBody } = form.dataset;
    if (!(await post(form.action, body(form, submitter), part))) return;
    if (done) toast(done, { undo: undo && (() => post(undo, picture ? photo(picture) : new URLSearchParams(undoBody), part)) });
  } catch {
    toast("", { bad: true });
  } finally {
    delete form.dataset.busy;
  }
}

const body = (form, submitter) => (form.enctype === "multipart/form-data" ? new FormData(form, submitter) : new URLSearchParams(new FormData(form, submitter)));

function photo(picture) {
  const data = new FormData();
  data.append("photo", picture, "photo");
  return data;
}

/** Post, and draw the part anew from the answer; false where something is to be mended. */
async function post(address, data, part) {
  const answer = await fetch(address, { method: "POST", body: data });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.redirected && new URL(answer.url).pathname === "/sign-in") location.assign(answer.url);
  if (!page.getElementById(part)) {
    toast(page.querySelector("h1")?.textContent.trim() ?? "", { bad: true });
    return false;
  }
  const open = [...document.querySelectorAll(`#${part} details[id][open]`)].map((each) => each.id);
  const focused = document.activeElement?.id;
  replace(part, page);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  (document.querySelector(`#${part} [aria-invalid=true]`) ?? document.getElementById(focused))?.focus();
  return answer.ok;
}

function preview(input) {
  const image = document.querySelector(`[data-preview-of="${input.id}"]`);
  if (!image) return;
  const file = input.files[0];
  const large = file && file.size > Number(input.dataset.most);
  input.setCustomValidity(large ? input.dataset.tooLarge : "");
  if (large) input.reportValidity();
  input.removeAttribute("aria-invalid");
  document.querySelector(`#${input.id}-d.error`)?.replaceChildren();
  URL.revokeObjectURL(image.src);
  image.hidden = !file || large;
  if (!image.hidden) image.src = URL.createObjectURL(file);
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const field = event.target.closest?.("[data-walk]");
  const list = field ? document.getElementById(field.dataset.walk) : event.target.closest?.("[data-walk-list]");
  if (!list || event.altKey || event.ctrlKey || event.metaKey) return;
  const links = [...list.querySelectorAll(".row-link")];
  if (event.key === "Enter" && field && links.length) return open(event, links[0]);
  if (event.key === "Escape" && !field) return leave(event, list);
  if (!step) return;
  const at = links.indexOf(event.target);
  if (at + step < 0) return leave(event, list);
  event.preventDefault();
  links[Math.min(at + step, links.length - 1)]?.focus();
}

// Enter opens the first row, once the list is that of what was typed.
function open(event, link) {
  if (link.closest("[aria-busy]")) return;
  event.preventDefault();
  link.click();
}

function leave(event, list) {
  event.preventDefault();
  document.querySelector(`[data-walk="${list.id}"]`)?.focus();
}

// An order's row that the address names: seen at once, also by a screen reader.
function showTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (target?.classList.contains("order-row")) target.focus({ preventScroll: false });
}
