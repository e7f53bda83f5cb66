// What there is to find fault with on the slide that shows now, fragments included. Changes nothing.
// A fault: rule, message, key (the same at every screen size), label of its cell, excerpts to find its line by, address.
([smallest, faintest]) => {
  const slide = Reveal.getCurrentSlide(), room = slide.getBoundingClientRect(), scale = Reveal.getScale();
  const insides = '.katex *, svg *, .plotly *';  // of what is laid out by others only the whole counts
  const faults = [];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const called = (element) => element.tagName.toLowerCase() + [...element.classList].map((word) => '.' + word).join('');
  const short = (text) => text.trim().replace(/\s+/g, ' ').slice(0, 40);
  const written = (name) => (name ?? '').replace(/^media\//, '').replace(/\.[0-9a-f]{12}(?=\.\w+$)/, '');
  const excerpts = (element, text = '') => [
    text,
    element.outerHTML.slice(0, element.outerHTML.indexOf('>') + 1),
    element.closest('.ln')?.textContent ?? '',
    element.alt ?? '',
    written(element.getAttribute('src')),
    ...element.textContent.split('\n').filter((line) => line.trim()).slice(0, 1),
  ].map((excerpt) => excerpt.trim()).filter(Boolean);
  const report = (rule, element, message, { key = message, text, address = '' } = {}) => faults.push({
    rule, message, key: `${rule} ${key}`, address, excerpts: excerpts(element, text),
    label: element.closest('[data-label]')?.dataset.label ?? '',
  });

  // ---- Places ----

  const fixed = [...document.querySelectorAll('.deck-logo, .deck-footer, .deck-backlink, .slide-number')].filter(shown);
  const told = new Map();  // what an element was told for need not be told of what stands in it
  const once = (element, fault, tell) => {
    const faults = new Set(told.get(element));
    if (!faults.has(fault)) tell();
    told.set(element, faults.add(fault));
  };
  for (const element of slide.querySelectorAll('*')) {
    if (element.matches(insides) || !shown(element)) continue;
    const box = element.getBoundingClientRect(), name = called(element);
    if (!box.width || !box.height) continue;
    told.set(element, told.get(element.parentElement));
    const over = { left: room.left - box.left, top: room.top - box.top, right: box.right - room.right, bottom: box.bottom - room.bottom };
    for (const [side, by] of Object.entries(over))
      if (by > 1) once(element, side, () => report(
        'overflow', element, `${name} reaches ${Math.round(by / scale)} px over the ${side} edge`, { key: `${name} ${side}` }));
    for (const other of fixed) {
      const place = other.getBoundingClientRect();
      if (box.left < place.right && box.right > place.left && box.top < place.bottom - 1 && box.bottom > place.top + 1)
        once(element, other, () => report('covered', element, `${name} lies on ${called(other)}`));
    }
    const { overflowX, overflowY } = getComputedStyle(element);
    if (overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1)
      report('clipped', element, `${name} shows a part of its width`);
    if (overflowY !== 'visible' && element.scrollHeight > element.clientHeight + 1)
      report('clipped', element, `${name} shows a part of its height`);
  }

  // ---- Text ----

  const numbers = (colour) => (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const solid = (element) => (numbers(getComputedStyle(element).backgroundColor)[3] ?? 1) === 1;
  const luminance = (colour) => {
    const [red, green, blue] = numbers(colour).map((part) => part / 255).map(
      (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = [Reveal.getSlideBackground(slide), Reveal.getViewportElement()];
  const contrast = (element) => {
    let ground = element;
    while (ground !== slide && !solid(ground)) ground = ground.parentElement;
    if (!solid(ground)) ground = behind.find((element) => element && solid(element));
    const both = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor].map(luminance);
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  };
  let hasText = false;
  const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data, element = walker.currentNode.parentElement;
    if (!text.trim() || !shown(element)) continue;
    hasText = true;
    if (element.matches(insides)) continue;
    const size = parseFloat(getComputedStyle(element).fontSize) * (element.currentCSSZoom ?? 1);
    if (size < smallest - 0.01)
      report('small-text', element, `${+size.toFixed(1)} px where ${smallest} can be read: “${short(text)}”`, { text });
    const ratio = contrast(element);
    if (ratio < faintest)
      report('contrast', element, `contrast ${ratio.toFixed(1)} where ${faintest} is needed: “${short(text)}”`, { text });
  }

  // ---- Pictures ----

  for (const image of slide.querySelectorAll('img')) {
    const source = written(image.getAttribute('src') ?? image.dataset.src);
    if (!image.complete || !image.naturalWidth)
      report('broken-picture', image, `${short(source)} does not load`, { address: image.src });
    if (!image.alt && !image.closest('[role="presentation"], [aria-hidden="true"]'))
      report('no-alternative', image, `the picture ${short(source)} says nothing to those who do not see it`);
  }
  for (const figure of slide.querySelectorAll('figure > [role="group"]'))
    if (!figure.getAttribute('aria-label')) report('no-alternative', figure, 'the figure says nothing to those who do not see it');
  if (!hasText && !slide.querySelector('img, svg, video, canvas, iframe')
      && !slide.matches('[data-background-image], [data-background-video], [data-background-iframe]'))
    report('empty-slide', slide, 'nothing stands on the slide');
  return faults;
}
