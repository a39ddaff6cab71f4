/**
 * Real directories in place of a simulated fleet: each holds successive snapshots of somebody's data. Both sides make and apply the package of every step from one snapshot to the next; the
 * stable side's is kept, the candidate's is only compared. So nobody ever depends on the candidate: every stage is a shadow, and stages say how much has been compared.
 *
 * Law: units, stages and figures' meaning follow from the plan alone. What processes take is measured, and differs from run to run; bytes and gates do not.
 */
import type { LinkKind } from '../links/link-kinds.js';
import { transferMs } from '../tuning/link-model.js';
import { planStages, type Stage } from './stages.js';

export interface SnapshotFolder {
  readonly path: string;
  /** In order; at least two. */
  readonly snapshots: readonly string[];
}

/** How a side is run: the program as a user starts it. */
export interface ProgramPlan {
  /** `this build`, `v1.2 (0123456789)`, a path. */
  readonly label: string;
  /** A commit that is built beside this tree; a program that was built before; null for this build. */
  readonly from: { readonly commit: string } | { readonly path: string } | null;
  /** Options of its diff: `--profile NAME`, `--strategy NAME`, `--set KEY=VALUE`. */
  readonly options: readonly string[];
  /** Whether the profile demands a signature. */
  readonly isSigned: boolean;
}

export interface DirectoryPlan {
  readonly folders: readonly SnapshotFolder[];
  readonly link: LinkKind;
  /** Runs of each diff and apply, of which the least counts. */
  readonly rounds: number;
  readonly programs: { readonly stable: ProgramPlan; readonly candidate: ProgramPlan };
}

/** From one snapshot to the next. */
export interface SnapshotStep {
  /** Position of the folder. */
  readonly folder: number;
  /** 1 for the step to the second snapshot. */
  readonly number: number;
  readonly basePath: string;
  readonly targetPath: string;
}

/** What is drawn again, and judged as one: a directory with all its steps, or where there are few of those each step. */
export interface DirectoryUnit {
  readonly number: number;
  /** For messages. */
  readonly name: string;
  readonly steps: readonly SnapshotStep[];
}

/** As many as a simulated fleet has at least: with fewer, a stage would bring one directory or none. */
const stagedFrom = 20;

export function unitNameOf({ folders }: Pick<DirectoryPlan, 'folders'>): 'directory' | 'step' {
  return folders.length >= stagedFrom ? 'directory' : 'step';
}

export function unitsOf(plan: Pick<DirectoryPlan, 'folders'>): DirectoryUnit[] {
  const folders = plan.folders.map(({ path, snapshots }, folder) => ({
    path,
    steps: snapshots.slice(1).map((targetPath, index): SnapshotStep => ({
      folder,
      number: index + 1,
      basePath: snapshots[index] ?? targetPath,
      targetPath,
    })),
  }));
  if (unitNameOf(plan) === 'directory') {
    return folders.map(({ path, steps }, number) => ({ number, name: path, steps }));
  }
  return folders
    .flatMap(({ path, steps }) => steps.map((step) => ({ name: `${path} #${step.number}`, steps: [step] })))
    .map((unit, number) => ({ number, ...unit }));
}

/** Shares of the directories as in a fleet, but nobody gets the candidate's result; of few directories all is one stage. */
export function planDirectoryStages(plan: Pick<DirectoryPlan, 'folders'>, seed: number): Stage[] {
  const { length } = unitsOf(plan);
  if (unitNameOf(plan) === 'directory')
    return planStages(length, seed).map((stage) => ({ ...stage, exposed: 0 }));
  return [{ name: 'shadow', exposed: 0, volumes: [...Array(length).keys()], seen: length }];
}

/** What a step takes over the link: diff, offer and answer, the package, apply, one after the other. CPU of one thread stands for their time. */
export function stepSyncMs(
  { megabitsPerSecond, roundTripMs }: LinkKind,
  cost: { readonly diffMs: number; readonly bytes: number; readonly applyMs: number },
): number {
  return cost.diffMs + roundTripMs + transferMs(cost.bytes, megabitsPerSecond * 1e6) + cost.applyMs;
}
