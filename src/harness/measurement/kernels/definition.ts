/**
 * A kernel case: one kernel on one kind of data, one pass over its buffer a call. Buffers are filled and tables built before the
 * pass is handed out, so that a pass holds nothing but the kernel's own work: timing and exact counting run the same one.
 */
import { Arena, type Window } from '../../../kernels/arena.js';
import type { KernelInstance, LinearMemory } from '../../../kernels/abi.js';
import { present } from '../../../base/errors.js';
import { Contents, type ContentName } from './content.js';

export interface OwnCase {
  readonly kernel: string;
  /** What the bytes are. */
  readonly data: string;
  /** Bytes of input in one pass. */
  readonly bytes: number;
  readonly pass: () => void;
}

/** How cases of one kernel are made, on an instance of our kernels or of the rivals. */
export interface CaseDefinition<Instance extends LinearMemory = KernelInstance> {
  readonly kernel: string;
  /** Names of data; a case for each. */
  readonly data: readonly string[];
  /** Reserves and fills what the pass needs. */
  readonly prepare: (setting: Setting<Instance>, data: string) => Prepared;
}

export interface Prepared {
  /** By default the setting's. */
  readonly bytes?: number;
  readonly pass: () => void;
}

/** One instance with the windows that cases of one block size share. */
export class Setting<Instance extends LinearMemory = KernelInstance> {
  readonly instance: Instance;
  readonly arena: Arena<Instance>;
  readonly bytes: number;
  readonly blockBytes: number;
  readonly contents: Contents;
  readonly #windows = new Map<string, Window>();

  constructor(instance: Instance, bytes: number, blockBytes: number, contents: Contents) {
    this.instance = instance;
    this.arena = new Arena(instance);
    this.bytes = bytes;
    this.blockBytes = blockBytes;
    this.contents = contents;
  }

  /** Blocks of `blockBytes`, the last one perhaps short. */
  get blocks(): number {
    return Math.ceil(this.bytes / this.blockBytes);
  }

  /** `bytes` bytes of content, to be read only: cases share it. */
  data(name: ContentName): Window {
    return this.window(`data: ${name}`, this.bytes, (window) => {
      window.u8().set(this.contents.bytes(name, this.bytes));
    });
  }

  /** End offsets of all blocks. */
  cuts(): Window {
    return this.window('cuts', this.blocks * 4, (window) => {
      const ends = window.u32();
      for (let i = 0; i < ends.length; i++) ends[i] = Math.min((i + 1) * this.blockBytes, this.bytes);
    });
  }

  /** For what a pass writes and nobody reads: one window for all cases that write about as much. */
  output(length: number): Window {
    const rounded = 2 ** Math.ceil(Math.log2(length));
    return this.window(`output ${rounded}`, rounded);
  }

  /** A window under a name of its own, made and filled when first asked for. */
  window(name: string, length: number, fill: (window: Window) => void = () => undefined): Window {
    if (!this.#windows.has(name)) {
      const window = this.arena.reserve(length);
      fill(window);
      this.#windows.set(name, window);
    }
    return present(this.#windows.get(name), name);
  }
}

export interface CaseChoices {
  /** Content drawn for other block sizes. */
  readonly contents?: Contents;
  readonly isWanted?: (kernel: string, data: string) => boolean;
}

/** The cases of a list, all on one instance. `blockBytes` is a power of two from 1 KiB. */
export function makeCases<Instance extends LinearMemory>(
  definitions: readonly CaseDefinition<Instance>[],
  instance: Instance,
  bytes: number,
  blockBytes: number,
  { contents = new Contents(), isWanted = () => true }: CaseChoices = {},
): OwnCase[] {
  const setting = new Setting(instance, bytes, blockBytes, contents);
  return definitions.flatMap(({ kernel, data, prepare }) =>
    data
      .filter((name) => isWanted(kernel, name))
      .map((name) => ({ kernel, data: name, bytes, ...prepare(setting, name) })),
  );
}
