// Lays out Reveal's printed pages: links that work on paper, and sheets that hold several slides or their notes.
// Gives for each page of the PDF the number of the slide that it begins with, and that slide's title.
(sheet) => {
  for (const link of document.querySelectorAll('a[href]')) {
    const written = link.getAttribute('href');
    if (written.startsWith('#')) link.setAttribute('href', written.replace(/^#\/?/, '#'));
    else if (!/^(https?|mailto):/.test(written)) link.removeAttribute('href');  // a file beside the page is not beside a PDF
  }
  document.querySelectorAll('.companions').forEach((links) => links.remove());
  const style = (rules) => document.head.insertAdjacentHTML('beforeend', `<style>${rules}</style>`);
  style('.reveal a:not([href]) { color: inherit; text-decoration: none; }');
  const pages = [...document.querySelectorAll('.pdf-page')];
  const number = (page) => +page.querySelector('section[data-paper]').dataset.paper;
  const title = (page) => {
    const heading = page.querySelector('h1, h2, h3, h4, h5, h6')?.cloneNode(true);
    heading?.querySelectorAll('.katex-mathml').forEach((copy) => copy.remove());
    return heading?.textContent.trim().replace(/\s+/g, ' ') ?? '';
  };
  const told = (page) => ({ number: number(page), title: title(page) });
  if (!sheet) return pages.map((page) => [told(page)]);

  const { columns, rows, width, height, notes } = sheet, margin = 40, gap = 24;
  const { offsetWidth: across, offsetHeight: down } = pages[0];
  const room = (width - 2 * margin - (columns - 1) * gap) / columns;
  const zoom = Math.min(room / across, ((height - 2 * margin - (rows - 1) * gap) / rows) / down);
  style(`
    @page { size: ${width}px ${height}px; margin: 0; }
    html.reveal-print { background: #fff; }
    html.reveal-print body { width: ${width}px !important; height: auto !important; background: none; }
    html.reveal-print .sheet {
      box-sizing: border-box; width: ${width}px; height: ${height - 1}px; padding: ${margin}px; overflow: hidden;
      display: grid; grid-template: repeat(${rows}, auto) / repeat(${columns}, ${room}px);
      gap: ${gap}px; place-content: start center; justify-items: center; break-after: page; background: #fff;
    }
    html.reveal-print .sheet:last-child { break-after: auto; }
    html.reveal-print .sheet .pdf-page { zoom: ${zoom}; width: ${across}px; break-after: auto !important; outline: 2px solid #bbb; }
    .sheet :is(.on-paper-notes, .on-paper-title) {
      --dw-code-size: 0.9em; --dw-code-small-size: 0.9em; --dw-table-size: 1em; --dw-small-size: 0.9em; --dw-smallest-size: 0px;
      width: 100%; color: #1a1a1a; color-scheme: light; font-size: 16px;
    }
    .sheet .on-paper-notes :is(h1, h2, h3, h4, h5, h6) { color: inherit; font-size: 1.1em; }
    .sheet .goes-on { list-style: none; }
    .sheet .on-paper-title { font-weight: 700; }
  `);
  // Sets notes below what a sheet holds, smaller where they are long; gives what has no room even so.
  const setIn = (sheet, words) => {
    const rest = document.createElement('div'), fits = () => sheet.scrollHeight <= sheet.clientHeight;
    words.className = 'on-paper-notes';
    sheet.append(words);
    for (let size = 16; !fits() && size > 12; size -= 0.5) words.style.fontSize = `${size}px`;
    if (fits()) return rest;
    rest.append(...words.childNodes);
    pour(rest, words, fits);
    if (!sheet.querySelector('.pdf-page') && !words.hasChildNodes()) words.append(rest.firstChild);  // larger than paper
    return rest;
  };
  // Moves what has room from one element into another; what only begins to has its words divided.
  const pour = (from, into, fits) => {
    while (from.hasChildNodes()) {
      const part = from.firstChild;
      into.append(part);
      if (fits()) continue;
      const divided = part.cloneNode(false);
      from.prepend(part);
      into.append(divided);
      if (part.nodeType === Node.TEXT_NODE) {
        const words = part.data.split(/(?<=\s)/);
        let count = words.length;
        do divided.data = words.slice(0, --count).join(''); while (count && !fits());
        part.data = words.slice(count).join('');
      } else pour(part, divided, fits);
      const goesOn = (element) => element?.matches('li.goes-on') ?? false;
      if (part.localName === 'li' && divided.textContent) part.classList.add('goes-on');  // its number stands above
      if (part.localName === 'ol') part.start += divided.children.length - goesOn(part.firstElementChild);
      if (!divided.textContent) divided.remove();
      return;
    }
  };
  const holds = columns * rows, sheets = [];
  for (let at = 0; at < pages.length; at += holds) {
    const group = pages.slice(at, at + holds), made = document.createElement('div');
    made.className = 'sheet';
    group[0].before(made);
    made.append(...group);
    sheets.push(group.map(told));
    if (notes) {
      const asides = [...group[0].querySelectorAll('aside.notes')].map((aside) => aside.cloneNode(true));
      let rest = document.createElement('div');
      rest.innerHTML = group[0].querySelector('section').dataset.notes ?? '';
      rest.append(...asides.flatMap((aside) => [...aside.childNodes]));
      for (let last = made; (rest = setIn(last, rest)).hasChildNodes(); sheets.push(group.map(told))) {
        const next = document.createElement('div');
        next.className = 'sheet';
        next.innerHTML = '<div class="on-paper-title"></div>';
        next.firstChild.textContent = `${number(group[0]) + 1} ${title(group[0])} …`;
        last.after(next);
        last = next;
      }
    }
  }
  return sheets;
}
