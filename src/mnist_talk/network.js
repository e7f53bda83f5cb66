// Runs a trained network in a page: 784 pixels in, ten scores out. Draws nothing, listens to nothing.
(() => {
  const SIDE = 28; // of an image
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const floats = (text) => new Float32Array(bytes(text).buffer);

  // A layer as export.py wrote it, its weights multiplied out.
  function readLayer({ shape, weights, scales, bias }) {
    const values = Float32Array.from(new Int8Array(bytes(weights).buffer));
    const inputs = values.length / shape[0];
    floats(scales).forEach((scale, output) => {
      for (let at = output * inputs; at < (output + 1) * inputs; at++) values[at] *= scale;
    });
    return { shape, weights: values, bias: floats(bias) };
  }

  function dense({ shape: [outputs, inputs], weights, bias }, x) {
    const y = bias.slice();
    for (let output = 0, at = 0; output < outputs; output++)
      for (let input = 0; input < inputs; input++) y[output] += weights[at++] * x[input];
    return y;
  }

  // Maps of side × side with a border of zeros around each.
  function padded(x, maps, side) {
    const wide = side + 2;
    const y = new Float32Array(maps * wide * wide);
    for (let map = 0; map < maps; map++)
      for (let row = 0; row < side; row++) {
        const from = (map * side + row) * side;
        y.set(x.subarray(from, from + side), (map * wide + row + 1) * wide + 1);
      }
    return y;
  }

  // 3 × 3 weights over every place of every map.
  function convolve({ shape: [outputs, inputs], weights, bias }, x, side) {
    const wide = side + 2, area = side * side, input = padded(x, inputs, side);
    const y = new Float32Array(outputs * area);
    for (let output = 0; output < outputs; output++) {
      const sums = y.subarray(output * area, (output + 1) * area).fill(bias[output]);
      for (let map = 0; map < inputs; map++) {
        const first = (output * inputs + map) * 9;
        const [a, b, c, d, e, f, g, h, i] = weights.subarray(first, first + 9);
        for (let row = 0, at = 0; row < side; row++)
          for (let column = 0, up = (map * wide + row) * wide; column < side; column++, up++) {
            const mid = up + wide, low = mid + wide;
            sums[at++] += a * input[up] + b * input[up + 1] + c * input[up + 2]
              + d * input[mid] + e * input[mid + 1] + f * input[mid + 2]
              + g * input[low] + h * input[low + 1] + i * input[low + 2];
          }
      }
    }
    return y;
  }

  // The largest of each 2 × 2; an odd last row and column are dropped, as in PyTorch.
  function pool(x, maps, side) {
    const half = side >> 1;
    const y = new Float32Array(maps * half * half);
    for (let map = 0, at = 0; map < maps; map++)
      for (let row = 0; row < half; row++)
        for (let column = 0; column < half; column++) {
          const from = (map * side + 2 * row) * side + 2 * column;
          y[at++] = Math.max(x[from], x[from + 1], x[from + side], x[from + side + 1]);
        }
    return y;
  }

  // Convolutions are followed by pooling, and all layers but the last by ReLU: so are those of models.py.
  function scores(layers, pixels) {
    let x = pixels, side = SIDE;
    for (const layer of layers) {
      const maps = layer.shape[0], isConvolution = layer.shape.length === 4;
      x = isConvolution ? pool(convolve(layer, x, side), maps, side) : dense(layer, x);
      if (isConvolution) side >>= 1;
      if (layer !== layers.at(-1)) x = x.map((value) => Math.max(value, 0));
    }
    return x;
  }

  window.mnistTalk = { bytes, read: (layers) => layers.map(readLayer), scores };
})();
