// Starts the deck. A file of its own, because the page's policy allows no inline script.
(() => {
  const config = JSON.parse(document.getElementById('reveal-config').textContent);
  config.plugins = [RevealNotes, RevealSearch, RevealZoom];
  // On a folded piece of code the space bar opens it; everywhere else it goes on.
  config.keyboardCondition ??= (event) => !(event.key === ' ' && event.target.closest?.('summary'));
  Reveal.initialize(config);
})();
