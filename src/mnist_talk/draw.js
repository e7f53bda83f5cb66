// The drawing board: what is drawn becomes 28 × 28 pixels as MNIST's are, and each network answers. Asks for no file.
(() => {
  const { data, bytes, read, scores } = mnistTalk;
  const SIDE = 28; // of an image, and of the paper, in the same units
  const BOX = 20; // MNIST's digits were scaled to fit into this
  const CENTRE = 14.5; // and moved until their centre of mass was here: in the middle of a pixel
  const PEN = 2.8; // about as thick as MNIST's lines
  const LEAST = 3; // a smaller drawing is not blown up any further: a dot stays a dot
  const CALM = 700; // milliseconds without a stroke before the answer is read aloud
  const FIRST = 7; // is there before anybody draws, on paper too

  const networks = Object.entries(data.networks).map(([name, layers]) => ({ name, layers: read(layers) }));
  const digits = data.digits.map((text) => Float32Array.from(bytes(text), (value) => value / 255));
  const canvas = Object.assign(document.createElement('canvas'), { width: SIDE, height: SIDE });
  const context = canvas.getContext('2d', { willReadFrequently: true });

  // A line of no length would leave no dot.
  const outline = (strokes) => strokes.map((points) => `M${points.join('L')}h0.01`).join('');

  // Pixels of ink, from 0 to 1, of lines that are scaled and then moved.
  function rasterise(lines, scale, right, down) {
    context.resetTransform();
    context.clearRect(0, 0, SIDE, SIDE);
    context.setTransform(scale, 0, 0, scale, right, down);
    Object.assign(context, { lineWidth: PEN / scale, lineCap: 'round', lineJoin: 'round' });
    context.stroke(lines);
    const { data: rgba } = context.getImageData(0, 0, SIDE, SIDE);
    return Float32Array.from({ length: SIDE * SIDE }, (_, at) => rgba[4 * at + 3] / 255);
  }

  function centreOfMass(pixels) {
    let mass = 0, x = 0, y = 0;
    pixels.forEach((ink, at) => {
      mass += ink;
      x += ink * ((at % SIDE) + 0.5);
      y += ink * (Math.floor(at / SIDE) + 0.5);
    });
    return [x / mass, y / mass];
  }

  // The lines are scaled, not their pixels: so their edges are as soft as MNIST's whatever the size of the drawing.
  function centred(strokes) {
    const points = strokes.flat(), lines = new Path2D(outline(strokes));
    const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const scale = (BOX - PEN) / Math.max(right - left, bottom - top, LEAST);
    const toMiddle = [left + right, top + bottom].map((twice) => (SIDE - scale * twice) / 2);
    const mass = centreOfMass(rasterise(lines, scale, ...toMiddle));
    return rasterise(lines, scale, ...toMiddle.map((move, axis) => move + CENTRE - mass[axis]));
  }

  function softmax(values) {
    const largest = Math.max(...values);
    const powers = Array.from(values, (value) => Math.exp(value - largest));
    const sum = powers.reduce((total, power) => total + power);
    return powers.map((power) => power / sum);
  }

  const squares = (pixels) => Array.from(pixels, (ink, at) =>
    ink && `<rect x="${at % SIDE}" y="${Math.floor(at / SIDE)}" width="1" height="1" fill-opacity="${ink.toFixed(2)}"/>`)
    .filter(Boolean).join('');
  const percent = (share) => (share > 0.995 ? '> 99%' : `${Math.round(100 * share)}%`);

  class DrawingBoard extends HTMLElement {
    connectedCallback() {
      if (this.strokes) return; // Reveal moves slides about, for paper and on telephones
      this.paper = this.querySelector('.paper');
      this.querySelector('.networks').innerHTML = networks.map(({ name }) => this.bars(name)).join('');
      this.querySelector('.digits').innerHTML = digits.map((_, digit) =>
        `<button type="button" value="${digit}" aria-label="Show a handwritten ${digit}">${digit}</button>`).join('');
      this.listen();
      this.show(digits[FIRST]);
    }

    bars(name) {
      const rows = digits.map((_, digit) => `<div class="bar"><span>${digit}</span><i></i></div>`).join('');
      return `<div class="network"><p>${name}</p><b></b><small></small>${rows}</div>`;
    }

    listen() {
      this.paper.addEventListener('pointerdown', (event) => this.begin(event));
      this.paper.addEventListener('pointermove', (event) => this.draw(event));
      for (const end of ['pointerup', 'pointercancel']) this.paper.addEventListener(end, (event) => this.end(event));
      this.querySelector('.digits').addEventListener('click', ({ target: { value } }) => value && this.take(digits[value]));
      this.querySelector('.clear').addEventListener('click', () => this.take(null));
      // Who points at a button keeps the keys, and the remote control, for the slides.
      this.addEventListener('mousedown', (event) => event.preventDefault());
      this.addEventListener('keydown', (event) => this.keep(event));
    }

    // Keys pressed in here are not the deck's, but for those of remote controls and with Ctrl; Escape leads back to it.
    keep(event) {
      if (event.ctrlKey || event.metaKey || event.key === 'PageDown' || event.key === 'PageUp') return;
      event.stopPropagation();
      if (event.key === 'Escape') document.activeElement.blur();
    }

    begin(event) {
      if (!event.isPrimary || event.button) return;
      this.paper.setPointerCapture(event.pointerId);
      this.pointer = event.pointerId;
      this.strokes.push([]);
      this.draw(event);
    }

    draw(event) {
      if (event.pointerId !== this.pointer) return;
      const { left, top, width, height } = this.paper.getBoundingClientRect(); // Reveal scales slides
      const onPaper = (part) => SIDE * Math.min(Math.max(part, 0), 1);
      const place = ({ clientX, clientY }) => [onPaper((clientX - left) / width), onPaper((clientY - top) / height)];
      const passed = event.getCoalescedEvents?.() ?? [];
      this.strokes.at(-1).push(...(passed.length ? passed : [event]).map(place));
      this.due ??= requestAnimationFrame(() => {
        this.due = null;
        if (this.strokes.length) this.show(centred(this.strokes), this.strokes);
        this.announce();
      });
    }

    end(event) {
      if (event.pointerId === this.pointer) this.pointer = null;
    }

    take(pixels) {
      this.pointer = null;
      this.show(pixels);
      this.announce();
    }

    // Pixels with the strokes that they come from, pixels alone, or an empty sheet.
    show(pixels, strokes = []) {
      this.strokes = strokes;
      this.classList.toggle('empty', !pixels);
      this.querySelector('.lines').setAttribute('d', outline(strokes));
      this.querySelector('.sample').innerHTML = pixels && !strokes.length ? squares(pixels) : '';
      this.querySelector('.seen svg').innerHTML = pixels ? squares(pixels) : '';
      for (const button of this.querySelectorAll('.digits button'))
        button.setAttribute('aria-pressed', pixels === digits[button.value]);
      const boxes = this.querySelectorAll('.network');
      this.answers = networks.map((network, at) => this.answer(network, boxes[at], pixels));
    }

    answer({ name, layers }, box, pixels) {
      const shares = pixels ? softmax(scores(layers, pixels)) : digits.map(() => 0);
      const share = Math.max(...shares), digit = shares.indexOf(share);
      box.querySelectorAll('.bar').forEach((bar, at) => {
        bar.style.setProperty('--share', shares[at].toFixed(4));
        bar.classList.toggle('top', Boolean(pixels) && at === digit);
      });
      box.querySelector('b').textContent = pixels ? digit : '–';
      box.querySelector('small').textContent = pixels ? percent(share) : '';
      return pixels ? `${name} says ${digit}, ${percent(share).replace('>', 'over')}` : '';
    }

    announce() {
      clearTimeout(this.calm);
      this.calm = setTimeout(() => {
        this.querySelector('[role="status"]').textContent = this.answers.filter(Boolean).join('; ') || 'The paper is empty';
      }, CALM);
    }
  }

  // Run again, as a notebook does, it finds the element known.
  if (!customElements.get('drawing-board')) customElements.define('drawing-board', DrawingBoard);
})();
