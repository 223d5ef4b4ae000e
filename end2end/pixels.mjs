// What is really on the screen: PNG screenshots as pixels.
import { inflateSync } from "node:zlib";

const CHANNELS = { 2: 3, 6: 4 };

/** Reads what Chromium writes: 8 bits per channel, RGB or RGBA, not interlaced. */
export function decodePng(png) {
  const parts = [];
  let header = null;
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const kind = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (kind === "IHDR") {
      header = { width: body.readUInt32BE(0), height: body.readUInt32BE(4), depth: body[8], colour: body[9], interlaced: body[12] };
    } else if (kind === "IDAT") {
      parts.push(body);
    }
    at += length + 12;
  }
  const channels = CHANNELS[header.colour];
  if (header.depth !== 8 || header.interlaced !== 0 || !channels) {
    throw new Error(`a PNG of another kind: ${JSON.stringify(header)}`);
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = header.width * channels;
  const data = Buffer.alloc(stride * header.height);
  for (let y = 0; y < header.height; y += 1) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x += 1) {
      const left = x >= channels ? data[y * stride + x - channels] : 0;
      const up = y > 0 ? data[(y - 1) * stride + x] : 0;
      const corner = x >= channels && y > 0 ? data[(y - 1) * stride + x - channels] : 0;
      data[y * stride + x] = raw[y * (stride + 1) + 1 + x] + predicted(filter, left, up, corner);
    }
  }
  return { width: header.width, height: header.height, channels, data };
}

function predicted(filter, left, up, corner) {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    default: {
      const guess = left + up - corner;
      const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
      return a <= b && a <= c ? left : b <= c ? up : corner;
    }
  }
}

/** Every pixel as `see(x, y, red, green, blue)`. */
export function eachPixel({ width, height, channels, data }, see) {
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * channels;
      see(x, y, data[at], data[at + 1], data[at + 2]);
    }
  }
}

/** The strongest colour in a picture, 0 (grey) to 255. */
export function strongestColour(image) {
  let most = 0;
  eachPixel(image, (_x, _y, ...rgb) => {
    most = Math.max(most, Math.max(...rgb) - Math.min(...rgb));
  });
  return most;
}

/** The mean brightness of a picture, 0 to 255. */
export function brightness(image) {
  let sum = 0;
  eachPixel(image, (_x, _y, red, green, blue) => {
    sum += (red + green + blue) / 3;
  });
  return sum / (image.width * image.height);
}

/** Patches of a colour, the largest first: their middle and how many pixels they have. */
export function patches(image, [red, green, blue], { tolerance = 22, pixelsMin = 40, reach = 14 } = {}) {
  const found = [];
  eachPixel(image, (x, y, r, g, b) => {
    if (Math.abs(r - red) > tolerance || Math.abs(g - green) > tolerance || Math.abs(b - blue) > tolerance) {
      return;
    }
    const patch = found.find((p) => Math.hypot(p.x - x, p.y - y) < reach);
    if (patch) {
      patch.x += (x - patch.x) / (patch.pixels + 1);
      patch.y += (y - patch.y) / (patch.pixels + 1);
      patch.pixels += 1;
    } else {
      found.push({ x, y, pixels: 1 });
    }
  });
  return found.filter((patch) => patch.pixels >= pixelsMin).sort((a, b) => b.pixels - a.pixels);
}
