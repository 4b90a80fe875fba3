// <a data-dialog href="/keys/new"> opens that page's [data-form] in a dialog instead. Without this script the link
// leads to the page itself. A refused form comes back in place, its first bad field focused; Esc and Cancel close.
async function open(link) {
  const form = await formOf(await fetch(link.href));
  if (!form) { location.assign(link.href); return; }
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "form-title");
  document.body.append(dialog);
  dialog.addEventListener("close", () => { dialog.remove(); openerOf(link)?.focus(); });
  put(dialog, form);
  dialog.showModal();
}

// the list that the link stood in may have been renewed while the dialog was open
function openerOf(link) {
  return link.isConnected ? link : document.querySelector(`a[data-dialog][href="${CSS.escape(link.getAttribute("href"))}"]`);
}

function put(dialog, part) {
  dialog.replaceChildren(part);
  part.querySelector("form")?.addEventListener("submit", (event) => send(event, dialog));
  part.querySelector("[data-cancel]")?.addEventListener("click", (event) => { event.preventDefault(); dialog.close(); });
  (part.querySelector("[aria-invalid='true']") ?? part.querySelector("input:not([type=hidden]), select, button"))?.focus();
}

async function send(event, dialog) {
  event.preventDefault();
  const form = event.target;
  form.setAttribute("aria-busy", "true");
  const button = event.submitter;
  if (button) button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, button)) });
    if (answer.redirected) { location.assign(answer.url); return; }
    const part = await formOf(answer);
    if (part) put(dialog, part); else location.assign(form.action);
  } catch {
    form.removeAttribute("aria-busy");
    if (button) button.disabled = false;
    form.querySelector("[data-offline]")?.removeAttribute("hidden");
  }
}

async function formOf(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("[data-form]");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link);
});

// plain forms show that they are busy, too
document.addEventListener("submit", (event) => {
  if (!event.target.closest("dialog")) event.target.setAttribute("aria-busy", "true");
});
