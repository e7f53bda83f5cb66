// Which slides the page has as it came, before any other script changes them; and how to put others in their place.
window.liveSlides = (() => {
  const sections = (parent) => [...parent.children].filter((child) => child.localName === 'section');

  // A slide: its element, its HTML as it came, and where it is written. That attribute is no part of the HTML: a line
  // more at the top of a file moves all slides below.
  const read = (node, before) => {
    const source = node.dataset.source ?? before?.source ?? '';
    delete node.dataset.source;
    const heading = node.querySelector('h1, h2, h3');
    return { node, source, html: node.outerHTML, id: node.id, title: heading?.textContent.trim() ?? '', words: words(node) };
  };
  const words = (node) => new Set(node.textContent.match(/[\p{L}\p{N}_]{3,}/gu) ?? []);

  // Stacks of slides, in order; most have one.
  const stacks = (main) => {
    let before;
    return sections(main).map((section) => {
      const below = sections(section);
      return { section, slides: (below.length ? below : [section]).map((node) => (before = read(node, before))) };
    });
  };

  // Children of these kinds in this order; those that are there already stay where they are.
  const arrange = (parent, wanted) => {
    for (const child of sections(parent)) if (!wanted.includes(child)) child.remove();
    wanted.forEach((node, at) => {
      const there = sections(parent)[at];
      if (there !== node) parent.insertBefore(node, there ?? null);
    });
  };

  // Replace the slides that differ. `now` takes over the elements of those that are the same.
  const replace = (main, old, now) => {
    const spare = new Map();
    for (const slide of old.flatMap((stack) => stack.slides)) spare.set(slide.html, [...(spare.get(slide.html) ?? []), slide]);
    const changed = [];
    for (const slide of now.flatMap((stack) => stack.slides)) {
      const same = spare.get(slide.html)?.shift();
      if (!same) changed.push(slide);
      slide.node = same ? same.node : document.adoptNode(slide.node);
    }
    const wrappers = new Map(old.filter(isStack).map((stack) => [stack.slides[0].node, stack.section]));
    for (const stack of now) {
      stack.section = stack.slides[0].node;
      if (isStack(stack)) stack.section = wrappers.get(stack.section) ?? document.createElement('section');
    }
    arrange(main, now.map((stack) => stack.section));
    for (const stack of now.filter(isStack)) arrange(stack.section, stack.slides.map((slide) => slide.node));
    return changed;
  };
  const isStack = (stack) => stack.slides.length > 1;

  // The slide that is most likely this one, after an edit; `slides` are in order, and so is `at`.
  const same = (wanted, slides) => {
    const score = (slide, at) => {
      if (slide.html === wanted.html) return 1000 - Math.abs(at - wanted.at);
      const shared = [...slide.words].filter((word) => wanted.words.has(word)).length;
      const likeness = (2 * shared) / (slide.words.size + wanted.words.size || 1);
      return (
        200 * (wanted.id !== '' && slide.id === wanted.id) +
        60 * (wanted.title !== '' && slide.title === wanted.title) +
        80 * likeness +
        20 * (slides[at - 1]?.html === wanted.before) +
        20 * (slides[at + 1]?.html === wanted.after) -
        Math.min(Math.abs(at - wanted.at), 30)
      );
    };
    const scores = slides.map(score);
    const best = scores.indexOf(Math.max(...scores));
    return { at: best, sure: scores[best] > 40 };
  };

  return { stacks, replace, same, first: stacks(document.querySelector('.reveal .slides')) };
})();
