// The settings page: try the sound, allow notifications.

import { ring } from "./sound.js";

/** Show what is marked [data-notifications] while the browser may still be asked; [data-allow] asks. */
export function offerNotifications() {
  const askable = "Notification" in window && Notification.permission === "default";
  for (const box of document.querySelectorAll("[data-notifications]")) box.hidden = !askable;
}

document.addEventListener("click", async ({ target }) => {
  if (target.closest("[data-ring]")) ring(Number(document.getElementById("volume").value));
  if (target.closest("[data-allow]")) {
    await Notification.requestPermission();
    offerNotifications();
  }
});

offerNotifications();
