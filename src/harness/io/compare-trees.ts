/**
 * Compares two files or directory trees byte for byte, by its own means: nothing of the engine is used, so a mistake of ours cannot
 * excuse itself. Compared are names, kinds, permission bits, modification times to the microsecond, link
 * targets and every byte; or of these only `content`: names, kinds, link targets and bytes.
 */
import {
  closeSync,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
  type BigIntStats,
} from 'node:fs';
import { join } from 'node:path';

const bufferBytes = 1 << 20;

type Compared = 'everything' | 'content';

/** The first difference in words, or undefined when there is none. */
export function firstDifference(
  expected: string,
  actual: string,
  compared: Compared = 'everything',
): string | undefined {
  return new Comparison(compared).compare(expected, actual, '');
}

class Comparison {
  readonly #left = Buffer.alloc(bufferBytes);
  readonly #right = Buffer.alloc(bufferBytes);
  readonly #hasAttributes: boolean;

  constructor(compared: Compared) {
    this.#hasAttributes = compared === 'everything';
  }

  compare(expected: string, actual: string, path: string): string | undefined {
    const name = path === '' ? 'the root' : path;
    const left = lstatSync(expected, { bigint: true });
    const right = lstatSync(actual, { bigint: true });
    const kind = kindOf(left);
    if (kind !== kindOf(right)) return `${name}: expected a ${kind}, found a ${kindOf(right)}`;
    if (this.#hasAttributes && left.mode !== right.mode) {
      return `${name}: expected mode ${left.mode.toString(8)}, found ${right.mode.toString(8)}`;
    }
    if (this.#hasAttributes && left.mtimeNs / 1000n !== right.mtimeNs / 1000n) {
      return `${name}: the modification time differs`;
    }
    if (kind === 'symlink') {
      return readlinkSync(expected) === readlinkSync(actual) ? undefined : `${name}: points elsewhere`;
    }
    if (kind === 'directory') return this.#compareNames(expected, actual, path);
    if (left.size !== right.size) return `${name}: expected ${left.size} bytes, found ${right.size}`;
    return this.#compareBytes(expected, actual, name);
  }

  #compareNames(expected: string, actual: string, path: string): string | undefined {
    const names = readdirSync(expected).sort();
    const found = readdirSync(actual).sort();
    const missing = names.find((name) => !found.includes(name));
    if (missing !== undefined) return `${join(path, missing)} is missing`;
    const extra = found.find((name) => !names.includes(name));
    if (extra !== undefined) return `${join(path, extra)} should not be there`;
    for (const name of names) {
      const difference = this.compare(join(expected, name), join(actual, name), join(path, name));
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  #compareBytes(expected: string, actual: string, name: string): string | undefined {
    const left = openSync(expected, 'r');
    const right = openSync(actual, 'r');
    try {
      for (let offset = 0; ;) {
        const length = readFully(left, this.#left, offset);
        const other = readFully(right, this.#right, offset);
        if (length !== other) return `${name}: the length changed while it was read`;
        const expectedBytes = this.#left.subarray(0, length);
        if (!expectedBytes.equals(this.#right.subarray(0, length))) {
          const at = expectedBytes.findIndex((byte, index) => byte !== this.#right[index]);
          return `${name}: byte ${offset + at} differs`;
        }
        if (length < bufferBytes) return undefined;
        offset += length;
      }
    } finally {
      closeSync(left);
      closeSync(right);
    }
  }
}

function readFully(file: number, into: Buffer, offset: number): number {
  let filled = 0;
  while (filled < into.length) {
    const count = readSync(file, into, filled, into.length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

function kindOf(stats: BigIntStats): string {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'special file';
}
