// SPDX-License-Identifier: Apache-2.0
// Conveniences on top of pages that work without any script: the leave-now key and a button that prints.

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

// Print: <button data-havn-print hidden> appears and prints.
for (const button of document.querySelectorAll("[data-havn-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
