/**
 * What Linux shows of one request: it is queued, issued to the driver and completed, and recorders may write all of these. Only one kind
 * counts, or a request would count three times: the issue where there is one, else the queueing, else the completion.
 *
 * The kind is chosen by the first 4096 sightings and kept, so that a trace is read once and in bounded memory.
 */
import type { TraceEvent, TraceOperation } from './event.js';

/** In the order of preference. */
export const sightingKinds = ['issue', 'queue', 'complete'] as const;
export type SightingKind = (typeof sightingKinds)[number];

export interface Sighting {
  readonly kind: SightingKind;
  readonly event: TraceEvent;
}

const surveyedMax = 4096;

export function* eventsOfOneKind(sightings: Iterable<Sighting>): Generator<TraceEvent> {
  const surveyed: Sighting[] = [];
  let chosen: SightingKind | undefined;
  const choose = (): SightingKind | undefined =>
    sightingKinds.find((kind) => surveyed.some((sighting) => sighting.kind === kind));
  for (const sighting of sightings) {
    if (chosen === undefined) {
      surveyed.push(sighting);
      if (surveyed.length < surveyedMax) continue;
      chosen = choose();
      for (const { kind, event } of surveyed) if (kind === chosen) yield event;
    } else if (sighting.kind === chosen) yield sighting.event;
  }
  if (chosen !== undefined) return;
  chosen = choose();
  for (const { kind, event } of surveyed) if (kind === chosen) yield event;
}

/**
 * The operation of an RWBS word, as blkparse and the kernel's trace events write it: R, W or D, with F for a flush before or alone, and
 * further letters for sync, metadata, read-ahead. Undefined for what moves no data: `N`.
 */
export function operationOfRwbs(rwbs: string): TraceOperation | undefined {
  if (rwbs.includes('D')) return 'trim';
  if (rwbs.includes('W')) return 'write';
  if (rwbs.includes('R')) return 'read';
  return rwbs.includes('F') ? 'sync' : undefined;
}
