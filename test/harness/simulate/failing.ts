/** A scenario that fails without any fault of ours: the agent's line is cut for longer than the world has to converge. */
import { readScenario } from '../../../src/simulator/scenario/read.js';

export const failing = readScenario({
  schema: 'snapdelta/scenario/v1',
  name: 'cut off',
  seed: 5,
  nodes: [
    { name: 'server', role: 'server' },
    { name: 'agent', role: 'agent', disk: { readError: 0.01 }, clock: { skewMs: 10 } },
    { name: 'idler', role: 'agent' },
  ],
  wires: [
    { from: 'agent', to: 'server', there: { loss: { kind: 'independent', probability: 0.01 } } },
    { from: 'idler', to: 'server' },
  ],
  volumes: [
    { name: 'disk', bytes: 131_072 },
    { name: 'other', bytes: 65_536 },
  ],
  operations: [
    { atMs: 0, node: 'agent', kind: 'push', server: 'server', volume: 'disk', snapshot: 0 },
    { atMs: 10, node: 'idler', kind: 'push', server: 'server', volume: 'other', snapshot: 0 },
    { atMs: 500, node: 'agent', kind: 'push', server: 'server', volume: 'disk', snapshot: 1 },
    { atMs: 600, node: 'server', kind: 'collect' },
  ],
  faults: [
    { atMs: 100, fault: { kind: 'pause', node: 'idler', forMs: 20 } },
    { atMs: 400, fault: { kind: 'crash', node: 'agent', how: 'process', downMs: 100 } },
    { atMs: 450, fault: { kind: 'partition', from: 'agent', to: 'server', isOneWay: false, forMs: 9000 } },
  ],
  faultsEndMs: 1000,
  limits: { convergeMs: 300 },
});
