// Keeps parts of a page fresh: <section data-live="/path/of/the/fragment"> is read again every 1.5 s while the tab is
// seen, and put in place only when it changed and nobody works inside it.
const EVERY_MS = 1500;

async function refresh(part) {
  const answer = await fetch(part.dataset.live, { headers: { Accept: "text/html" } });
  if (answer.redirected) { location.reload(); return; } // the session ended: the login page leads back here
  if (!answer.ok) return;
  const fresh = await answer.text();
  if (fresh === part.dataset.shown || part.contains(document.activeElement)) return;
  part.innerHTML = fresh;
  part.dataset.shown = fresh;
  if (part.querySelector("[data-settled]")) delete part.dataset.live; // nothing in it changes by itself any more
}

async function keepFresh() {
  if (!document.hidden) {
    const parts = document.querySelectorAll("[data-live]");
    await Promise.allSettled([...parts].map(refresh));
  }
  setTimeout(keepFresh, EVERY_MS);
}

if (document.querySelector("[data-live]")) setTimeout(keepFresh, EVERY_MS);
