/** Targets set against what was measured in one run. Pure: measurements in, verdicts out. */
import { z } from 'zod';
import { median, spread, type Spread } from '../statistics/summary.js';
import { kernelTargets, type InstructionTarget, type SpeedTarget } from '../measurement/kernels/targets.js';

/** One row's figures as judging needs them. */
export interface Measured {
  readonly kernel: string;
  readonly implementation: string;
  readonly data: string;
  readonly blockBytes: number;
  /** One for each round; index i of all rows that ran together was measured in round i. */
  readonly speeds: readonly number[];
  readonly encodedShare: number | null;
  readonly wasmInstructionsPerByte: number | null;
}

export const targetStatuses = ['met', 'missed', 'peer absent', 'peer not measured', 'not counted'] as const;

export const targetResultSchema = z.strictObject({
  kernel: z.string(),
  data: z.string(),
  blockBytes: z.int().positive(),
  figure: z
    .enum(['speed', 'size', 'instructions'])
    .describe("speed and size: ours over the peer's; instructions: WebAssembly instructions a byte"),
  peer: z.string().nullable().describe('the fastest of the peers that are named; null for instructions'),
  limit: z.number().positive().describe('at least, for speed; at most, for size and instructions'),
  measured: z
    .strictObject({ median: z.number(), low: z.number(), high: z.number() })
    .nullable()
    .describe('over the ratios of all rounds; exact figures have no range; null where a side is missing'),
  status: z
    .enum(targetStatuses)
    .describe('peer absent: not installed; peer not measured: left out by the choice of kernels'),
});
export type TargetResult = z.infer<typeof targetResultSchema>;

/** All targets whose kernel was measured on that data and block size. A peer without a row is absent where it was wanted. */
export function judgeTargets(
  rows: readonly Measured[],
  isWanted: (kernel: string, data: string) => boolean = () => true,
): TargetResult[] {
  return kernelTargets.flatMap((target) =>
    target.blockBytes.flatMap((blockBytes) =>
      target.data.flatMap((data) => {
        const ours = rows.find(
          (row) =>
            row.kernel === target.kernel &&
            row.implementation === 'wasm' &&
            row.data === data &&
            row.blockBytes === blockBytes,
        );
        if (ours === undefined) return [];
        if (target.kind === 'instructions') return [judgeInstructions(target, ours)];
        const { kernel, data: peerData = data } = target.peer;
        const peers = rows.filter(
          (row) =>
            row.kernel === kernel &&
            row.data === peerData &&
            row.blockBytes === blockBytes &&
            target.peer.implementations.includes(row.implementation),
        );
        return judgeSpeed(target, ours, peers, isWanted(kernel, peerData));
      }),
    ),
  );
}

function judgeInstructions({ perByteMax }: InstructionTarget, ours: Measured): TargetResult {
  const count = ours.wasmInstructionsPerByte;
  return {
    ...placeOf(ours),
    figure: 'instructions',
    peer: null,
    limit: perByteMax,
    measured: count === null ? null : exactly(count),
    status: count === null ? 'not counted' : count <= perByteMax ? 'met' : 'missed',
  };
}

function judgeSpeed(
  { peer, ratioMin, sizeRatioMax }: SpeedTarget,
  ours: Measured,
  peers: readonly Measured[],
  isPeerWanted: boolean,
): TargetResult[] {
  const named = peerName(peer, ours.kernel);
  const place = { ...placeOf(ours), peer: named };
  if (peers.length === 0) {
    const missing = {
      measured: null,
      status: isPeerWanted ? ('peer absent' as const) : ('peer not measured' as const),
    };
    return [
      { ...place, figure: 'speed', limit: ratioMin, ...missing },
      ...(sizeRatioMax === undefined
        ? []
        : [{ ...place, figure: 'size' as const, limit: sizeRatioMax, ...missing }]),
    ];
  }
  const [fastest] = [...peers].sort((a, b) => median(b.speeds) - median(a.speeds));
  const measured = spread(
    ours.speeds.map((speed, round) => speed / Math.max(...peers.map(({ speeds }) => speeds[round] ?? NaN))),
  );
  const result: TargetResult[] = [
    {
      ...place,
      peer:
        fastest === undefined
          ? named
          : peerName({ ...peer, implementations: [fastest.implementation] }, ours.kernel),
      figure: 'speed',
      limit: ratioMin,
      measured,
      status: measured.median >= ratioMin ? 'met' : 'missed',
    },
  ];
  const theirs = fastest?.encodedShare ?? null;
  if (sizeRatioMax !== undefined && ours.encodedShare !== null && theirs !== null) {
    const ratio = ours.encodedShare / theirs;
    result.push({
      ...place,
      figure: 'size',
      limit: sizeRatioMax,
      measured: exactly(ratio),
      status: ratio <= sizeRatioMax ? 'met' : 'missed',
    });
  }
  return result;
}

function placeOf({
  kernel,
  data,
  blockBytes,
}: Measured): Pick<TargetResult, 'kernel' | 'data' | 'blockBytes'> {
  return { kernel, data, blockBytes };
}

/** Another kernel goes by its own name, an implementation of the same one by the implementation's. */
function peerName({ kernel, implementations }: SpeedTarget['peer'], own: string): string {
  return kernel === own ? implementations.join(', ') : kernel;
}

function exactly(value: number): Spread {
  return { median: value, low: value, high: value };
}
