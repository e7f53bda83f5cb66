// Keeps this page in step with the files of the deck: swaps slides in place, shows what runs, and what is wrong.
(() => {
  const { deck, ...told } = document.currentScript.dataset;
  const { make, place, overlay, show: showError } = window.liveMistake;
  if (/print-pdf/i.test(location.search)) return;
  const isFramed = window !== window.parent; // in the speaker view: the page that opened it passes everything on
  const main = document.querySelector('.reveal .slides');
  const channel = new BroadcastChannel('deckwright-live');
  let stacks = window.liveSlides.first;
  let page = told.page;
  let here; // the slide that the presenter chose
  let state;
  const slides = () => stacks.flatMap((stack) => stack.slides);
  // Where the presenter is. An edit that hides the slide for a while does not change what is looked for.
  const note = () => {
    const all = slides();
    const at = all.findIndex((slide) => slide.node === Reveal.getCurrentSlide());
    if (at >= 0) here = { ...all[at], at, before: all[at - 1]?.html, after: all[at + 1]?.html, fragment: Reveal.getIndices().f };
  };
  const goBack = () => {
    const all = slides();
    const { at, sure } = window.liveSlides.same(here, all);
    const { h, v } = Reveal.getIndices(all[at].node);
    const { fragment } = here;
    isOurs = true;
    Reveal.slide(h, v, fragment);
    isOurs = false;
    if (sure) note();
    here.fragment = fragment;
  };
  let isOurs = false;
  const moved = () => isOurs || note();

  // Swapping

  const loaded = (nodes) => {
    const pictures = nodes.flatMap((node) => [...node.querySelectorAll('img[src]')]).map((picture) => {
      const ahead = new Image();
      ahead.src = picture.getAttribute('src');
      return ahead.decode().catch(() => {});
    });
    return Promise.race([Promise.all(pictures), new Promise((done) => setTimeout(done, 300))]);
  };
  const swap = async () => {
    const answer = await fetch(location.pathname, { cache: 'no-store' });
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const now = window.liveSlides.stacks(fresh.querySelector('.reveal .slides'));
    const known = new Set(slides().map((slide) => slide.html));
    await loaded(now.flatMap((stack) => stack.slides).filter((slide) => !known.has(slide.html)).map((slide) => slide.node));
    const changed = window.liveSlides.replace(main, stacks, now);
    stacks = now;
    page = fresh.querySelector('script[data-page]').dataset.page;
    Reveal.sync();
    goBack();
    if (changed.length) Reveal.dispatchEvent({ type: 'fragmentshown', data: {} }); // the speaker view reads the notes anew
  };
  const reload = () => {
    const { node, words, ...kept } = here;
    sessionStorage.setItem('deckwright-live', JSON.stringify({ ...kept, words: [...words] }));
    location.reload();
  };
  const restyle = (styles) => {
    for (const link of document.querySelectorAll('link[rel="stylesheet"]')) {
      const [path] = link.getAttribute('href').split('?');
      const digest = styles[path];
      if (!digest || (link.dataset.digest ??= firstStyles[path]) === digest) continue;
      const next = link.cloneNode();
      next.href = `${path}?${digest}`;
      next.dataset.digest = digest;
      next.addEventListener('load', () => { link.remove(); Reveal.layout(); }, { once: true });
      link.dataset.digest = digest;
      link.after(next);
    }
  };
  const firstStyles = JSON.parse(told.styles);

  // Cells

  const seconds = (count) => `${count < 10 ? count.toFixed(1) : Math.round(count)} s`;
  const isFolded = (cell) => !cell.querySelector('.outputs');
  const mark = () => {
    for (const cell of main.querySelectorAll('.cell[data-label]')) {
      const [how = 'done', count = 0, line = '', isFresh = false] = state.steps[cell.dataset.label] ?? [];
      cell.dataset.live = how;
      cell.toggleAttribute('data-fresh', isFresh);
      let label = cell.querySelector(':scope > .live-cell');
      if (how === 'done' || (how === 'waiting' && !state.running && !isFolded(cell))) {
        label?.remove();
        continue;
      }
      if (!label) cell.append((label = make('div', 'live-cell')));
      const words = { running: seconds(count + (Date.now() - state.at) / 1000), waiting: state.running ? 'waits' : 'has not run', failed: 'failed' };
      label.replaceChildren(make('b', '', cell.dataset.label), ` ${words[how]} `, make('span', 'live-line', line));
    }
  };
  const bar = make('div', 'live-bar');
  const showBar = () => {
    const running = Object.entries(state.steps).find(([, [how]]) => how === 'running');
    const undone = Object.keys(state.steps).length;
    bar.hidden = !state.lost && !running;
    bar.style.setProperty('--done', `${state.total ? (100 * (state.total - undone)) / state.total : 100}%`);
    if (state.lost) bar.replaceChildren('The server has ended');
    else if (running) {
      const [name, [, count, line]] = running;
      const time = seconds(count + (Date.now() - state.at) / 1000);
      const [done, all] = state.cells;
      const isCell = !name.startsWith('inline@');
      const number = isCell && all > 1 ? ` · cell ${done + 1} of ${all} ` : ' ';
      bar.replaceChildren(make('b', '', isCell ? name : 'a value'), ` ${time}${number}`, make('span', 'live-line', line));
    }
  };

  // Where a slide is written

  const panel = make('div', 'live-panel live-source');
  const source = () => slides().find((slide) => slide.node === Reveal.getCurrentSlide())?.source ?? '';
  const showSource = () => {
    panel.replaceChildren(place(source()));
  };

  // News

  let swapping = Promise.resolve();
  const receive = (message) => {
    const all = JSON.parse(message);
    const mine = all.decks[deck];
    if (!mine) return;
    state = { steps: mine.steps ?? {}, total: mine.total ?? 0, cells: mine.cells ?? [0, 0], running: all.running, at: Date.now() };
    swapping = swapping.catch(() => {}).then(async () => {  // a page that could not be fetched is tried again
      if (mine.frame !== told.frame) return reload();
      restyle(mine.styles);
      if (mine.page !== page) await swap();
      mark();
      showBar();
      if (!isFramed) showError(all.error);
    });
  };
  const begin = () => {
    note();
    const kept = sessionStorage.getItem('deckwright-live');
    if (kept && !isFramed) {
      sessionStorage.removeItem('deckwright-live');
      const found = JSON.parse(kept);
      here = { ...found, words: new Set(found.words) };
      goBack();
    }
    for (const event of ['slidechanged', 'fragmentshown', 'fragmenthidden']) Reveal.on(event, moved);
    if (isFramed) {
      channel.onmessage = ({ data }) => data && receive(data);
      return channel.postMessage('');
    }
    let last = '';
    const events = new EventSource('/-live/events');
    events.onmessage = ({ data }) => { last = data; channel.postMessage(data); receive(data); };
    events.onerror = () => { if (state) { state.lost = true; showBar(); } };
    channel.onmessage = ({ data }) => data || (last && channel.postMessage(last));
    setInterval(() => { if (state && Object.keys(state.steps).length) { mark(); showBar(); } }, 500);
    bar.hidden = overlay.hidden = panel.hidden = true;
    document.body.append(bar, overlay, panel);
    Reveal.addKeyBinding({ keyCode: 69, key: 'E', description: 'Where this slide is written' }, () => { panel.hidden = !panel.hidden; showSource(); });
    Reveal.on('slidechanged', showSource);
  };
  document.addEventListener('DOMContentLoaded', () => (Reveal.isReady() ? begin() : Reveal.on('ready', begin)));
})();
