// Menus close when one looks elsewhere; dialogs open and close by attributes.

export function start() {
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus(null, true));
  document.addEventListener("toggle", (event) => event.target.matches?.("details.menu") && event.target.open && closeMenus(event.target), true);
}

function clicked(event) {
  const opener = event.target.closest("[data-open]");
  if (opener) openDialog(opener.dataset.open);
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target.matches("dialog")) event.target.close(); // the backdrop
  closeMenus(event.target.closest(".menu-item") ? null : event.target.closest("details.menu"));
}

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

function closeMenus(except, back = false) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu === except) continue;
    menu.open = false;
    if (back) menu.querySelector("summary").focus();
  }
}
