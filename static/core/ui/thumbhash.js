// ThumbHash: a picture's blurred likeness in about 25 bytes, after Evan Wallace's published
// format. A hash is a discrete cosine transform of luminance (L), two colour differences (P, Q)
// and, where the picture has one, alpha (A).

const WIDTH = 24;

function decodeBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function readHeader(bytes) {
  const first = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
  const second = bytes[3] | (bytes[4] << 8);
  const hasAlpha = first >> 23 !== 0;
  const landscape = second >> 15 !== 0;
  const longer = hasAlpha ? 5 : 7;
  return {
    hasAlpha,
    l: (first & 63) / 63,
    p: ((first >> 6) & 63) / 31.5 - 1,
    q: ((first >> 12) & 63) / 31.5 - 1,
    lScale: ((first >> 18) & 31) / 31,
    pScale: ((second >> 3) & 63) / 63,
    qScale: ((second >> 9) & 63) / 63,
    lx: Math.max(3, landscape ? longer : second & 7),
    ly: Math.max(3, landscape ? second & 7 : longer),
    a: hasAlpha ? (bytes[5] & 15) / 15 : 1,
    aScale: hasAlpha ? (bytes[5] >> 4) / 15 : 0,
  };
}

// Reads the 4-bit factors of one channel, skipping the constant one, which the header holds.
function readChannel(bytes, cursor, columns, rows, scale) {
  const factors = [];
  for (let y = 0; y < rows; y += 1) {
    for (let x = y ? 0 : 1; x * rows < columns * (rows - y); x += 1) {
      const nibble = (bytes[cursor.start + (cursor.index >> 1)] >> ((cursor.index & 1) << 2)) & 15;
      cursor.index += 1;
      factors.push({ x, y, value: (nibble / 7.5 - 1) * scale });
    }
  }
  return factors;
}

function sum(factors, cosX, cosY) {
  let total = 0;
  for (const { x, y, value } of factors) total += value * cosX[x] * cosY[y] * 2;
  return total;
}

const cosines = (count, size) =>
  Array.from({ length: size }, (_, position) =>
    Array.from({ length: count }, (__, k) => Math.cos((Math.PI / size) * (position + 0.5) * k)),
  );

const COSINES = cosines(7, WIDTH);

// The likeness as {width, height, pixels}, pixels being RGBA bytes. Throws on a malformed hash.
export function decodeThumbhash(base64) {
  const bytes = decodeBase64(base64);
  const header = readHeader(bytes);
  const cursor = { start: header.hasAlpha ? 6 : 5, index: 0 };
  // Colours are stored 1.25 times as strong, to survive being rounded to four bits.
  const l = readChannel(bytes, cursor, header.lx, header.ly, header.lScale);
  const p = readChannel(bytes, cursor, 3, 3, header.pScale * 1.25);
  const q = readChannel(bytes, cursor, 3, 3, header.qScale * 1.25);
  const a = header.hasAlpha ? readChannel(bytes, cursor, 5, 5, header.aScale) : [];

  const width = WIDTH;
  const height = Math.max(1, Math.round((WIDTH * header.ly) / header.lx));
  const cosX = COSINES;
  const cosY = cosines(7, height);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) {
      const light = header.l + sum(l, cosX[x], cosY[y]);
      const yellowBlue = header.p + sum(p, cosX[x], cosY[y]);
      const redGreen = header.q + sum(q, cosX[x], cosY[y]);
      const blue = light - (2 / 3) * yellowBlue;
      const red = (3 * light - blue + redGreen) / 2;
      pixels[at] = 255 * red;
      pixels[at + 1] = 255 * (red - redGreen);
      pixels[at + 2] = 255 * blue;
      pixels[at + 3] = 255 * (header.a + sum(a, cosX[x], cosY[y]));
    }
  }
  return { width, height, pixels };
}

export function drawThumbhash(canvas, base64) {
  try {
    const { width, height, pixels } = decodeThumbhash(base64);
    canvas.width = width;
    canvas.height = height;
    canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
  } catch {
    // A malformed hash costs the placeholder and nothing else.
  }
}
