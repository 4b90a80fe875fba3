// Says a short sentence to who cannot see the page change, in the one region that the frame has for it.
const SILENCE_MS = 100;

// The region is emptied first, so that the same sentence is said a second time when it is true a second time.
export function announce(sentence) {
  const region = document.querySelector("[data-announcements]");
  if (!region || !sentence) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = sentence; }, SILENCE_MS);
}

// what a form did, told by the page that it led to
announce(document.querySelector("[data-note]")?.textContent);
