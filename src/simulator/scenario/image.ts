/**
 * The images of a volume: each a function of the volume's description and the image's number alone, made when first asked for.
 *
 * Image 0 has `bytes` bytes of its kind; image n is image n - 1 with one more edit. Words come from xorshift32, which fills 256 KiB in 0.1 ms
 * where the simulator's own streams take 1 ms; nothing here needs more of chance than to look different.
 * Source: Marsaglia, Xorshift RNGs (2003), the triple 13, 17, 5.
 */
import { Random } from '../../base/prng.js';
import type { ScenarioVolume, VolumeKind } from './scenario.js';

/** Longest image that edits lead to, for volumes that grow: as read.ts bounds the first one. */
export const imageBytesMax = 64 * 1024 * 1024;

export class Images {
  readonly #random: Random;
  readonly #volumes = new Map<string, { readonly volume: ScenarioVolume; readonly made: Uint8Array[] }>();

  constructor(seed: number, volumes: readonly ScenarioVolume[]) {
    this.#random = new Random(seed).fork('images');
    for (const volume of volumes) this.#volumes.set(volume.name, { volume, made: [] });
  }

  /** Nobody writes into it. It lies in shared memory, so that snapshots are views of it. */
  image(name: string, number: number): Uint8Array {
    const known = this.#volumes.get(name);
    if (known === undefined) throw new RangeError(`there is no volume ${name}`);
    const { volume, made } = known;
    const random = this.#random.fork(name);
    for (let n = made.length; n <= number; n++) {
      const before = made[n - 1];
      const own = random.fork(`${n}`);
      made.push(before === undefined ? firstImage(volume, own) : editedImage(volume, before, own));
    }
    return made[number] ?? new Uint8Array();
  }
}

function firstImage({ bytes, kind }: ScenarioVolume, random: Random): Uint8Array {
  const image = shared(bytes);
  fill(image, kind, random);
  return image;
}

function editedImage({ kind, edit }: ScenarioVolume, before: Uint8Array, random: Random): Uint8Array {
  if (edit.kind === 'rewrite') {
    const image = shared(before.length);
    fill(image, kind, random);
    return image;
  }
  let image = before;
  for (let i = 0; i < edit.count; i++) {
    const length = Math.max(1, Math.min(edit.bytes, before.length));
    const fresh = new Uint8Array(length);
    fill(fresh, kind, random.fork(`edit ${i}`));
    const at = random.below(Math.max(1, image.length - length));
    switch (edit.kind) {
      case 'overwrite':
        if (image === before) image = before.slice();
        image.set(fresh.subarray(0, image.length - at), at);
        break;
      case 'insert':
        if (image.length + length <= imageBytesMax)
          image = copyOf([image.subarray(0, at), fresh, image.subarray(at)]);
        break;
      case 'remove':
        image = copyOf([image.subarray(0, at), image.subarray(at + length)]);
        break;
      case 'append':
        if (image.length + length <= imageBytesMax) image = copyOf([image, fresh]);
        break;
      case 'move': {
        const rest = copyOf([image.subarray(0, at), image.subarray(at + length)]);
        const to = random.below(rest.length + 1);
        image = copyOf([rest.subarray(0, to), image.subarray(at, at + length), rest.subarray(to)]);
        break;
      }
    }
  }
  if (image === before) return before;
  const whole = shared(image.length);
  whole.set(image);
  return whole;
}

function shared(bytes: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(bytes));
}

function copyOf(pieces: readonly Uint8Array[]): Uint8Array {
  const image = Buffer.allocUnsafeSlow(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    image.set(piece, at);
    at += piece.length;
  }
  return image;
}

const wordCount = 64;
const wordBytes = 16;
/** Of a sparse image, one page in eight holds something. */
const sparsePageBytes = 4096;

function fill(into: Uint8Array, kind: VolumeKind, random: Random): void {
  if (kind === 'random') {
    scramble(into, random.u32());
    return;
  }
  if (kind === 'sparse') {
    for (let at = 0; at < into.length; at += sparsePageBytes)
      if (random.below(8) === 0) scramble(into.subarray(at, at + sparsePageBytes), random.u32());
    return;
  }
  const words = new Uint8Array(wordCount * wordBytes);
  scramble(words, random.u32());
  for (let i = 0; i < words.length; i++) words[i] = 97 + ((words[i] ?? 0) % 26);
  let state = random.u32() | 1;
  for (let at = 0; at < into.length;) {
    state = step(state);
    const from = (state >>> 26) * wordBytes;
    const end = Math.min(at + 4 + ((state >>> 20) & 7), into.length);
    for (let i = from; at < end; i++, at++) into[at] = words[i] ?? 0;
  }
}

function scramble(into: Uint8Array, seed: number): void {
  let state = seed | 1;
  let at = 0;
  for (; at + 4 <= into.length; at += 4) {
    state = step(state);
    into[at] = state;
    into[at + 1] = state >>> 8;
    into[at + 2] = state >>> 16;
    into[at + 3] = state >>> 24;
  }
  for (; at < into.length; at++) {
    state = step(state);
    into[at] = state;
  }
}

function step(state: number): number {
  let next = state ^ (state << 13);
  next ^= next >>> 17;
  return next ^ (next << 5);
}
