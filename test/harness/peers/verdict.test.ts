import { describe, expect, it } from 'vitest';
import { judgePeers, withFront, type JudgedPair } from '../../../src/harness/tuning/peer-verdict.js';
import { peerRow } from '../../../src/harness/statistics/peer-row.js';
import { verdictLines } from '../../../src/harness/report/peer-tables.js';
import { peerRound, syntheticPeer } from './rows.js';

const MiB = 2 ** 20;
const pair: JudgedPair = { name: 'pair', targetBytes: 256 * MiB, isEqual: false };
const peer = (tool: string, bytes: number, cpu: number, exact = true) =>
  syntheticPeer('pair', tool, bytes, cpu, { exact });
const ours = (profile: string, bytes: number, cpu: number, applySeconds = 0.5) =>
  syntheticPeer('pair', 'snapdelta', bytes, cpu, { profile, applySeconds });
const peers = [
  peer('xdelta3 -1', 1000, 2),
  peer('xdelta3 -9', 800, 10),
  peer('zstd --patch-from -3', 1200, 1.5),
  peer('restic', 5000, 4),
  peer('zstd --patch-from -19', 500, 100),
  peer('liar', 1, 0.1, false),
];

describe('rows', () => {
  const rounds = [peerRound(10, 3), peerRound(11, 1), peerRound(12, 2)];
  const seen = { workload: 'w', tool: 't', version: null, prepareCpuSeconds: null, rounds };

  it('hold medians, and of ours what is left without Node, never less than nothing', () => {
    expect(peerRow({ ...seen, profile: null, error: null }, [0.5])).toMatchObject({
      deltaBytes: 11,
      diffCpuSeconds: 2,
      netDiffCpuSeconds: 2,
      diffWallSeconds: 3,
      exact: true,
    });
    const own = peerRow({ ...seen, profile: 'live', error: null }, [0.4, 0.6, 0.5]);
    expect(own).toMatchObject({ diffCpuSeconds: 2, netDiffCpuSeconds: 1.5, netApplyCpuSeconds: 0 });
  });

  it('have no figures where a round failed, nor apply figures where there is no apply', () => {
    expect(peerRow({ ...seen, profile: null, error: 'stopped' }, [0])).toMatchObject({
      deltaBytes: null,
      exact: null,
    });
    const inOne = rounds.map((round) => ({ ...round, apply: null }));
    expect(peerRow({ ...seen, rounds: inOne, profile: null, error: null }, [0])).toMatchObject({
      applyCpuSeconds: null,
      diffCpuSeconds: 2,
      exact: true,
    });
  });
});

describe('the front', () => {
  it('is who nothing beats in both, by net CPU, of those that rebuilt the target', () => {
    const rows = withFront([...peers, ours('live-replication', 1000, 1.54)]);
    const front = rows.filter(({ onFront }) => onFront).map(({ tool }) => tool);
    // 1.54 less 0.05 is less than 1.5: zstd is beaten, xdelta3 -1 too.
    expect(front).toEqual(['xdelta3 -9', 'zstd --patch-from -19', 'snapdelta']);
  });
});

describe('domination', () => {
  const judged = (bytes: number, cpu: number) =>
    judgePeers(pair, withFront([...peers, ours('other', bytes, cpu)]))[0];

  it('takes fewer bytes and less CPU, strictly', () => {
    expect(judged(1001, 2.06)).toMatchObject({ dominatedBy: ['xdelta3 -1'] });
    expect(judged(1000, 2.06)).toMatchObject({ dominatedBy: [] });
    expect(judged(1001, 2.05)).toMatchObject({ dominatedBy: [], dominatedByGross: ['xdelta3 -1'] });
  });

  it('counts whom ours beat in both, and nobody that did not rebuild the target', () => {
    expect(judged(900, 1.4)).toMatchObject({
      dominatedBy: [],
      beats: ['xdelta3 -1', 'zstd --patch-from -3', 'restic'],
      targets: [],
    });
  });
});

describe('targets', () => {
  const targets = (own: ReturnType<typeof ours>, of: JudgedPair = pair, among = peers) =>
    Object.fromEntries(
      (judgePeers(of, withFront([...among, own]))[0]?.targets ?? []).map(({ target, limit, status }) => [
        target,
        [limit, status],
      ]),
    );

  it('of live-replication: bytes of the smaller quick peer, 0.4 of the CPU of xdelta3 -1', () => {
    expect(targets(ours('live-replication', 1000, 0.85))).toEqual({
      bytes: [1000, 'met'],
      CPU: [0.8, 'met'],
      'apply CPU': [0.5, 'met'],
      memory: [256 * MiB, 'met'],
    });
    expect(targets(ours('live-replication', 1001, 0.86, 0.56))).toMatchObject({
      bytes: [1000, 'missed'],
      CPU: [0.8, 'missed'],
      'apply CPU': [0.5, 'missed'],
    });
  });

  it('of live-replication on small or equal pairs: the whole CPU', () => {
    const own = ours('live-replication', 1000, 2);
    expect(targets(own)['CPU']).toEqual([0.8, 'missed']);
    expect(targets(own, { ...pair, isEqual: true })['CPU']).toEqual([2, 'met']);
    expect(targets(own, { ...pair, targetBytes: 64 * MiB - 1 })['CPU']).toEqual([2, 'met']);
  });

  it('of cold-storage: fewer bytes than whoever costs no more than xdelta3 -9, within its CPU', () => {
    expect(targets(ours('cold-storage', 799, 10.05))).toMatchObject({
      bytes: [799, 'met'],
      CPU: [10, 'met'],
    });
    expect(targets(ours('cold-storage', 800, 10.06))).toMatchObject({
      bytes: [799, 'missed'],
      CPU: [10, 'missed'],
    });
  });

  it('are open where the peer was not measured', () => {
    expect(targets(ours('live-replication', 1, 1), pair, [peer('restic', 5000, 4)])).toEqual({
      bytes: [null, 'peer not measured'],
      CPU: [null, 'peer not measured'],
      'apply CPU': [null, 'peer not measured'],
      memory: [256 * MiB, 'met'],
    });
  });

  it('are told in sentences', () => {
    const [verdict] = judgePeers(pair, withFront([...peers, ours('live-replication', 1001, 2.06)]));
    expect(verdict === undefined ? [] : verdictLines(verdict)).toEqual([
      'live-replication on pair: dominated by xdelta3 -1, beats 1 in both bytes and CPU; 2 of 4 targets met',
      'missed bytes: 1,001, at most 1,000 (the smaller of xdelta3 -1 and zstd --patch-from -3)',
      'missed CPU: 2.01 s, at most 800 ms (0.4 x xdelta3 -1)',
    ]);
  });
});
