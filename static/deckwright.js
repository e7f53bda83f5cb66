// Starts the deck. A file of its own, because the page's policy allows no inline script.
(() => {
  const config = JSON.parse(document.getElementById('reveal-config').textContent);
  config.plugins = [RevealNotes, RevealSearch, RevealZoom];
  Reveal.initialize(config);
})();
