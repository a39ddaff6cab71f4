/**
 * Both kernel modules with a window for one version of the content in each: cuts and hashes it with any chunker. The modules have
 * memories of their own, so content is copied into both; a pass that is timed cuts what lies there already.
 */
import { Arena, type Window } from '../../../kernels/arena.js';
import type { KernelInstance } from '../../../kernels/abi.js';
import type { RivalInstance } from '../../../kernels/rivals.js';
import type { Chunked } from './chunked.js';
import { chunkBytesMin, cutWith, isRival, type ChunkerName, type ChunkSizes } from './rules.js';

const digestBytes = 16;

interface Windows {
  readonly data: Window;
  readonly cuts: Window;
}

export class ChunkerBench {
  readonly #engine: KernelInstance;
  readonly #rivals: RivalInstance;
  readonly #own: Windows;
  readonly #theirs: Windows;
  readonly #digests: Window;
  #length = 0;

  /** For content of at most `bytesMax` and averages of at least `averageBytesMin`. Throws WorldError when memory cannot grow. */
  constructor(engine: KernelInstance, rivals: RivalInstance, bytesMax: number, averageBytesMin: number) {
    const chunksMax = Math.ceil(bytesMax / chunkBytesMin(averageBytesMin)) + 1;
    const arena = new Arena(engine);
    const other = new Arena(rivals);
    this.#engine = engine;
    this.#rivals = rivals;
    this.#own = { data: arena.reserve(bytesMax), cuts: arena.reserve(chunksMax * 4) };
    this.#digests = arena.reserve(chunksMax * digestBytes);
    this.#theirs = { data: other.reserve(bytesMax), cuts: other.reserve(chunksMax * 4) };
  }

  load(content: Uint8Array): void {
    this.#length = content.length;
    this.#own.data.u8(0, content.length).set(content);
    this.#theirs.data.u8(0, content.length).set(content);
  }

  /** One pass over the loaded content; its cuts are left in the chunker's memory. Returns their number. */
  cut(chunker: ChunkerName, sizes: ChunkSizes): number {
    const { data, cuts } = this.#windowsOf(chunker);
    return cutWith(chunker, sizes, this.#engine, this.#rivals, {
      data: data.pointer,
      length: this.#length,
      cuts: cuts.pointer,
    });
  }

  /** The loaded content in chunks. */
  chunk(chunker: ChunkerName, sizes: ChunkSizes): Chunked {
    const count = this.cut(chunker, sizes);
    const ends = [...this.#windowsOf(chunker).cuts.u32(count)];
    if (isRival(chunker)) this.#own.cuts.u32(count).set(ends);
    this.#engine.functions.xxh3(this.#own.data.pointer, this.#own.cuts.pointer, count, this.#digests.pointer);
    const text = Buffer.from(this.#digests.u8(0, count * digestBytes)).toString('latin1');
    return {
      ends,
      digests: ends.map((_end, i) => text.slice(i * digestBytes, (i + 1) * digestBytes)),
    };
  }

  #windowsOf(chunker: ChunkerName): Windows {
    return isRival(chunker) ? this.#theirs : this.#own;
  }
}
