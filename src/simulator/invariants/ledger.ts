/**
 * What is known to be right: which images a writer has begun to push, and, for each version that was ever seen, its bytes.
 *
 * Law: a version that somebody wrote is, from the first moment in which it is seen anywhere, exactly one of the images that its writer pushed, and the same for ever and everywhere;
 * a merge, which nobody pushed, is what it was where it was seen first. So a part of an image, a mixture of two, a dot that was used twice and a merge that came out otherwise elsewhere all show.
 */
import { dotText, isMerge } from '../../replication/versions/version.js';
import type { Dot, Version } from '../../replication/versions/version.js';

export class Ledger {
  /** By volume and writer. */
  readonly #pushed = new Map<string, Uint8Array[]>();
  /** By volume and dot. */
  readonly #known = new Map<string, Uint8Array>();

  /** By volume and dot: as it was seen first. */
  readonly #versions = new Map<string, { readonly version: Version; readonly text: string }>();

  version(volume: string, dot: Dot): Version | undefined {
    return this.#versions.get(`${volume} ${dotText(dot)}`)?.version;
  }

  /** Whether a version is what it was where it was seen first. */
  isSameVersion(version: Version): boolean {
    const { volume, dot, vector, time, parents } = version;
    const key = `${volume} ${dotText(dot)}`;
    const text = JSON.stringify([Object.entries(vector), time.wallMs, time.counter, parents.map(dotText)]);
    const known = this.#versions.get(key);
    if (known === undefined) this.#versions.set(key, { version, text });
    return known === undefined || known.text === text;
  }

  /** A writer begins to push an image. */
  begun(volume: string, writer: string, image: Uint8Array): void {
    const key = `${volume} ${writer}`;
    const images = this.#pushed.get(key) ?? [];
    if (!images.includes(image)) images.push(image);
    this.#pushed.set(key, images);
  }

  /** Whether bytes are what a version has to be; what is wrong with them, or undefined. Bytes that are to be kept are copied. */
  problem(volume: string, dot: Dot, bytes: Uint8Array): string | undefined {
    const key = `${volume} ${dotText(dot)}`;
    const known = this.#known.get(key);
    if (known !== undefined) {
      return isSame(known, bytes)
        ? undefined
        : `has other bytes than before, from byte ${firstOther(known, bytes)}`;
    }
    if (isMerge(dot)) {
      this.#known.set(key, bytes.slice());
      return undefined;
    }
    const image = this.#pushed.get(`${volume} ${dot.writer}`)?.find((one) => isSame(one, bytes));
    if (image === undefined) return 'is no image that its writer has pushed';
    this.#known.set(key, image);
    return undefined;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

function firstOther(a: Uint8Array, b: Uint8Array): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}
