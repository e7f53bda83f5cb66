// Starts the deck. A file of its own, because the page's policy allows no inline script.
(() => {
  const config = JSON.parse(document.getElementById('reveal-config').textContent);
  config.plugins = [RevealNotes, RevealSearch, RevealZoom];
  // On a folded piece of code the space bar opens it; everywhere else it goes on.
  config.keyboardCondition ??= (event) => !(event.key === ' ' && event.target.closest?.('summary'));
  // On paper every page is its own; what stands on every slide has to stand on each.
  Reveal.on('pdf-ready', () => {
    const parts = document.querySelectorAll('.reveal > :is(.deck-logo, .deck-footer, .deck-backlink)');
    for (const page of document.querySelectorAll('.pdf-page')) page.append(...[...parts].map((part) => part.cloneNode(true)));
    for (const part of parts) part.remove();
  });
  // `.fit`: a slide that holds too much is set smaller, as long as its smallest text can be read.
  const SMALLEST = 16, STEP = 0.02;
  const fits = (slide) => {
    const room = slide.getBoundingClientRect(), scale = room.height / slide.offsetHeight;
    const end = room.bottom - parseFloat(getComputedStyle(slide).paddingBottom) * scale;
    return slide.scrollWidth <= slide.clientWidth
      && [...slide.children].every((child) => child.getBoundingClientRect().bottom <= end + 1);
  };
  const fit = (slide) => {
    if (!slide.matches('.fit')) return;
    const sizes = [...slide.querySelectorAll('h1, h2, h3, p, li, td, th, pre, code, figcaption')].map((element) => parseFloat(getComputedStyle(element).fontSize));
    const least = Math.min(1, SMALLEST / Math.min(...sizes, Infinity));
    for (let zoom = 1; ; zoom = Math.max(least, zoom - STEP)) {
      slide.style.setProperty('--dw-fit', zoom);
      if (zoom === least || fits(slide)) return;
    }
  };
  Reveal.on('ready', () => document.fonts.ready.then(() => fit(Reveal.getCurrentSlide())));
  Reveal.on('slidechanged', ({ currentSlide }) => fit(currentSlide));
  // … and nothing can be clicked or scrolled there: of code in steps all is lit, and what would scroll is set smaller.
  Reveal.on('pdf-ready', () => {
    if (!Reveal.getConfig().pdfSeparateFragments) for (const code of document.querySelectorAll('.code.steps')) {
      code.classList.remove('steps');
      for (const step of code.querySelectorAll('.step')) step.remove();
      for (const line of code.querySelectorAll('.ln')) delete line.dataset.s;
    }
    for (const box of document.querySelectorAll('.outputs pre, .output-html')) {
      const share = box.clientHeight / box.scrollHeight;
      if (share < 1) Object.assign(box.style, { zoom: share, maxHeight: 'none' });
    }
  });
  Reveal.on('pdf-ready', () => document.querySelectorAll('.slides section.fit').forEach(fit));
  Reveal.initialize(config);

  // Light or dark: as the deck says, until the key D says otherwise for this tab. Paper has no such key.
  const root = document.documentElement, kept = 'deckwright-scheme';
  const stored = (action) => { try { return action(sessionStorage); } catch { return null; } }; // from disk there may be none
  const isDark = () => root.dataset.scheme === 'dark'
    || (root.dataset.scheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  if (!/print-pdf|view=print/.test(location.search)) {
    // Printed all the same, slides are as after the last click: what drawings show may hang on it.
    let unseen = [];
    addEventListener('beforeprint', () => {
      unseen = [...document.querySelectorAll('.slides .fragment:not(.visible, .step, .fade-out)')];
      for (const fragment of unseen) fragment.classList.add('visible');
    });
    addEventListener('afterprint', () => { for (const fragment of unseen) fragment.classList.remove('visible'); });
    root.dataset.scheme = stored((storage) => storage.getItem(kept)) ?? root.dataset.scheme;
    Reveal.addKeyBinding({ keyCode: 68, key: 'D', description: 'Dark or light' }, () => {
      root.dataset.scheme = isDark() ? 'light' : 'dark';
      stored((storage) => storage.setItem(kept, root.dataset.scheme));
    });
  }
})();
