/** Bytes against CPU, one panel a workload: other programs and ours, and the front of those that nothing beats in both. */
import { formatBytes, formatDuration } from '../../../base/units.js';
import { contestantName, measuredPeers, type MeasuredPeer } from '../../measurement/peer-row.js';
import type { PeerResults } from '../peer-results.js';
import { peerSummary } from '../peer-tables.js';
import type { Chart, ChartRow } from './chart.js';

/** A panel spans at least this factor, so that small differences look small and ticks have room. */
const spanMin = 8;
/** Room for names around the points, as a factor of time and of bytes. */
const margin = 1.5;
/** Of a panel in reports/charts/peers.vl.json, in its units; and of a name there: a letter, a line, its distance from the point. */
const width = 480;
const height = 320;
const letter = 6.2;
const line = 14;
const gap = 11;

export function peersChart(results: PeerResults): Chart {
  const table = results.workloads.flatMap(({ name }) =>
    panel(name, measuredPeers(results.rows.filter(({ workload }) => workload === name))),
  );
  return {
    name: 'peers',
    title: peerSummary(results),
    subtitle: [
      'CPU seconds of the diff (ours without the start of Node) against bytes of the delta, both on log scales: lower left is better.',
      'The line joins those that nothing beats in both. Large and coloured: ours.',
    ],
    datasets: { table },
    parameters: { workloadOrder: results.workloads.map(({ name }) => name) },
  };
}

interface Point {
  readonly peer: MeasuredPeer;
  readonly seconds: number;
  readonly bytes: number;
}

/** A log scale has no place for nothing: half a millisecond and one byte stand for it. */
function pointOf(peer: MeasuredPeer): Point {
  return { peer, seconds: Math.max(peer.netCpuSeconds, 0.0005), bytes: Math.max(peer.deltaBytes, 1) };
}

function panel(workload: string, peers: readonly MeasuredPeer[]): ChartRow[] {
  if (peers.length === 0) return [];
  const points = peers.map(pointOf);
  const times = stretched(points.map(({ seconds }) => seconds));
  const sizes = stretched(points.map(({ bytes }) => bytes));
  const share = (value: number, [low, high]: readonly [number, number]): number =>
    Math.log(value / low) / Math.log(high / low);
  const at = ({ seconds, bytes }: Point): Spot => ({
    x: share(seconds, times) * width,
    y: (1 - share(bytes, sizes)) * height,
  });
  const places = placed(points, at);
  return [
    ...points.map((point): ChartRow => {
      const { row } = point.peer;
      return {
        role: 'point',
        workload,
        contestant: contestantName(row),
        label: labelOf(point),
        side: row.profile === null ? 'other' : 'ours',
        seconds: point.seconds,
        bytes: point.bytes,
        front: row.onFront,
        place: places.get(point) ?? '',
        timeLabel: formatDuration(point.seconds * 1000),
        bytesLabel: formatBytes(point.bytes),
        applyLabel: row.netApplyCpuSeconds === null ? '' : formatDuration(row.netApplyCpuSeconds * 1000),
        memoryLabel: formatBytes(row.peakRssBytes ?? 0),
      };
    }),
    ...([0, 1] as const).map((end): ChartRow => ({
      role: 'extent',
      workload,
      seconds: times[end],
      bytes: sizes[end],
    })),
  ];
}

/** In units of the panel, from its upper left corner. */
interface Spot {
  readonly x: number;
  readonly y: number;
}

interface Box extends Spot {
  readonly width: number;
  readonly height: number;
}

const sides = ['right', 'left', 'above', 'below'] as const;
type Side = (typeof sides)[number];

/** Where names go: ours and the front first; one without room is told by hovering and by the table. */
function placed(points: readonly Point[], at: (point: Point) => Spot): Map<Point, Side> {
  const boxes: Box[] = points.map((point) => {
    const { x, y } = at(point);
    return { x: x - 5, y: y - 5, width: 10, height: 10 };
  });
  const found = new Map<Point, Side>();
  const byRank = [...points].sort((a, b) => rank(a) - rank(b) || a.bytes - b.bytes);
  for (const point of byRank) {
    for (const side of sides) {
      const box = boxOf(at(point), labelOf(point).length * letter, side);
      const isInside = box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y + box.height <= height;
      if (!isInside || boxes.some((other) => isOver(box, other))) continue;
      boxes.push(box);
      found.set(point, side);
      break;
    }
  }
  return found;
}

function boxOf({ x, y }: Spot, textWidth: number, side: Side): Box {
  const size = { width: textWidth, height: line };
  switch (side) {
    case 'right':
      return { x: x + gap, y: y - line / 2, ...size };
    case 'left':
      return { x: x - gap - textWidth, y: y - line / 2, ...size };
    case 'above':
      return { x: x - textWidth / 2, y: y - gap - line, ...size };
    case 'below':
      return { x: x - textWidth / 2, y: y + gap, ...size };
  }
}

function isOver(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function labelOf({ peer: { row } }: Point): string {
  return row.profile ?? row.tool;
}

function rank({ peer: { row } }: Point): number {
  if (row.profile !== null) return 0;
  return row.onFront ? 1 : 2;
}

/** Lowest and highest of a panel's axis. */
function stretched(values: readonly number[]): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const missing = Math.sqrt(Math.max(1, spanMin / (high / low)));
  return [low / missing / margin, high * missing * margin];
}
