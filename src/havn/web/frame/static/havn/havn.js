// SPDX-License-Identifier: Apache-2.0
// Conveniences on top of pages that work without any script: leave-now key, copying an address, countdown of a lease.

import { createAll, Button, CharacterCount, ErrorSummary, NotificationBanner, PasswordInput, ServiceNavigation, SkipLink } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
for (const part of [Button, CharacterCount, ErrorSummary, NotificationBanner, PasswordInput, ServiceNavigation, SkipLink]) {
  createAll(part);
}

// Leave now: Esc twice within two seconds, or the link. The page's own entry in the history is replaced.
const leave = document.querySelector("[data-havn-leave]");
if (leave) {
  let last = -Infinity;
  const go = () => {
    document.documentElement.hidden = true;
    window.location.replace(leave.href);
  };
  leave.addEventListener("click", (event) => {
    event.preventDefault();
    go();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) {
      return;
    }
    if (event.timeStamp - last < 2000) {
      go();
    }
    last = event.timeStamp;
  });
  for (const hint of document.querySelectorAll("[data-havn-leave-hint]")) {
    hint.hidden = false;
  }
  window.addEventListener("pageshow", (event) => {
    document.documentElement.hidden = false;
    if (event.persisted) {
      window.location.reload();
    }
  });
}

// Copy: <button data-havn-copy="address" data-havn-copied="Copied">; the element with that id holds the text.
for (const button of document.querySelectorAll("[data-havn-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.havnCopy);
    const status = document.getElementById(button.dataset.havnStatus);
    try {
      await navigator.clipboard.writeText(source.dataset.havnText ?? source.textContent.trim());
      if (status) {
        status.textContent = button.dataset.havnCopied ?? "";
      }
    } catch {
      window.getSelection().selectAllChildren(source);
    }
  });
}

// Countdown: <span data-havn-until="ISO time"> shows minutes and seconds left; what it says without script stays true.
const clocks = [...document.querySelectorAll("[data-havn-until]")];
if (clocks.length > 0) {
  const show = () => {
    for (const clock of clocks) {
      const left = Math.max(0, Math.round((Date.parse(clock.dataset.havnUntil) - Date.now()) / 1000));
      clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      clock.classList.toggle("havn-countdown--late", left < 60);
    }
  };
  show();
  window.setInterval(show, 1000);
}

// Print: <button data-havn-print hidden> appears and prints.
for (const button of document.querySelectorAll("[data-havn-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
