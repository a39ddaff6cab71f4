/** All commands: what they are for, and where they lie. A command's file is imported when it is asked for. */
import type { Command } from './command.js';

export interface CatalogueEntry {
  /** One word, or two: `bench kernels`. */
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** In the order of the overview. Summaries are repeated here so that the overview loads no command; a test compares them. */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'lab',
    summary: 'measure every strategy over every workload; say which wins for each profile, and why',
    load: async () => (await import('./commands/lab.js')).lab,
  },
  {
    name: 'diff',
    summary: 'write the delta package that turns BASE into TARGET',
    load: async () => (await import('./commands/diff.js')).diff,
  },
  {
    name: 'apply',
    summary: 'rebuild the target of a delta package, verified before it appears',
    load: async () => (await import('./commands/apply.js')).apply,
  },
  {
    name: 'inspect',
    summary: 'check a delta package and tell what it holds',
    load: async () => (await import('./commands/inspect.js')).inspect,
  },
  {
    name: 'manifest',
    summary: 'write the block ids of a snapshot, or check a snapshot against them',
    load: async () => (await import('./commands/manifest.js')).manifest,
  },
  {
    name: 'serve',
    summary: 'keep versions in FOLDER and serve them to agents over TLS until stopped',
    load: async () => (await import('./commands/serve.js')).serve,
  },
  {
    name: 'push',
    summary: 'bring SOURCE to a server as the next version of a volume',
    load: async () => (await import('./commands/push.js')).push,
  },
  {
    name: 'pull',
    summary: 'bring a version of a volume here, and go on from it: the next push follows it',
    load: async () => (await import('./commands/pull.js')).pull,
  },
  {
    name: 'snapshots',
    summary: 'list the versions that a server or a repository has',
    load: async () => (await import('./commands/snapshots.js')).snapshots,
  },
  {
    name: 'restore',
    summary: 'write a version of a volume to a file or directory, from a server or a repository',
    load: async () => (await import('./commands/restore.js')).restore,
  },
  {
    name: 'tune',
    summary: 'search for the configuration that serves a profile best; leave it with its evidence',
    load: async () => (await import('./commands/tune.js')).tuneCommand,
  },
  {
    name: 'report',
    summary: 'draw the HTML page and the charts of results again',
    load: async () => (await import('./commands/report.js')).report,
  },
  {
    name: 'gate',
    summary: 'say whether a candidate is worse than a baseline: pass, improved, regressed, inconclusive',
    load: async () => (await import('./commands/gate.js')).gate,
  },
  {
    name: 'canary run',
    summary: 'roll a candidate configuration out over a fleet in stages; say why it is safe, or is not',
    load: async () => (await import('./commands/canary-run.js')).canaryRun,
  },
  {
    name: 'canary status',
    summary: 'tell where a rollout stands, and prove its audit log',
    load: async () => (await import('./commands/canary-status.js')).canaryStatus,
  },
  {
    name: 'canary approve',
    summary: 'let a rollout that waits run its next stage',
    load: async () => (await import('./commands/canary-approve.js')).canaryApprove,
  },
  {
    name: 'canary rollback',
    summary: 'end a rollout: every volume goes back to the stable side',
    load: async () => (await import('./commands/canary-rollback.js')).canaryRollback,
  },
  {
    name: 'bench kernels',
    summary: 'measure the kernels beside their plain twins and other libraries',
    load: async () => (await import('./commands/bench-kernels.js')).benchKernelsCommand,
  },
  {
    name: 'bench chunkers',
    summary: 'measure what chunkers find again after edits, their chunk sizes and their speed',
    load: async () => (await import('./commands/bench-chunkers.js')).benchChunkersCommand,
  },
  {
    name: 'bench detection',
    summary: 'measure what finding changes by a Merkle walk exchanges, beside sending the manifest',
    load: async () => (await import('./commands/bench-detection.js')).benchDetectionCommand,
  },
  {
    name: 'bench calibration',
    summary: 'measure what CPU work of replication costs, as the simulator takes it',
    load: async () => (await import('./commands/bench-calibration.js')).benchCalibrationCommand,
  },
  {
    name: 'bench prices',
    summary: 'measure what each kind of work costs, as tune takes it',
    load: async () => (await import('./commands/bench-prices.js')).benchPricesCommand,
  },
  {
    name: 'bench pipeline',
    summary: 'measure one configuration stage by stage: time, counts, bytes',
    load: async () => (await import('./commands/bench-pipeline.js')).benchPipelineCommand,
  },
  {
    name: 'bench peers',
    summary: 'measure other programs beside our profiles on the same pairs: bytes, CPU, memory',
    load: async () => (await import('./commands/bench-peers.js')).benchPeersCommand,
  },
  {
    name: 'bench growth',
    summary: 'measure time and memory of diffs as snapshots grow, with one worker and more',
    load: async () => (await import('./commands/bench-growth.js')).benchGrowthCommand,
  },
  {
    name: 'simulate',
    summary: 'run replication in a simulated world of faults, and watch that nothing breaks',
    load: async () => (await import('./commands/simulate.js')).simulate,
  },
  {
    name: 'replay',
    summary: 'run a trace or a minimised failure of the simulator again, and compare',
    load: async () => (await import('./commands/replay.js')).replay,
  },
  {
    name: 'bench links',
    summary: 'measure pushes over modelled links: by strategy in bad weather, by topology',
    load: async () => (await import('./commands/bench-links.js')).benchLinksCommand,
  },
  {
    name: 'workloads list',
    summary: 'list the workloads that the laboratory can run',
    load: async () => (await import('./commands/workloads-list.js')).workloadsList,
  },
  {
    name: 'workloads make',
    summary: 'write the snapshots of a workload to disk',
    load: async () => (await import('./commands/workloads-make.js')).workloadsMake,
  },
  {
    name: 'workloads import',
    summary: 'check a recorded block trace, and replay it into snapshots',
    load: async () => (await import('./commands/workloads-import.js')).workloadsImport,
  },
  {
    name: 'profiles',
    summary: 'list the profiles, or check and show one',
    load: async () => (await import('./commands/profiles.js')).profiles,
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of a result file',
    load: async () => (await import('./commands/schema.js')).schema,
  },
  {
    name: 'keys init',
    summary: 'make a key pair for signing packages, or identities for servers and agents',
    load: async () => (await import('./commands/keys-init.js')).keysInit,
  },
  {
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    load: async () => (await import('./commands/completion.js')).completion,
  },
];
