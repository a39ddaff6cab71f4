/** What each fingerprint costs beside what it risks: speed, accidental collisions by number of blocks, and whether collisions can be planted. */
import { formatBytes } from '../../../base/units.js';
import { collisionLog10, collisionLog10Max } from '../../../engine/fingerprint/collision.js';
import { fingerprints } from '../../../engine/fingerprint/fingerprint.js';
import type { KernelRow } from '../kernel-results.js';
import { formatRatio } from '../words.js';
import type { Chart, ChartRow } from './chart.js';

/** Digests that no profile may use as ids, drawn for comparison: kernel names with their bits. */
const checksums = [
  { name: 'crc32c', bits: 32 },
  { name: 'rolling sums', bits: 32 },
] as const;

/** Blocks on the axis, as decimal logarithms. */
const blocksLog10: { readonly low: number; readonly high: number; readonly step: number } = {
  low: 6,
  high: 18,
  step: 0.25,
};
/** Below this the chart is cut off: no reader tells 1e-60 from 1e-80. */
const floorLog10 = -60;
const KiB = 1024;
const spaces = [
  { label: '1 TiB in 16 KiB', blocks: 2 ** 40 / (16 * KiB) },
  { label: '1 PiB in 4 KiB', blocks: 2 ** 50 / (4 * KiB) },
] as const;

export function collisionRiskChart(rows: readonly KernelRow[]): Chart {
  const blockBytes = nearestBlockBytes(rows);
  const speeds = speedRows(rows.filter((row) => row.blockBytes === blockBytes));
  const isDrawn = speeds.length > 0;
  return {
    name: 'collision-risk',
    title: titleOf(speeds),
    subtitle: [
      `Left: GB/s on blocks of ${formatBytes(blockBytes)}, median and range over interleaved rounds.`,
      'Right: probability that any two different blocks share a digest by accident, by number of blocks; below the dashed line a profile may take the risk.',
      'Colour: whether somebody who chooses the data can make two blocks collide.',
    ],
    datasets: {
      speeds,
      lines: isDrawn ? lineRows() : [],
      spaces: isDrawn ? spaces.map((space) => ({ ...space })) : [],
      limit: isDrawn
        ? [{ log10: collisionLog10Max, label: `a profile may risk 1e${collisionLog10Max}` }]
        : [],
    },
  };
}

/** The measured block size that is nearest to 16 KiB, a usual size of chunks. */
function nearestBlockBytes(rows: readonly KernelRow[]): number {
  const distance = (bytes: number): number => Math.abs(Math.log2(bytes / (16 * KiB)));
  const sizes = rows.map(({ blockBytes }) => blockBytes).sort((a, b) => distance(a) - distance(b));
  return sizes[0] ?? 16 * KiB;
}

interface SpeedRow extends ChartRow {
  readonly name: string;
  readonly resists: boolean;
  readonly gigabytesPerSecond: number;
}

function speedRows(rows: readonly KernelRow[]): SpeedRow[] {
  const known = [
    ...Object.values(fingerprints).map(({ name, digestBytes, collisionResistant }) => ({
      name,
      bits: digestBytes * 8,
      resists: collisionResistant,
    })),
    ...checksums.map((checksum) => ({ ...checksum, resists: false })),
  ];
  return known.flatMap(({ name, bits, resists }) => {
    const row = rows.find(
      ({ kernel, implementation }) =>
        kernel === name &&
        // SHA-256 is OpenSSL's also in the engine.
        implementation === (name === 'sha256' ? 'node:crypto' : 'wasm'),
    );
    if (row === undefined) return [];
    const { median, low, high } = row.gigabytesPerSecond;
    return [{ name, label: `${name}, ${bits} bits`, resists, gigabytesPerSecond: median, low, high }];
  });
}

function lineRows(): ChartRow[] {
  const widths = [
    { bits: 32, resists: false, label: '32 bits: checksums' },
    { bits: 128, resists: false, label: '128 bits: xxh3-128' },
    { bits: 256, resists: true, label: '256 bits: blake3, sha256' },
  ];
  return widths.flatMap(({ bits, resists, label }) => {
    const points: ChartRow[] = [];
    for (let at = blocksLog10.low; at <= blocksLog10.high; at += blocksLog10.step) {
      const log10 = collisionLog10(bits, 10 ** at);
      if (log10 >= floorLog10) points.push({ bits, resists, label, blocks: 10 ** at, log10, isLast: false });
    }
    const last = points.pop();
    return last === undefined ? points : [...points, { ...last, isLast: true }];
  });
}

function titleOf(speeds: readonly SpeedRow[]): string {
  const fastest = (resists: boolean): SpeedRow | undefined =>
    speeds
      .filter((row) => row.resists === resists && row.name in fingerprints)
      .sort((a, b) => b.gigabytesPerSecond - a.gigabytesPerSecond)[0];
  const [trusting, resisting] = [fastest(false), fastest(true)];
  if (trusting === undefined || resisting === undefined) return 'Collision risk against cost';
  const ratio = formatRatio(trusting.gigabytesPerSecond / resisting.gigabytesPerSecond);
  return `${trusting.name} is ${ratio} as fast as ${resisting.name}, the fastest that resists planted collisions`;
}
