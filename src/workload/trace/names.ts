/**
 * The trace formats that are read, in words: what detection, help and docs/formats/traces.md are made of. Names are what `--format` takes.
 *
 * No parser is imported here, so that a command can describe itself without loading them.
 */

export interface TraceFormatWords {
  readonly title: string;
  /** What tells two address spaces apart; null where a trace has one only. */
  readonly volume: string | null;
}

export const traceFormatWords = {
  'fio-iolog': { title: 'fio I/O log, versions 2 and 3', volume: 'file' },
  csv: { title: 'CSV that begins with t_us,op,offset,size', volume: null },
  blkparse: { title: 'text of blkparse in its default format', volume: 'device' },
  blktrace: { title: 'binary records of blktrace', volume: 'device' },
  ftrace: { title: 'block events of tracefs', volume: 'device' },
  msr: { title: 'MSR Cambridge CSV', volume: 'host and disk' },
  fiu: { title: 'FIU with MD5 of content', volume: 'device' },
  'vscsi-1': { title: 'CloudPhysics vscsi, version 1', volume: null },
  'vscsi-2': { title: 'CloudPhysics vscsi, version 2', volume: null },
  alibaba: { title: 'Alibaba block traces', volume: 'device' },
  tencent: { title: 'Tencent Cloud Block Storage', volume: 'volume' },
  spc: { title: 'SPC, as UMass publishes them', volume: 'storage unit' },
  systor17: { title: "SYSTOR '17", volume: 'logical unit' },
  mqsim: { title: 'MQSim and SSDSim', volume: 'device' },
  'hp-srt': { title: 'HP SRT 1.3', volume: 'disk' },
} as const satisfies Readonly<Record<string, TraceFormatWords>>;

export type TraceFormatName = keyof typeof traceFormatWords;

export const traceFormatNames = Object.keys(traceFormatWords) as readonly TraceFormatName[];
