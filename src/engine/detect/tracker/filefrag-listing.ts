/**
 * The text of `filefrag -v`: for each file its size, its block size, and its extents in logical order. Lines in that form and no others: a
 * listing in hexadecimal (-X), of another program or cut off in the middle is a DataError with its line.
 *
 * Source: filefrag(8) of e2fsprogs 1.47; kernel Documentation/filesystems/fiemap.rst for the flags.
 */
import { DataError } from '../../../base/errors.js';
import { leafBytes } from '../../../base/limits.js';

/** One extent, in bytes. */
export interface ListedExtent {
  readonly start: number;
  readonly end: number;
  readonly physical: number;
  readonly flags: ReadonlySet<string>;
}

export interface ListedFile {
  /** Line of its heading, counted from 1. */
  readonly line: number;
  readonly sizeBytes: number;
  readonly extents: readonly ListedExtent[];
}

const heading = /^File size of .* is (\d{1,16}) \(\d+ blocks? of (\d{1,9}) bytes\)$/;
const row =
  /^ *(\d{1,10}): +(\d{1,16})\.\. *(\d{1,16}): +(\d{1,16})\.\. *(\d{1,16}): +(\d{1,16}):(?: +\d{1,16}:)?(?: +([a-z0-9_,]*))? *$/;
const ending = /^.*: (\d{1,10}) extents? found(?:, perfection would be .*)?$/;
const passedOver =
  /^(?:Filesystem type is: .*| *ext: +logical_offset: +physical_offset: +length: +expected: +flags:|)$/;

export function readListing(bytes: Uint8Array): ListedFile[] {
  const files: ListedFile[] = [];
  let open: OpenFile | undefined;
  const lines = new TextDecoder('latin1').decode(bytes).split('\n');
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    const extent = row.exec(text);
    const file = heading.exec(text);
    if (extent !== null && open !== undefined) open.accept(line, extent);
    else if (file !== null && open === undefined) open = new OpenFile(line, file);
    else if (ending.test(text) && open !== undefined) {
      files.push(open.file);
      open = undefined;
    } else if (!passedOver.test(text)) {
      throw new DataError(`line ${line}: ${JSON.stringify(text.slice(0, 60))} is no line of filefrag -v`, {
        hint: 'give its output as it is: filefrag -s -v BASE TARGET',
      });
    }
  }
  if (open !== undefined) throw new DataError(`line ${lines.length}: the listing ends inside a file`);
  return files;
}

class OpenFile {
  readonly file: ListedFile;
  readonly #extents: ListedExtent[] = [];
  readonly #blockBytes: number;

  constructor(line: number, match: RegExpExecArray) {
    this.#blockBytes = Number(match[2]);
    if (this.#blockBytes === 0 || this.#blockBytes > leafBytes) {
      throw new DataError(`line ${line}: blocks of ${this.#blockBytes} bytes`, {
        hint: "list without -b: units larger than the file system's blocks hide changes",
      });
    }
    this.file = { line, sizeBytes: Number(match[1]), extents: this.#extents };
  }

  accept(line: number, match: RegExpExecArray): void {
    const [index = 0, first = 0, last = 0, physical = 0, physicalLast = 0, length = 0] = match
      .slice(1, 7)
      .map(Number);
    const before = this.#extents[this.#extents.length - 1]?.end ?? 0;
    const start = first * this.#blockBytes;
    const end = start + length * this.#blockBytes;
    const isWhole = length > 0 && last - first + 1 === length && physicalLast - physical + 1 === length;
    if (
      index !== this.#extents.length ||
      !isWhole ||
      start < before ||
      !Number.isSafeInteger(end + physical * this.#blockBytes)
    ) {
      throw new DataError(
        `line ${line}: an extent that does not follow from its numbers, or from the one before`,
        {
          hint: 'list without -X and -b: filefrag -s -v BASE TARGET',
        },
      );
    }
    const flags = new Set((match[7] ?? '').split(',').filter((flag) => flag !== ''));
    this.#extents.push({ start, end, physical: physical * this.#blockBytes, flags });
  }
}
