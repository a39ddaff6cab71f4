/**
 * A target whose form, file or directory, is known only when the version is: it is made at begin(). It also tells as soon as what was wanted first is complete, and where it
 * can be read before the target has its name.
 */
import { present } from '../../base/errors.js';
import { createTarget } from '../../engine/snapshot/target.js';
import type { SnapshotShape } from '../../engine/snapshot/snapshot.js';
import type { TargetWriter } from '../../engine/snapshot/target-writer.js';

export interface LateTargetOptions {
  readonly overwrite: boolean;
  readonly isFlushed: boolean;
  /** Paths of a tree, or `START-END` of an image. */
  readonly first: readonly string[];
  /** Called for each of them once, when all its bytes are there. */
  readonly onFirst?: (first: {
    readonly wanted: string;
    readonly bytes: number;
    readonly place: string;
  }) => void;
}

interface Wanted {
  readonly wanted: string;
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  readonly bytes: number;
  left: number;
}

export class LateTarget implements TargetWriter {
  readonly #output: string;
  readonly #options: LateTargetOptions;
  #target: TargetWriter | undefined;
  #wanted: Wanted[] = [];

  constructor(output: string, options: LateTargetOptions) {
    this.#output = output;
    this.#options = options;
  }

  begin(shape: SnapshotShape): void {
    const { overwrite, isFlushed, first } = this.#options;
    const { form } = shape;
    this.#target = createTarget(this.#output, {
      form,
      overwrite,
      ...(isFlushed ? { durability: 'flushed' } : {}),
    });
    this.#target.begin(shape);
    this.#wanted = first.map((wanted) => wantedOf(wanted, shape));
    this.#tell();
  }

  write(address: number, bytes: Uint8Array): void {
    this.#begun.write(address, bytes);
    this.#arrived(address, bytes.length);
  }

  zero(address: number, length: number): void {
    this.#begun.zero(address, length);
    this.#arrived(address, length);
  }

  read(address: number, into: Uint8Array): void {
    this.#begun.read(address, into);
  }

  commit(): void {
    this.#begun.commit();
  }

  abort(): void {
    this.#target?.abort();
  }

  get #begun(): TargetWriter {
    return present(this.#target, 'the target before begin()');
  }

  #arrived(address: number, length: number): void {
    if (this.#wanted.length === 0) return;
    for (const wanted of this.#wanted) {
      for (const { start, end } of wanted.ranges) {
        wanted.left -= Math.max(0, Math.min(end, address + length) - Math.max(start, address));
      }
    }
    this.#tell();
  }

  #tell(): void {
    const done = this.#wanted.filter(({ left }) => left === 0);
    this.#wanted = this.#wanted.filter(({ left }) => left > 0);
    for (const { wanted, bytes } of done) {
      if (bytes > 0) this.#options.onFirst?.({ wanted, bytes, place: this.#begun.place ?? this.#output });
    }
  }
}

/** What is not there has no bytes. */
function wantedOf(wanted: string, { form, entries, layout }: SnapshotShape): Wanted {
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(wanted) ?? [];
  const ranges =
    form === 'image'
      ? [{ start: Math.min(Number(from), layout.totalBytes), end: Math.min(Number(to), layout.totalBytes) }]
      : entries.flatMap(({ path, kind }, index) =>
          kind === 'file' && (path === wanted || path.startsWith(`${wanted}/`))
            ? [{ start: layout.startOf(index), end: layout.endOf(index) }]
            : [],
        );
  const bytes = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  return { wanted, ranges, bytes, left: bytes };
}
