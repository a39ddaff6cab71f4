import { test } from 'vitest';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import { PoolExecutor } from '../../../src/engine/parallel/pool.js';
import type { FleetJob, FleetRow } from '../../../src/harness/canary/lane.js';
import { canaryMetrics } from '../../../src/harness/canary/metrics.js';
import { boundsOf, estimateOf } from '../../../src/harness/canary/estimate.js';
test('try', async () => {
  const side = (settings: object, flaws: object[] = []) => ({ label: 's', strategy: resolveStrategy('adaptive', settings as never), flaws: flaws as never });
  const stable = side({});
  const pool = new PoolExecutor<FleetJob, FleetRow>({ worker: new URL('../../../dist/harness/io/canary-worker.js', import.meta.url), workers: 2, setup: {}, batchOf: () => 4 });
  const runs = async (s: typeof stable) => { const t = Date.now(); const out = []; for await (const { run } of pool.run(Array.from({ length: 200 }, (_, number) => ({ fleetSeed: 1, number, side: s })))) out.push(run); console.log('wall', Date.now() - t); return out; };
  const base = await runs(stable);
  console.log(base.flatMap((r) => r.problems), 'retries', base.reduce((s, r) => s + (r.figures?.retries ?? 0), 0));
  for (const [name, c] of Object.entries({
    work1: side({}, [{ name: 'more-work', strength: 0.01 }]),
    slow1: side({}, [{ name: 'slow-acknowledgement', strength: 0.01 }]),
    forgotten: side({}, [{ name: 'base-forgotten', strength: 0.02 }]),
    tail: side({}, [{ name: 'slow-tail', strength: 2 }]),
    stored: side({}, [{ name: 'small-segments-stored', strength: 4096 }]),
    given: side({}, [{ name: 'connections-given-up', strength: 0.02 }]),
    lz4: side({ codec: 'lz4' }),
    fingerprint: side({ fingerprint: 'blake3' }),
    level4: side({ level: 4 }),
    block8: side({ blockBytes: 8192 }),
    nosub: side({ subBlock: false }),
  })) {
    const now = await runs(c);
    const pairs = base.flatMap((b, i) => b.figures && now[i]?.figures ? [{ number: i, stable: b.figures, candidate: now[i].figures }] : []);
    console.log(name, pairs.length, now.flatMap((r) => r.problems).length, canaryMetrics.map((m) => { const e = estimateOf(m, pairs, 1); const b = boundsOf(e, 0.025); const p = (x: number) => (x * 100).toFixed(2); return `${m.name}: ${p(e.change)} [${p(b.low)} ${p(b.high)}]`; }).join('; '));
  }
  await pool.close();
}, 1000000);
