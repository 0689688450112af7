// Draws public/logo.png, 512 x 512: two arcs that meet around a person. Run again after a change: node scripts/make-logo.mjs
import { writeFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

const SIZE = 512;
const SAMPLES = 3;
const GROUND = [28, 30, 54];
const RING = [112, 121, 255];
const PERSON = [255, 255, 255];

/** Colour of one point in a square of 1 x 1. */
function colourAt(x, y) {
  const dx = x - 0.5;
  const dy = y - 0.5;
  const radius = Math.hypot(dx, dy);
  const angle = Math.atan2(dy, dx);
  const gap = Math.abs(Math.abs(angle) - Math.PI / 2) < 0.28;
  if (radius > 0.33 && radius < 0.4 && !gap) return RING;
  if (Math.hypot(dx, y - 0.4) < 0.085) return PERSON;
  if (y > 0.52 && y < 0.67 && Math.hypot(dx / 0.16, (y - 0.67) / 0.15) < 1) return PERSON;
  return GROUND;
}

function pixel(column, row) {
  const sum = [0, 0, 0];
  for (let i = 0; i < SAMPLES * SAMPLES; i += 1) {
    const x = (column + ((i % SAMPLES) + 0.5) / SAMPLES) / SIZE;
    const y = (row + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES) / SIZE;
    for (const [channel, value] of colourAt(x, y).entries()) sum[channel] += value;
  }
  return sum.map((value) => Math.round(value / (SAMPLES * SAMPLES)));
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

const rows = Buffer.alloc(SIZE * (1 + SIZE * 3));
for (let row = 0; row < SIZE; row += 1) {
  for (let column = 0; column < SIZE; column += 1) {
    const [red, green, blue] = pixel(column, row);
    const at = row * (1 + SIZE * 3) + 1 + column * 3;
    rows[at] = red;
    rows[at + 1] = green;
    rows[at + 2] = blue;
  }
}
const header = Buffer.alloc(13);
header.writeUInt32BE(SIZE, 0);
header.writeUInt32BE(SIZE, 4);
header.set([8, 2, 0, 0, 0], 8); // 8 bits a channel, RGB
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const png = Buffer.concat([
  signature,
  chunk("IHDR", header),
  chunk("IDAT", deflateSync(rows, { level: 9 })),
  chunk("IEND", Buffer.alloc(0)),
]);
writeFileSync(new URL("../public/logo.png", import.meta.url), png);
