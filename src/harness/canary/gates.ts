/** Hard gates: what no gain in any metric makes up for. One finding on one volume breaks its gate, and a broken gate ends a rollout. */

export const gateNames = ['exactness', 'determinism', 'invariants', 'compatibility', 'rollback'] as const;
export type GateName = (typeof gateNames)[number];

/** What each gate asks, for people. */
export const gateWords: Readonly<Record<GateName, string>> = {
  exactness: 'every snapshot that was acknowledged is restored byte for byte, after a loss of power',
  determinism: 'the same volume run twice gives the same packages and the same figures',
  invariants: 'every push comes to its end, no process fails, the audit log is whole',
  compatibility:
    'agents that speak protocol version 1, and agents and servers of the stable side, work with the candidate',
  rollback: 'a volume goes back to stable in the midst of its history, and everything still restores',
};

/** Of real directories. */
export const directoryGateWords: Readonly<Record<GateName, string>> = {
  exactness: 'every package that was made rebuilds its snapshot to the last byte and attribute',
  determinism: 'the same step gives the same package in every run, and with two workers',
  invariants: 'every diff comes to its end',
  compatibility: 'either version applies what the other one wrote, and its agents push and restore',
  rollback:
    'a volume goes back to the stable version in the midst of its history, and everything still restores',
};

/** A finding that breaks a gate. */
export interface Problem {
  readonly gate: GateName;
  /** Its number in the fleet. */
  readonly volume: number;
  readonly message: string;
}
