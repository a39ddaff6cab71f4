import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/harness/report/explain.js';
import { judgeProfile } from '../../../src/harness/tuning/verdict.js';
import type { Profile } from '../../../src/engine/profile/profile.js';
import { configurationOf, profileOf, rowOf, workloadOf } from '../rows.js';

const MB = 1_000_000;
const workloads = [workloadOf('pages'), workloadOf('shift')];
const configurations = [
  configurationOf('fixed 64K'),
  configurationOf('fastcdc 64K', { family: 'fastcdc' }),
  configurationOf('compare 4K', { family: 'compare', needsBaseContent: true }),
];
const rows = [
  rowOf('fixed 64K', 'pages', { bytes: MB, diffCpuMs: 20 }),
  rowOf('fixed 64K', 'shift', { bytes: 8 * MB, diffCpuMs: 20 }),
  rowOf('fastcdc 64K', 'pages', { bytes: 2 * MB, diffCpuMs: 40 }),
  rowOf('fastcdc 64K', 'shift', { bytes: MB, diffCpuMs: 40 }),
  rowOf('compare 4K', 'pages', { bytes: MB / 2, diffCpuMs: 10 }),
  rowOf('compare 4K', 'shift', { bytes: 8 * MB, diffCpuMs: 10 }),
];
const measured = { configurations, workloads, rows };

function sentences(profile: Profile): ReturnType<typeof explain> {
  const verdict = judgeProfile(profile, 'fixed 64K', measured);
  const { name, summary, link } = profile;
  return explain(verdict, {
    name,
    summary,
    link,
    configuration: 'fixed 64K',
    objectives: [...profile.objectives],
  });
}

describe('verdicts', () => {
  it('rank by the objectives and place the profile’s own strategy', () => {
    const verdict = judgeProfile(profileOf(), 'fixed 64K', measured);
    // ratios: fixed 2 and 8, fastcdc 4 and 1, compare 1 and 8
    expect(verdict.ranking.map(({ configuration, score }) => [configuration, score])).toEqual([
      ['fastcdc 64K', expect.closeTo(2, 12)],
      ['compare 4K', expect.closeTo(Math.sqrt(8), 12)],
      ['fixed 64K', expect.closeTo(4, 12)],
    ]);
    expect(verdict.winner).toBe('fastcdc 64K');
    expect(verdict.own).toMatchObject({ configuration: 'fixed 64K', rank: 3 });
    expect(verdict.own.scoreRatio).toBeCloseTo(2, 12);
    expect(verdict.losses).toMatchObject([
      { workload: 'pages', metric: 'bytesSent', to: 'compare 4K', weight: 1 },
    ]);
    expect(verdict.losses[0]?.ratio).toBeCloseTo(4, 12);
  });

  it('leave out what needs a base that is not at hand', () => {
    const profile = profileOf({ features: { ...profileOf().features, baseContentAtHand: false } });
    const verdict = judgeProfile(profile, 'fixed 64K', measured);
    expect(verdict.excluded).toEqual([{ configuration: 'compare 4K', reasons: [{ kind: 'base-content' }] }]);
    expect(verdict.ranking).toHaveLength(2);
  });

  it('leave out what exceeds a limit over all workloads together', () => {
    // 20 ms per MiB for fixed, 40 for fastcdc, 10 for compare.
    const verdict = judgeProfile(profileOf({ limits: { cpuMsPerMiBMax: 30 } }), 'fixed 64K', measured);
    expect(verdict.excluded).toEqual([
      { configuration: 'fastcdc 64K', reasons: [{ kind: 'cpu', value: 40, limit: 30 }] },
    ]);
    expect(verdict.lifted).toEqual([]);
    expect(verdict.winner).toBe('compare 4K');
  });

  it('lift a measured limit that nothing keeps, and say so', () => {
    const profile = profileOf({ limits: { cpuMsPerMiBMax: 1 } });
    const verdict = judgeProfile(profile, 'fixed 64K', measured);
    expect(verdict.lifted).toEqual(['cpu']);
    expect(verdict.winner).toBe('fastcdc 64K');
    expect(sentences(profile).reasons[0]).toBe(
      "Nothing keeps the profile's limit of CPU per MiB on this machine: judged without it.",
    );
  });

  it('never lift what is not a matter of the machine', () => {
    const profile = profileOf({ features: { ...profileOf().features, collisionResistantIds: true } });
    const verdict = judgeProfile(profile, 'fixed 64K', measured);
    expect(verdict.winner).toBeNull();
    expect(sentences(profile)).toEqual({
      headline: 'No configuration is eligible',
      reasons: ['Not eligible: 3 lack collision-resistant ids.'],
      own: "The profile's own strategy (fixed 64K) is not eligible here: its ids do not resist planted collisions.",
    });
  });

  it('ignore configurations that were not measured on every workload', () => {
    const verdict = judgeProfile(profileOf(), 'fixed 64K', { ...measured, rows: rows.slice(0, 5) });
    expect(verdict.ranking.map(({ configuration }) => configuration)).toEqual(['fastcdc 64K', 'fixed 64K']);
  });

  it('are explained with the figures behind them', () => {
    const { headline, reasons, own } = sentences(profileOf());
    expect(headline).toBe('fastcdc 64K wins');
    expect(own).toBe("The profile's own strategy (fixed 64K) is 100 % behind, in place 3.");
    expect(reasons).toContain('It sends 29 % fewer bytes than compare 4K, with less on 1 of 2 workloads.');
    expect(reasons).toContain('It sends 2.0x fewer bytes than fixed 64K, with less on 1 of 2 workloads.');
    expect(reasons).toContain('It is weakest on pages, where it sends 4.0x the bytes of compare 4K.');
    // 1.5 MB at 8 Mbit/s are 1500 ms, and a round trip of 10 ms.
    expect(reasons).toContain(
      'At 8 Mbit/s and 10 ms round trip the link takes 99 % of its mean time to sync, 1.51 s for 1.43 MiB: bytes decide.',
    );
  });
});
