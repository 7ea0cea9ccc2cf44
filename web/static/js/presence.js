// The presence switch of the top bar, in step with the other tabs; beside it, what the user's phones do.

import { postJson } from "./http.js";
import { on } from "./stream.js";
import { toast } from "./toast.js";

const menu = document.getElementById("presence");

export function start() {
  on("presence", heard);
  menu.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-choose]")?.dataset.choose;
    if (choice) choose(choice);
  });
}

/** Somebody's presence as the server tells it; ours is shown. */
export function heard({ user_id: user, presence, on_call: call }) {
  if (user !== document.body.dataset.user) return;
  if (presence !== "offline") show(presence);
  for (const sign of menu.querySelectorAll("[data-call]")) sign.hidden = sign.dataset.call !== call;
}

async function choose(presence) {
  const before = menu.dataset.presence;
  show(presence);
  try {
    await postJson("/api/presence", { presence }, { keepalive: true }); // also when the page is left at once
  } catch (error) {
    show(before);
    toast(error.message, { bad: true });
  }
}

function show(presence) {
  if (menu.dataset.presence === presence) return; // a call began or ended: a frame painted for nothing would hold up its card
  menu.dataset.presence = presence;
  for (const item of menu.querySelectorAll("[data-choose]")) {
    const chosen = item.dataset.choose === presence;
    item.setAttribute("aria-pressed", String(chosen));
    if (chosen) menu.querySelector(".presence-word").textContent = item.dataset.word;
  }
  menu.querySelector("summary .dot").className = `dot dot-${presence}`;
}
