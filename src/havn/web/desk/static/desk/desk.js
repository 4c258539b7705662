// SPDX-License-Identifier: Apache-2.0
// Conveniences of the desk on pages that work without any script: keys, countdown, lease, draft, copying, selection.

const status = document.getElementById("desk-status");
const announce = (sentence) => {
  if (status) {
    status.textContent = sentence;
  }
};

class SignedOut extends Error {}
// Why a request of ours came to nothing: the end of the session in its own words, said once.
const announceFailure = (error, sentence) => {
  const said = (error instanceof SignedOut && status?.dataset.signedOut) || sentence;
  if (status?.textContent !== said) {
    announce(said);
  }
};

// One request of ours: same page's token, form encoding; throws SignedOut where only the sign-in answers.
async function send(address, form, more = {}) {
  const body = new URLSearchParams(form ? new FormData(form) : {});
  for (const [name, value] of Object.entries(more)) {
    body.set(name, value);
  }
  const answer = await fetch(address, {
    method: "POST",
    body,
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    redirect: "manual",
    keepalive: true, // It arrives even where the page goes away meanwhile.
  });
  if (answer.type === "opaqueredirect") {
    throw new SignedOut();
  }
  return answer;
}

// Keys. Switched off on the page of keys; kept on this machine only.
const KEYS_OFF = "havn-desk-keys-off";
const areKeysOn = () => localStorage.getItem(KEYS_OFF) === null;
const switchKeys = document.getElementById("keys-switch");
if (switchKeys) {
  switchKeys.hidden = false;
  const box = switchKeys.querySelector("input");
  box.checked = areKeysOn();
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(KEYS_OFF) : localStorage.setItem(KEYS_OFF, "yes")));
}

const isTyping = (element) => element.matches("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])");
const decision = document.getElementById("decision");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !areKeysOn() || isTyping(event.target)) {
    return;
  }
  if (event.key === "Enter" && decision && event.target.matches("body, main, #text, input[type=radio], input[type=checkbox]")) {
    event.preventDefault();
    decision.requestSubmit(decision.querySelector("[type=submit]"));
    return;
  }
  const target = document.querySelector(`[data-desk-key="${CSS.escape(event.key)}"]`);
  if (!target || target.disabled) {
    return;
  }
  event.preventDefault();
  // A button keeps no focus, so that Enter after its key still saves the decision.
  if (target.matches("input")) {
    target.focus();
  }
  target.click();
});

// The lease: counts down, is renewed while the page is visible, and says when it is lost.
const lease = document.getElementById("lease");
if (lease) {
  const shown = document.getElementById("lease-left");
  const form = document.getElementById("lease-form");
  let until = Date.parse(lease.dataset.until) - Date.parse(lease.dataset.now) + performance.now();
  let isLost = false;
  const tick = () => {
    const left = Math.max(0, Math.round((until - performance.now()) / 1000));
    shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    lease.classList.toggle("havn-countdown--late", left < 60);
    if (left === 0 && !isLost) {
      isLost = true;
      announce(lease.dataset.lost);
    }
  };
  tick();
  lease.hidden = false;
  setInterval(tick, 1000);
  const renew = async () => {
    if (document.visibilityState !== "visible" || isLost) {
      return;
    }
    try {
      const answer = await send(form.action, form);
      if (answer.ok) {
        until = (await answer.json()).seconds * 1000 + performance.now();
        tick();
        if ([lease.dataset.offline, status?.dataset.signedOut].includes(status?.textContent)) {
          announce("");
        }
      } else if (answer.status === 409) {
        isLost = true; // Somebody else may hold it now; anything else is tried again.
        announce(lease.dataset.lost);
      } else {
        announceFailure(null, lease.dataset.offline);
      }
    } catch (error) {
      announceFailure(error, lease.dataset.offline);
    }
  };
  const every = Math.max(1000, Math.min(60000, (until - performance.now()) / 3));
  setInterval(renew, every);
  document.addEventListener("visibilitychange", renew);
}

// The draft: kept half a second after the last change, and once more when the page goes away.
if (decision?.dataset.draft) {
  let waiting = 0;
  let isChanged = false;
  let last = Promise.resolve();
  const keepNow = async () => {
    if (!isChanged) {
      return;
    }
    isChanged = false;
    try {
      const answer = await send(decision.dataset.draft, decision);
      const kept = await answer.json();
      if (answer.ok) {
        decision.elements.drawn_from.value = kept.version;
      }
      announce(answer.ok ? decision.dataset.kept : kept.sentence);
    } catch (error) {
      isChanged = true; // It is kept with the next change, or when the page goes away.
      announceFailure(error, decision.dataset.notKept);
    }
  };
  // One after another: each is drawn from the version that the one before it left.
  const keep = () => {
    clearTimeout(waiting);
    last = last.then(keepNow);
  };
  decision.addEventListener("input", () => {
    isChanged = true;
    clearTimeout(waiting);
    waiting = setTimeout(keep, 500);
  });
  decision.addEventListener("submit", () => {
    isChanged = false;
    clearTimeout(waiting);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      keep(); // The page may live on: its next draft is drawn from what this one answers.
    }
  });
}

// Handing the address over: one key, the server starts the clock, the address goes to the clipboard or, where that is refused, on the page.
for (const form of document.querySelectorAll("form[data-desk-hand-over]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await send(form.action, form);
      const given = await answer.json();
      if (!answer.ok) {
        announce(given.sentence);
        return;
      }
      try {
        await navigator.clipboard.writeText(given.address);
        announce(form.dataset.copied);
      } catch {
        // The clock runs already: shown here, and not sent for a second time.
        const field = document.getElementById("address");
        field.value = given.address;
        document.getElementById("address-shown").hidden = false;
        field.select();
        announce(form.dataset.shown);
      }
    } catch (error) {
      if (error instanceof SignedOut && status?.dataset.signedOut) {
        announceFailure(error, "");
        return;
      }
      HTMLFormElement.prototype.submit.call(form);
    }
  });
}

// Texts that stay closed until somebody opens them: the page that shows them is fetched into its place.
for (const link of document.querySelectorAll("a[data-desk-open]")) {
  link.addEventListener("click", async (event) => {
    const place = document.getElementById(link.dataset.deskOpen);
    if (!place || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    event.preventDefault();
    try {
      const answer = await fetch(link.href, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) {
        throw new Error("nothing was opened");
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...page.getElementById("opened").childNodes);
      place.tabIndex = -1;
      place.focus();
      (link.closest("p") ?? link).hidden = true;
    } catch {
      window.location.assign(link.href);
    }
  });
}

// Rows: select all, and the count in the button.
const rows = document.getElementById("rows");
if (rows && document.getElementById("apply")) {
  const boxes = () => [...rows.querySelectorAll("input[name=items]:not(:disabled)")];
  const button = document.getElementById("apply");
  const all = document.getElementById("select-all");
  const count = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    button.textContent = button.dataset.label.replace("{count}", String(chosen));
    button.disabled = chosen === 0;
    if (all) {
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && chosen < boxes().length;
    }
  };
  if (all) {
    all.closest("[hidden]")?.removeAttribute("hidden");
    all.addEventListener("change", () => {
      for (const box of boxes()) {
        box.checked = all.checked;
      }
      count();
    });
  }
  rows.addEventListener("change", count);
  count();
}
