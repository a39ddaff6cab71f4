/**
 * Traces of several volumes: each has an address space of its own, so one is replayed. Which there are, and which of them writes most.
 */
import { DataError, UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';
import { quoted } from './line.js';
import type { TraceEvent } from './event.js';

export interface TraceVolume {
  readonly name: string;
  readonly reads: number;
  readonly writes: number;
  readonly writtenBytes: number;
  /** End of its highest request. */
  readonly addressSpaceBytes: number;
}

/** The largest published collections have some thousand; more are a sign of a wrong format, and would fill memory. */
export const volumesMax = 2 ** 17;

/** Name of the only volume of a format that knows none. */
const nameless = '';

export class VolumeTally {
  readonly #volumes = new Map<string, { -readonly [Key in keyof TraceVolume]: TraceVolume[Key] }>();

  add({ op, offset, length, volume = nameless }: TraceEvent): void {
    let tally = this.#volumes.get(volume);
    if (tally === undefined) {
      if (this.#volumes.size >= volumesMax)
        throw new DataError(`the trace has more than ${volumesMax} volumes`, {
          hint: 'say which format it is in with --format',
        });
      tally = { name: volume, reads: 0, writes: 0, writtenBytes: 0, addressSpaceBytes: 0 };
      this.#volumes.set(volume, tally);
    }
    if (op === 'read') tally.reads++;
    if (op === 'write') {
      tally.writes++;
      tally.writtenBytes += length;
    }
    tally.addressSpaceBytes = Math.max(tally.addressSpaceBytes, offset + length);
  }

  /** The busiest first: by written bytes, then by reads, then by name. */
  finished(): TraceVolume[] {
    return [...this.#volumes.values()].sort(
      (a, b) => b.writtenBytes - a.writtenBytes || b.reads - a.reads || (a.name < b.name ? -1 : 1),
    );
  }
}

/** The one that was asked for, else the busiest; undefined where there is none at all. Throws UsageError for an unknown name. */
export function chosenVolume(
  volumes: readonly TraceVolume[],
  wanted: string | undefined,
): TraceVolume | undefined {
  if (wanted === undefined) return volumes[0];
  const found = volumes.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const names = volumes.map(({ name }) => name).filter((name) => name !== nameless);
  throw new UsageError(`the trace has no volume ${quoted(wanted)}`, {
    hint: names.length === 0 ? 'this format knows one volume only' : suggestion(wanted, names.slice(0, 20)),
  });
}

/** Only the events of that volume. */
export function* eventsOfVolume(events: Iterable<TraceEvent>, name: string): Generator<TraceEvent> {
  for (const event of events) if ((event.volume ?? nameless) === name) yield event;
}
