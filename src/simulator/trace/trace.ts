/**
 * The ordered record of everything that happened in a run: a rolling digest always, and, when asked for, every record in a compact form
 * (docs/formats/trace-v2.md) that another run can be compared with.
 */
import type { EventObserver } from '../time/loop.js';
import { RollingDigest } from './digest.js';
import { TraceWriter } from './format.js';

export class Trace implements EventObserver {
  readonly #digest = new RollingDigest();
  readonly #writer: TraceWriter | undefined;
  #count = 0;
  #file: Uint8Array | undefined;

  constructor(options: { readonly isRecorded?: boolean } = {}) {
    this.#writer = options.isRecorded === true ? new TraceWriter() : undefined;
  }

  /** How many records there are; names do not count. */
  get recordCount(): number {
    return this.#count;
  }

  name(id: number, text: string): void {
    this.#digest.word(id);
    for (let i = 0; i < text.length; i++) this.#digest.word(text.charCodeAt(i));
    this.#writer?.name(id, text);
  }

  event(atNs: number, entity: number, kind: number, detail: number): void {
    this.#count++;
    this.#digest.integer(atNs);
    this.#digest.word((entity << 12) ^ kind);
    this.#digest.word(detail);
    this.#writer?.event(atNs, entity, kind, detail);
  }

  /** The run's identity: 32 hexadecimal digits. */
  digest(): string {
    return this.#digest.hex();
  }

  /** The recorded trace; undefined when it was not recorded. The first call ends it: nothing more may happen. */
  file(): Uint8Array | undefined {
    this.#file ??= this.#writer?.finish(this.digest());
    return this.#file;
  }
}
